-- What is sold is the seller's: catalogues of plans and packs, and sets of routes, each applied as a whole and numbered. The
-- newest of a kind is in force; none: what the program ships. The table keeps every text, so that an older one can be applied
-- again. Gateways learn of a new set through the change feed and report which they have taken up, or why not.
--
-- Expands: the version before reads neither the table nor the columns, and empties its caches on a change that it does not know.

create table offer_set (
    kind text not null constraint offer_set_kind_known check (kind in ('catalogue', 'routes')),
    -- Counted from 1 within the kind; 0 is what the program ships.
    number int not null constraint offer_set_number_positive check (number > 0),
    text text not null constraint offer_set_text_length check (octet_length(text) between 1 and 1048576),
    applied_at timestamptz not null default now(),
    applied_by text not null constraint offer_set_applied_by_length check (char_length(applied_by) between 1 and 200),
    primary key (kind, number)
);

create function offer_set_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on offer_set is not allowed: sets are only added', tg_op
        using errcode = 'restrict_violation', constraint = 'offer_set_append_only';
end $$;
create trigger offer_set_append_only before update or delete or truncate on offer_set
    for each statement execute function offer_set_refuse_change();
create constraint trigger offer_set_applied after insert on offer_set deferrable initially deferred for each row
    execute function note_change();

-- What a gateway sells: the numbers of the sets that it has taken up, and why it has not taken up the newest.
alter table node
    add column catalogue_set int,
    add column routes_set int,
    add column offer_fault text constraint node_offer_fault_length check (char_length(offer_fault) <= 2000);

-- As the other functions: fixed paths, so that no temporary table of a caller catches what a trigger writes.
do $migration$
begin
    execute format('alter function offer_set_refuse_change() set search_path = pg_catalog, %I, pg_temp', current_schema());
end $migration$;

-- Prices are not for the role that serves requests to change: it reads sets, as it reads plans and packs.
do $migration$
declare
    before constant text := pg_get_functiondef('grant_runtime_rights()'::regprocedure);
    after constant text := replace(before, $$'pack', 'plan'$$, $$'pack', 'plan', 'offer_set'$$);
begin
    if after = before then
        raise exception 'grant_runtime_rights() has no list of tables that are only read';
    end if;
    execute after;
end $migration$;
select grant_runtime_rights();
