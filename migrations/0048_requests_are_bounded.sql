-- Expands: the version before never writes what this refuses.
--
-- No update takes requests beyond the plan's. Only a move to a smaller plan leaves more requests used than the plan has, so
-- the bound is that of the row before, too: a check constraint would not see it.

do $migration$
begin
    execute replace($body$
        create function HOME.ledger_refuse_requests() returns trigger
            language plpgsql set search_path = pg_catalog, HOME, pg_temp as $$
        begin
            raise exception 'account % would have used % requests of %',
                new.account_id, new.requests_used, new.requests_limit
                using errcode = 'check_violation', constraint = 'ledger_requests_within_limit';
        end $$$body$, 'HOME', quote_ident(current_schema()));
end $migration$;

-- The lock is held for a moment: no row is read. After, not before: a trigger before an update locks each row once more, and
-- the hot statement updates many.
create trigger ledger_requests_bounded after update of requests_used on ledger_account for each row
    when (new.requests_used > greatest(new.requests_limit, old.requests_limit, old.requests_used))
    execute function ledger_refuse_requests();

select grant_runtime_rights();
