-- Expands: a check that is gone. The version before never writes more requests than its limit, and reads such rows as an
-- account without requests.
--
-- An account that moves to a plan with fewer requests than it has used keeps both numbers: those of the plan, and those used.
-- The check made the first as large as the second, which every surface then showed as the plan's. No call takes a request
-- beyond the limit, by the rules of the ledger and by the condition of its fast statement.
--
-- The lock is held for a moment: no row is read.
alter table ledger_account drop constraint ledger_requests_within_limit;
