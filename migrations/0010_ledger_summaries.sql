-- The index by arrival knows only the page ranges that were summarised; all newer pages are read by whoever looks for a
-- call. Autovacuum summarises once a minute at best, which at thousands of calls a second leaves hundreds of thousands of
-- entries. So the sweep asks for it. Returns how many ranges were new.
--
-- Runs with the owner's rights, whose index it is. Autovacuum takes the same lock, and a session that waits for it longer
-- than `deadlock_timeout` has it cancelled: so this gives up before.
create function ledger_summarize_entries() returns int
    language plpgsql security definer set search_path from current set lock_timeout = '100ms' as $$
declare
    part regclass;
    ranges int := 0;
begin
    for part in select inhrelid from pg_inherits where inhparent = 'ledger_entry_by_arrival'::regclass loop
        begin
            ranges := ranges + brin_summarize_new_values(part);
        exception when lock_not_available then null;
        end;
    end loop;
    return ranges;
end $$;
