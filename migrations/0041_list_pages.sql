-- Expands. Pages of lists, and the past of a demonstration.

-- A list page reads the rows that it shows, however many others the account has. Indexes alone: the version before
-- reads and writes the same tables, and its queries find an index for each that goes.

-- The page of keys lists keys that are not revoked, newest first, of the account or of one environment.
create index api_key_unrevoked on api_key (account_id, id) where state <> 'revoked';
create index api_key_unrevoked_of_environment on api_key (environment_id, id) where state <> 'revoked';
drop index api_key_by_environment;
-- Keys that have ended, the latest first; and how many of these there are.
create index api_key_ended on api_key (account_id, least(revoked_at, expires_at), id)
    where revoked_at is not null or expires_at is not null;
drop index api_key_revoked;
-- How many keys are in use: those without an end, and those whose end is to come.
create index api_key_in_use on api_key (account_id, expires_at) where state <> 'revoked';
drop index api_key_expiring;

-- The audit log of one kind of subject or actor, and of one subject, newest first.
create index audit_entry_of_subject on audit_entry (account_id, subject, number);
create index audit_entry_of_actor on audit_entry (account_id, actor, number);
create index audit_entry_of_thing on audit_entry (account_id, subject, subject_id, number);
drop index audit_entry_by_subject;

-- Operators: e-mails in one state, newest first; the accounts on a plan.
create index email_outbox_by_state on email_outbox (state, id);
create index account_by_plan on account (edition, plan, id) where closed_at is null;

-- The clock of the database dates every entry of the audit log. A past may be written for an account whose first entry is of the
-- same transaction, and for no other: entries stay in the order of their instants.
do $migration$
begin
    execute replace($functions$
        create or replace function HOME.audit_number() returns trigger
            language plpgsql set search_path = pg_catalog, HOME, pg_temp as $$
        declare
            newest bigint;
            newest_at timestamptz;
        begin
            -- Held to the end of the transaction: numbers are given in the order in which they can be seen.
            perform from HOME.named_lock
              where name = 'audit' and slot = hashtext(coalesce(new.account_id::text, '')) & 1023 for update;
            -- Two queries, because no index serves `is not distinct from`: each of these reads one row of the unique one.
            if new.account_id is null then
                select number, at into newest, newest_at
                  from HOME.audit_entry where account_id is null order by number desc limit 1;
            else
                select number, at into newest, newest_at
                  from HOME.audit_entry where account_id = new.account_id order by number desc limit 1;
            end if;
            new.number := coalesce(newest, 0) + 1;
            if new.at is null or new.account_id is null or new.at > clock_timestamp() or new.at < newest_at
               or newest is not null
                  and not exists (select from HOME.audit_entry
                                   where account_id = new.account_id and number = 1
                                     and xmin = pg_current_xact_id()::xid) then
                new.at := clock_timestamp();
            end if;
            return new;
        end $$;
    $functions$, 'HOME', quote_ident(current_schema()));
end $migration$;
