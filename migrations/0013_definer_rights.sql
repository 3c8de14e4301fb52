-- Functions that run with the owner's rights must not be steered by their caller. Without `pg_temp` in its search path a
-- function meets the caller's temporary tables before those of the schema, and a trigger on such a table runs with the
-- owner's rights. So every function finds the system's names first, then the schema's, temporary ones last; nobody but
-- the owner and the runtime role may call one; and the runtime role may make neither temporary nor lasting objects.
--
-- Expands: the version before calls the same functions as the same role.

do $migration$
begin
    execute replace($functions$
        create or replace function HOME.ledger_make_partitions(months_ahead int) returns int
            language plpgsql security definer set search_path = pg_catalog, HOME, pg_temp as $$
        declare
            home constant name := (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                                    where c.oid = 'HOME.ledger_entry'::regclass);
            first_day constant date := date_trunc('month', now() at time zone 'utc')::date;
            month_start date;
            made int := 0;
            name text;
        begin
            -- Whoever may call this could fill the catalogue with tables.
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
                        execute format(
                            'create table %1$I.%2$I partition of %1$I.ledger_entry for values from (%3$L) to (%4$L)',
                            home, name, to_char(month_start, 'YYYY-MM-DD') || ' 00:00:00+00',
                            to_char(month_start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
                        execute format(
                            'create trigger ledger_entry_not_truncated before truncate on %1$I.%2$I
                                for each statement execute function %1$I.ledger_refuse_change()', home, name);
                        made := made + 1;
                    exception when check_violation then
                        raise warning 'entries of % are in ledger_entry_other already', to_char(month_start, 'YYYY-MM');
                    end;
                end if;
            end loop;
            return made;
        end $$;

        create or replace function HOME.directory_count_words() returns void
            language plpgsql security definer set search_path = pg_catalog, HOME, pg_temp as $$
        begin
            perform gin_clean_pending_list('HOME.directory_people_search');
            analyze HOME.directory_people;
            refresh materialized view concurrently HOME.directory_words;
            update HOME.directory_state set words_version = words_version + 1;
        end $$;

        create or replace function HOME.ledger_summarize_entries() returns int
            language plpgsql security definer
            set search_path = pg_catalog, HOME, pg_temp set lock_timeout = '100ms' as $$
        declare
            part regclass;
            ranges int := 0;
        begin
            for part in select inhrelid from pg_inherits
                         where inhparent = 'HOME.ledger_entry_by_arrival'::regclass loop
                begin
                    ranges := ranges + brin_summarize_new_values(part);
                exception when lock_not_available then null;
                end;
            end loop;
            return ranges;
        end $$;

        -- Gives the runtime role exactly the rights that the program uses, and takes from everybody else the ones that
        -- lead to more. False where there is no such role and none can be made.
        create or replace function HOME.grant_runtime_rights() returns boolean
            language plpgsql set search_path = pg_catalog, HOME, pg_temp as $$
        declare
            home constant oid := (select relnamespace from pg_class where oid = 'HOME.ledger_entry'::regclass);
            -- Up to Postgres 15 every member may put a role on.
            may_set constant text :=
                case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end;
            database constant name := current_database();
            relation record;
            routine record;
        begin
            -- Two that grant at once would stumble over each other's rows of the catalogue.
            perform pg_advisory_xact_lock(7304118);
            if pg_has_role((select datdba from pg_database where datname = database), 'USAGE') then
                execute format('revoke temporary on database %I from public', database);
                -- Counting words makes a temporary table as the owner of the view.
                execute format('grant temporary on database %I to %s', database,
                    (select relowner::regrole from pg_class where oid = 'HOME.directory_words'::regclass));
            end if;
            if pg_has_role((select nspowner from pg_namespace where oid = home), 'USAGE') then
                execute format('revoke create on schema %s from public', home::regnamespace);
            end if;
            for routine in select oid::regprocedure as name from pg_proc p
                             where pronamespace = home and pg_has_role(proowner, 'USAGE')
                               and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass
                                                  and d.objid = p.oid and d.deptype = 'e')
            loop
                execute format('revoke all on function %s from public', routine.name);
            end loop;

            if to_regrole('fluence_runtime') is null then
                begin
                    create role fluence_runtime nologin;
                exception
                    -- The migration of another database was quicker.
                    when duplicate_object or unique_violation then null;
                    when insufficient_privilege then return false;
                end;
            end if;
            if not pg_has_role('fluence_runtime', may_set) then
                begin
                    execute format('grant fluence_runtime to %I', current_user);
                exception
                    when insufficient_privilege or unique_violation then null;
                end;
            end if;
            execute format('grant usage on schema %s to fluence_runtime', home::regnamespace);
            -- Partitions are reached through their table, whose rights count: on themselves the role gets none, now or later.
            for relation in
                select c.oid::regclass as name,
                       case
                           -- Written by `migrate` and imports only.
                           when c.relkind = 'm' or c.relname in ('_sqlx_migrations', 'pack', 'plan') then 'select'
                           -- Append-only.
                           when exists (select from pg_trigger t
                                         where t.tgrelid = c.oid and t.tgfoid = 'HOME.ledger_refuse_change'::regproc)
                               then 'select, insert'
                           -- Its rows are there to be locked.
                           when c.relname = 'named_lock' then 'select, update'
                           -- Forgotten after their time.
                           when c.relname = 'ledger_idempotency' then 'select, insert, update, delete'
                           when c.relname like 'ledger\_%'
                             or c.relname in ('account', 'api_key', 'environment', 'key_secret', 'route')
                               then 'select, insert, update'
                           else 'select, insert, update, delete'
                       end as rights
                  from pg_class c
                 where c.relnamespace = home and c.relkind in ('r', 'p', 'm') and not c.relispartition
                   and pg_has_role(c.relowner, 'USAGE')
            loop
                execute format('revoke all on %s from fluence_runtime', relation.name);
                execute format('grant %s on %s to fluence_runtime', relation.rights, relation.name);
            end loop;
            -- Functions with the owner's rights are there for the role; triggers call theirs for everybody.
            for routine in select oid::regprocedure as name from pg_proc
                             where pronamespace = home and prosecdef and pg_has_role(proowner, 'USAGE') loop
                execute format('grant execute on function %s to fluence_runtime', routine.name);
            end loop;
            return true;
        end $$;
    $functions$, 'HOME', quote_ident(current_schema()));
end $migration$;

-- The others run with their caller's rights. Their path is fixed all the same: a temporary table of the caller's must not
-- catch what a trigger writes down.
do $migration$
declare
    routine record;
begin
    for routine in select p.oid::regprocedure as name from pg_proc p
                     where p.pronamespace = current_schema()::regnamespace and not p.prosecdef
                       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass
                                          and d.objid = p.oid and d.deptype = 'e')
    loop
        execute format('alter function %s set search_path = pg_catalog, %I, pg_temp', routine.name, current_schema());
    end loop;
end $migration$;

select grant_runtime_rights();
