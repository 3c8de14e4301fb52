-- Expands. Old months of the ledger can be detached after they were exported; what the books need of them stays as sums. And a new
-- month's partition is attached instead of created in place, which locked the entries against everything, paid calls included,
-- behind whoever read them. The version before neither reads nor writes the new tables; it verifies the books as long as no month
-- is detached, and makes partitions by the same function.

-- The months that were detached, without a gap from the first on.
create table ledger_archived_month (
    month date primary key constraint ledger_archived_month_begins check (month = date_trunc('month', month)::date),
    entries bigint not null constraint ledger_archived_month_entries_counted check (entries >= 0),
    -- SHA-256 of the export.
    digest bytea not null constraint ledger_archived_month_digest_length check (length(digest) = 32),
    detached_at timestamptz not null default now(),
    detached_by text not null constraint ledger_archived_month_by_length check (char_length(detached_by) between 1 and 200)
);

-- What the entries of all detached months did to each lot. Without foreign keys, which would lock the ledger's tables here.
create table ledger_carried_lot (
    account_id uuid not null,
    lot int not null,
    came_in bigint not null,
    went_out bigint not null,
    -- Of what came in: by a purchase or a grant.
    bought bigint not null,
    entries bigint not null,
    last_entry bigint not null,
    primary key (account_id, lot)
);

-- Entries of detached months that are still read: of calls that were open at a month's end, and corrections.
create table ledger_carried_entry (like ledger_entry);
alter table ledger_carried_entry add primary key (account_id, number);
create trigger ledger_carried_entry_append_only before update or delete or truncate on ledger_carried_entry
    for each statement execute function ledger_refuse_change();

do $migration$
begin
    execute replace($functions$
        create or replace function HOME.ledger_make_partitions(months_ahead int) returns int
            language plpgsql security definer
            set search_path = pg_catalog, HOME, pg_temp set lock_timeout = '100ms' as $$
        declare
            home constant name := (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                                    where c.oid = 'HOME.ledger_entry'::regclass);
            first_day constant date := date_trunc('month', now() at time zone 'utc')::date;
            month_start date;
            made int := 0;
            name text;
        begin
            -- A caller could fill the catalogue with tables.
            if months_ahead is null or months_ahead not between 0 and 12 then
                raise exception 'partitions are made for 0 to 12 months ahead, not for %', months_ahead
                    using errcode = 'invalid_parameter_value';
            end if;
            perform pg_advisory_xact_lock(7304117);
            for ahead in 0..months_ahead loop
                month_start := (first_day + make_interval(months => ahead))::date;
                name := 'ledger_entry_' || to_char(month_start, 'YYYY_MM');
                if to_regclass(format('%I.%I', home, name)) is null then
                    begin
                        -- To attach it locks the partition for entries elsewhere, which paid calls do not use; to create it as a
                        -- partition would lock all entries.
                        execute format(
                            'create table %1$I.%2$I (like %1$I.ledger_entry including defaults including constraints)',
                            home, name);
                        execute format(
                            'alter table %1$I.ledger_entry attach partition %1$I.%2$I for values from (%3$L) to (%4$L)',
                            home, name, to_char(month_start, 'YYYY-MM-DD') || ' 00:00:00+00',
                            to_char(month_start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
                        execute format(
                            'create trigger ledger_entry_not_truncated before truncate on %1$I.%2$I
                                for each statement execute function %1$I.ledger_refuse_change()', home, name);
                        made := made + 1;
                    exception
                        when check_violation then
                            raise warning 'entries of % are in ledger_entry_other already', to_char(month_start, 'YYYY-MM');
                        -- A dump or a verification reads. The sweep tries again in a minute, months before the partition is needed.
                        when lock_not_available then
                            raise warning 'the partition of % has to wait: the entries are being read', to_char(month_start, 'YYYY-MM');
                    end;
                end if;
            end loop;
            return made;
        exception when lock_not_available then
            -- Another session makes them.
            return 0;
        end $$;

        -- The calls that were open at an instant: held before, and ended by no batch from before.
        create function HOME.ledger_open_at(instant timestamptz) returns table (call_id uuid, epoch int, batch int)
            language sql stable set search_path = pg_catalog, HOME, pg_temp as $$
            with edge as materialized (
                select b.epoch, max(b.batch) as last_batch from HOME.ledger_batch b where b.at < instant group by b.epoch
            ), span as materialized (
                select edge.epoch, edge.last_batch, b.open_from
                  from edge join HOME.ledger_batch b on b.epoch = edge.epoch and b.batch = edge.last_batch
            ), held as materialized (
                select distinct e.call_id, e.epoch, e.batch
                  from span join HOME.ledger_entry e
                    on e.epoch = span.epoch and e.batch between span.open_from and span.last_batch
                 where e.kind = 4 and e.at < instant and e.at >= instant - interval '1 month'
            )
            select held.call_id, held.epoch, held.batch from held
             where not exists (select from HOME.ledger_entry r
                                where r.call_id = held.call_id and r.kind = 5
                                  and r.at < instant and r.at >= instant - interval '1 month')
               and not exists (select from span join HOME.ledger_batch b
                                 on b.epoch = span.epoch and b.batch between span.open_from and span.last_batch
                                where span.epoch = held.epoch and held.call_id = any (b.captured))
        $$;

        -- Takes the partition of a month out of the ledger, with its entries.
        create function HOME.ledger_detach_month(month date) returns void
            language plpgsql set search_path = pg_catalog, HOME, pg_temp as $$
        declare
            part constant text := format('%I.%I',
                (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where c.oid = 'HOME.ledger_entry'::regclass), 'ledger_entry_' || to_char(month, 'YYYY_MM'));
        begin
            execute format('alter table HOME.ledger_entry detach partition %s', part);
            execute format('drop table %s', part);
        end $$;
    $functions$, 'HOME', quote_ident(current_schema()));
end $migration$;

-- The role that serves requests reads the sums, and writes none.
do $migration$
declare
    before constant text := pg_get_functiondef('grant_runtime_rights()'::regprocedure);
    after constant text := replace(before, $$'offer_set'$$,
        $$'offer_set', 'ledger_archived_month', 'ledger_carried_lot', 'ledger_carried_entry'$$);
begin
    if after = before then
        raise exception 'grant_runtime_rights() has no list of tables that are only read';
    end if;
    execute after;
end $migration$;
select grant_runtime_rights();
