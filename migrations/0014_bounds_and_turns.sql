-- Three things had no bound: the bytes of an account's contacts, the epochs that each sweep looks through, and how long
-- somebody without any rights could hold up every change of a key.
--
-- Expands: the version before neither sees the new column and table nor misses the index, whose work another does.

-- An account's contacts are bounded by their bytes too, which are summed up at each new one.
create index contact_page_bytes on contact (account_id, mode, id) include (text_bytes);
drop index contact_page;
alter index contact_page_bytes rename to contact_page;

-- Every run of a gateway, and every command that gives or takes credits, leaves an epoch for good: its batches are part of
-- the books. So that the sweep need not look at all of them, those whose usage is added up say so. Neither index has a
-- column that changes with a batch.
alter table ledger_epoch add column is_added_up boolean not null default false;
update ledger_epoch e set is_added_up = true
 where closed_at is not null
   and batches = coalesce((select batch from ledger_usage_cursor c where c.epoch = e.epoch), 0);
create index ledger_epoch_behind on ledger_epoch (epoch) where not is_added_up;
create index ledger_epoch_open on ledger_epoch (epoch) where closed_at is null;

-- An advisory lock can be held by anybody who may connect. A row can be locked only by those who may change it.
create table named_lock (
    name text not null constraint named_lock_name_known check (name in ('audit', 'change')),
    slot int not null,
    primary key (name, slot)
);
insert into named_lock (name, slot) values ('change', 0);
insert into named_lock (name, slot) select 'audit', slot from generate_series(0, 1023) slot;

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
                select number into newest from HOME.audit_entry
                 where account_id = new.account_id order by number desc limit 1;
            end if;
            new.number := coalesce(newest, 0) + 1;
            new.at := clock_timestamp();
            return new;
        end $$;

        create or replace function HOME.note_change() returns trigger
            language plpgsql set search_path = pg_catalog, HOME, pg_temp as $$
        declare
            changed jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
            concerned uuid;
        begin
            case tg_table_name
                when 'plan' then null;
                when 'account' then concerned := changed ->> 'id';
                when 'key_secret' then
                    select account_id into concerned from HOME.api_key where id = (changed ->> 'key_id')::uuid;
                else concerned := changed ->> 'account_id';
            end case;
            -- From here to the end of the commit one change at a time, so that their numbers become visible in order.
            perform from HOME.named_lock where name = 'change' and slot = 0 for update;
            insert into HOME.change (kind, subject, account_id, changed_at)
            values (tg_table_name,
                    coalesce(changed ->> 'id', changed ->> 'key_id', concat(changed ->> 'edition', '/', changed ->> 'plan')),
                    concerned, clock_timestamp());
            -- The same words every time: many changes of one transaction are one notification.
            perform pg_notify('fluence_change', '');
            return null;
        end $$;

        -- Forgets epochs of a day ago in which nothing was committed; no row of the books names one. With the owner's
        -- rights, because the role that serves requests may not delete epochs.
        create function HOME.ledger_forget_empty_epochs() returns bigint
            language sql security definer set search_path = pg_catalog, HOME, pg_temp as $$
            with forgotten as (
                delete from HOME.ledger_epoch e
                 where e.closed_at < now() - interval '1 day' and e.batches = 0
                   and not exists (select from HOME.ledger_batch b where b.epoch = e.epoch)
                   and not exists (select from HOME.ledger_usage_cursor c where c.epoch = e.epoch)
                returning 1
            )
            select count(*) from forgotten
        $$;
    $functions$, 'HOME', quote_ident(current_schema()));
end $migration$;

select grant_runtime_rights();
