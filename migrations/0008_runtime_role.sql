-- Who serves requests may not rewrite the past. Triggers refuse changes of entries and batches, but an owner may drop a
-- trigger; so gateways work as a role that has no right to change them in the first place. The role is the cluster's and
-- has no login: connections of the owner, or of any member, put it on (storage/runtime_role.rs).
--
-- A migration after this one that makes a table ends with `select grant_runtime_rights();`, and `fluence migrate` calls it
-- in any case. Where the owner may not make roles, an operator does: docs/ledger.md.

-- Makes the role if it can and gives it exactly the rights that the program uses. False where there is no such role.
create function grant_runtime_rights() returns boolean language plpgsql set search_path from current as $$
declare
    -- Up to Postgres 15 every member may put a role on.
    may_set constant text := case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end;
    relation record;
begin
    -- Two that grant at once would stumble over each other's rows of the catalogue.
    perform pg_advisory_xact_lock(7304118);
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
    execute format('grant usage on schema %I to fluence_runtime', current_schema());
    -- Partitions are reached through their table, whose rights count: on themselves the role gets none, now or later.
    for relation in
        select c.oid::regclass as name,
               case
                   -- Written by `migrate` and imports only.
                   when c.relkind = 'm' or c.relname in ('_sqlx_migrations', 'pack', 'plan') then 'select'
                   -- Append-only.
                   when exists (select from pg_trigger t
                                 where t.tgrelid = c.oid and t.tgfoid = 'ledger_refuse_change'::regproc)
                       then 'select, insert'
                   -- Forgotten after their time.
                   when c.relname = 'ledger_idempotency' then 'select, insert, update, delete'
                   when c.relname like 'ledger\_%' or c.relname in ('account', 'api_key', 'environment', 'key_secret', 'route')
                       then 'select, insert, update'
                   else 'select, insert, update, delete'
               end as rights
          from pg_class c
         where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'm') and not c.relispartition
           and pg_has_role(c.relowner, 'USAGE')
    loop
        execute format('revoke all on %s from fluence_runtime', relation.name);
        execute format('grant %s on %s to fluence_runtime', relation.rights, relation.name);
    end loop;
    return true;
end $$;
select grant_runtime_rights();

-- What ends an import of people: files what the index still has pending, and counts the words anew. With the owner's
-- rights, because nobody else may refresh a view.
create function directory_count_words() returns void
    language plpgsql security definer set search_path from current as $$
begin
    perform gin_clean_pending_list('directory_people_search');
    analyze directory_people;
    refresh materialized view concurrently directory_words;
    update directory_state set words_version = words_version + 1;
end $$;
