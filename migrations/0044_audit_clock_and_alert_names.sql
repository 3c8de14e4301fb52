-- Expands. The version before writes alerts without names, which are shown without; the instants that it sends for the past of a
-- demonstration are not used.

-- The key that an alert is about, or the first keys, as they were named then.
alter table alert_event
    add column name text,
    add constraint alert_event_name_length check (char_length(name) between 1 and 500) not valid;

-- The clock of the database dates every entry of the audit log, without exception.
do $migration$
begin
    execute replace($functions$
        create or replace function HOME.audit_number() returns trigger
            language plpgsql set search_path = pg_catalog, HOME, pg_temp as $$
        declare
            newest bigint;
        begin
            -- Held to the end of the transaction: numbers are given in the order in which they can be seen.
            perform from HOME.named_lock
              where name = 'audit' and slot = hashtext(coalesce(new.account_id::text, '')) & 1023 for update;
            -- Two queries, because no index serves `is not distinct from`: each of these reads one row of the unique one.
            if new.account_id is null then
                select number into newest from HOME.audit_entry where account_id is null order by number desc limit 1;
            else
                select number into newest
                  from HOME.audit_entry where account_id = new.account_id order by number desc limit 1;
            end if;
            new.number := coalesce(newest, 0) + 1;
            new.at := clock_timestamp();
            return new;
        end $$;
    $functions$, 'HOME', quote_ident(current_schema()));
end $migration$;
