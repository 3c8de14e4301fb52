-- Expands: a column that the version before leaves empty, as for an answer without such headers.
--
-- A stored answer keeps the headers without which its body cannot be read or used, such as Content-Encoding: one
-- `name: value` a line.
--
-- The checks are not valid at first, so that no row is read under the lock.
alter table ledger_idempotency
    add column headers text,
    add constraint ledger_idempotency_headers_length check (char_length(headers) between 1 and 8192) not valid;
alter table test_answer
    add column headers text,
    add constraint test_answer_headers_length check (char_length(headers) between 1 and 8192) not valid;
