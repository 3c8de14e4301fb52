-- Expands: a column that the version before leaves empty, as for an answer without such headers.
--
-- A stored answer keeps the headers without which its body cannot be read or used, such as Content-Encoding: one
-- `name: value` a line.
alter table ledger_idempotency add column headers text
    constraint ledger_idempotency_headers_length check (char_length(headers) between 1 and 8192);
alter table test_answer add column headers text
    constraint test_answer_headers_length check (char_length(headers) between 1 and 8192);
