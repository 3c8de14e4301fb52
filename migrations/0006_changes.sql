-- What gateways remember of keys must end when it is no longer true, on every one of them and at once. Each change of a
-- key, its secrets, its environment, its account or a plan is written down here in the transaction that makes it, and the
-- gateways are woken when that commits. The log is the truth and the notification only says that there is something to
-- read: a gateway that was cut off reads what it missed, and a lost notification costs a second at most.
--
-- Nothing here is on the way of a paid call: no table of the ledger has such a trigger.

create table change (
    -- Given in the order in which changes become visible: who has seen one has seen all below it. Numbers may be missing.
    number bigint generated always as identity primary key,
    kind text not null,
    -- What was changed: an id, or a plan's edition and name.
    subject text not null,
    -- Whose callers it concerns; null: everybody's.
    account_id uuid,
    changed_at timestamptz not null
);

create function note_change() returns trigger language plpgsql as $$
declare
    changed jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
    concerned uuid;
begin
    case tg_table_name
        when 'plan' then null;
        when 'account' then concerned := changed ->> 'id';
        when 'key_secret' then
            select account_id into concerned from api_key where id = (changed ->> 'key_id')::uuid;
        else concerned := changed ->> 'account_id';
    end case;
    -- From here to the end of the commit one change at a time, so that their numbers become visible in order.
    perform pg_advisory_xact_lock(7011604386);
    insert into change (kind, subject, account_id, changed_at)
    values (tg_table_name,
            coalesce(changed ->> 'id', changed ->> 'key_id', concat(changed ->> 'edition', '/', changed ->> 'plan')),
            concerned, clock_timestamp());
    -- The same words every time: many changes of one transaction are one notification.
    perform pg_notify('fluence_change', '');
    return null;
end
$$;

-- Deferred to the commit, so that the lock is held as short as possible and nothing is locked after it. When a key was
-- last used is no change of it; every other column is, also one that a later migration adds.
create constraint trigger api_key_changed after update on api_key deferrable initially deferred for each row
    when ((to_jsonb(old) - 'last_used_at') is distinct from (to_jsonb(new) - 'last_used_at'))
    execute function note_change();
create constraint trigger api_key_gone after delete on api_key deferrable initially deferred for each row
    execute function note_change();
-- A new secret is a change too: gateways remember for a moment that they know no such key.
create constraint trigger key_secret_new after insert or delete on key_secret deferrable initially deferred for each row
    execute function note_change();
create constraint trigger key_secret_changed after update on key_secret deferrable initially deferred for each row
    when ((to_jsonb(old) - 'last_used_at') is distinct from (to_jsonb(new) - 'last_used_at'))
    execute function note_change();
create constraint trigger environment_changed after update on environment deferrable initially deferred for each row
    when (old.* is distinct from new.*)
    execute function note_change();
create constraint trigger environment_gone after delete on environment deferrable initially deferred for each row
    execute function note_change();
create constraint trigger account_changed after update on account deferrable initially deferred for each row
    when (old.* is distinct from new.*)
    execute function note_change();
create constraint trigger account_gone after delete on account deferrable initially deferred for each row
    execute function note_change();
create constraint trigger plan_changed after update on plan deferrable initially deferred for each row
    when (old.* is distinct from new.*)
    execute function note_change();
create constraint trigger plan_gone after delete on plan deferrable initially deferred for each row
    execute function note_change();

-- The gateways on this database, each a run of the program. One that is silent is dead or cut off.
create table node (
    id uuid primary key,
    name text not null,
    version text not null,
    started_at timestamptz not null,
    last_seen_at timestamptz not null,
    -- The last change that it has heard of and acted on.
    change_seen bigint not null
) with (fillfactor = 50);
