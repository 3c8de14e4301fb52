-- The money. A row of ledger_account is where an account stands; ledger_entry is how it came there, numbered per account
-- without gaps and never changed; ledger_batch is one commit of one writer, sealed with the hash of the batch before.
--
-- The lot that is being spent lives inside ledger_account ("open lot"), so that the usual hold is one update of one row.
-- Its row in ledger_lot holds `left_in_lot` = 0 meanwhile: balance = open_lot_left + sum(left_in_lot).

create table ledger_account (
    account_id uuid primary key references account (id),
    balance bigint not null,
    open_lot int not null,
    open_lot_is_plan boolean not null,
    open_lot_left bigint not null constraint ledger_open_lot_not_negative check (open_lot_left >= 0),
    open_lot_expires_at timestamptz not null,
    last_lot int not null,
    last_entry bigint not null,
    period int not null constraint ledger_period_not_negative check (period >= 0),
    period_starts_at timestamptz not null,
    period_ends_at timestamptz not null,
    plan_lot int not null,
    plan_credits bigint not null constraint ledger_plan_credits_not_negative check (plan_credits >= 0),
    plan_left bigint not null constraint ledger_plan_left_not_negative check (plan_left >= 0),
    requests_limit bigint not null,
    requests_used bigint not null constraint ledger_requests_not_negative check (requests_used >= 0),
    constraint ledger_balance_not_negative check (balance >= 0),
    constraint ledger_period_ordered check (period_starts_at < period_ends_at),
    constraint ledger_requests_within_limit check (requests_used <= requests_limit)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
-- What the sweep looks for: the open lot is the first of its account to expire. Neither column changes with a hold.
create index ledger_account_due on ledger_account (least(open_lot_expires_at, period_ends_at));

create table ledger_lot (
    account_id uuid not null references ledger_account (account_id),
    lot int not null constraint ledger_lot_numbered check (lot > 0),
    source text not null constraint ledger_lot_source_known check (source in ('plan', 'pack', 'grant')),
    granted bigint not null constraint ledger_lot_granted_not_negative check (granted >= 0),
    left_in_lot bigint not null constraint ledger_lot_left_not_negative check (left_in_lot >= 0),
    expires_at timestamptz not null,
    created_at timestamptz not null,
    period int,
    -- The caller's id of the purchase or grant: the same one twice counts once.
    reference text constraint ledger_lot_reference_length check (char_length(reference) between 1 and 255),
    note text,
    primary key (account_id, lot),
    constraint ledger_lot_once_per_reference unique (account_id, reference),
    constraint ledger_lot_once_per_period unique (account_id, period),
    constraint ledger_lot_within_grant check (left_in_lot <= granted)
);
create index ledger_lot_live on ledger_lot (account_id) where left_in_lot > 0;

-- One run of one writer. Its batches are numbered without gaps; whoever closes it also releases what it left open, and a
-- writer whose epoch was closed can commit no more.
create table ledger_epoch (
    epoch int generated always as identity primary key,
    node text not null,
    started_at timestamptz not null default now(),
    heartbeat_at timestamptz not null default now(),
    batches int not null default 0,
    -- Raised when the writer has lost its connection: whatever it had sent on it commits nothing any more.
    session int not null default 0,
    closed_at timestamptz
) with (fillfactor = 20);

create table ledger_batch (
    epoch int not null references ledger_epoch (epoch),
    batch int not null,
    at timestamptz not null,
    -- The oldest batch that still has an open hold: nothing before it needs to be looked at after a crash.
    open_from int not null,
    -- Captured calls, with their outcomes, recorded here once instead of a row each.
    captured uuid[] not null,
    captured_outcomes smallint[] not null,
    previous_hash bytea not null,
    hash bytea not null,
    primary key (epoch, batch),
    constraint ledger_batch_outcome_per_capture
        check (coalesce(array_length(captured, 1), 0) = coalesce(array_length(captured_outcomes, 1), 0)),
    constraint ledger_batch_hash_length check (length(hash) = 32 and length(previous_hash) = 32)
);
-- The arrays are read together with their row; keep them in it.
alter table ledger_batch alter captured set storage main;

-- kind: 1 grant 2 pack 3 renewal 4 hold 5 release 6 expiry 7 correction 8 plan_move
create table ledger_entry (
    account_id uuid not null,
    number bigint not null,
    at timestamptz not null,
    amount bigint not null,
    balance_after bigint not null constraint ledger_entry_balance_not_negative check (balance_after >= 0),
    call_id uuid not null,
    key_id uuid,
    epoch int not null,
    batch int not null,
    lot int not null,
    kind smallint not null constraint ledger_entry_kind_known check (kind between 1 and 8),
    route smallint,
    outcome smallint,
    primary key (account_id, number, at),
    constraint ledger_entry_sign check (
        case kind when 4 then amount <= 0 when 6 then amount <= 0 when 7 then true when 8 then true else amount >= 0 end
    ),
    constraint ledger_entry_call check ((kind in (4, 5)) = (key_id is not null and route is not null)),
    constraint ledger_entry_release_outcome check ((kind = 5) = (outcome is not null))
) partition by range (at);

-- Nearly free: entries arrive in the order of batches and, being UUIDv7, of call ids.
create index ledger_entry_by_arrival on ledger_entry using brin (call_id, epoch, batch)
    with (pages_per_range = 32, autosummarize = on);

-- Nothing of the past is changed, by nobody: a mistake is corrected by a new entry. Partitions inherit the trigger for rows.
create function ledger_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on % is not allowed: the ledger is append-only', tg_op, tg_table_name
        using errcode = 'restrict_violation', constraint = 'ledger_append_only';
end $$;
create trigger ledger_entry_append_only before update or delete on ledger_entry
    for each row execute function ledger_refuse_change();
create trigger ledger_batch_append_only before update or delete or truncate on ledger_batch
    for each statement execute function ledger_refuse_change();

-- Should nobody have made a month's partition in time, entries still have a place.
create table ledger_entry_other partition of ledger_entry default;
create trigger ledger_entry_not_truncated before truncate on ledger_entry_other
    for each statement execute function ledger_refuse_change();

-- Makes the partitions of this month and of the given number of months after it; harmless when they exist. A month that
-- has entries in ledger_entry_other keeps them there and gets no partition.
-- Runs with the owner's rights, because the role that serves requests may not create tables.
create function ledger_make_partitions(months_ahead int) returns int
    language plpgsql security definer set search_path from current as $$
declare
    first_day date := date_trunc('month', now() at time zone 'utc')::date;
    month_start date;
    made int := 0;
    name text;
begin
    perform pg_advisory_xact_lock(7304117);
    for ahead in 0..months_ahead loop
        month_start := (first_day + make_interval(months => ahead))::date;
        name := 'ledger_entry_' || to_char(month_start, 'YYYY_MM');
        if to_regclass(name) is null then
            begin
                execute format('create table %I partition of ledger_entry for values from (%L) to (%L)', name,
                    month_start::text || ' 00:00:00+00', (month_start + interval '1 month')::date::text || ' 00:00:00+00');
                execute format('create trigger ledger_entry_not_truncated before truncate on %I
                    for each statement execute function ledger_refuse_change()', name);
                made := made + 1;
            exception when check_violation then
                raise warning 'entries of % are in ledger_entry_other already', to_char(month_start, 'YYYY-MM');
            end;
        end if;
    end loop;
    return made;
end $$;
select ledger_make_partitions(3);

-- Credits a key has spent, kept only for keys with a cap.
create table ledger_key_spend (
    key_id uuid primary key references api_key (id),
    day date not null,
    day_spent bigint not null constraint ledger_day_spent_not_negative check (day_spent >= 0),
    month date not null,
    month_spent bigint not null constraint ledger_month_spent_not_negative check (month_spent >= 0)
) with (fillfactor = 50);

-- What was asked under an Idempotency-Key, and what was answered.
create table ledger_idempotency (
    account_id uuid not null references ledger_account (account_id),
    environment_id uuid not null,
    key_hash bytea not null,
    fingerprint bytea not null,
    call_id uuid not null,
    state text not null constraint ledger_idempotency_state_known check (state in ('running', 'captured', 'released')),
    lease_until timestamptz not null,
    expires_at timestamptz not null,
    status smallint,
    body bytea,
    primary key (account_id, environment_id, key_hash)
);
create index ledger_idempotency_expiry on ledger_idempotency (expires_at);
create index ledger_idempotency_by_call on ledger_idempotency (call_id) where state = 'running';

-- Calls and credits by day, key, endpoint and outcome; filled from the batches, each batch once.
create table ledger_usage (
    account_id uuid not null,
    day date not null,
    key_id uuid not null,
    route smallint not null,
    outcome smallint not null,
    calls bigint not null,
    credits bigint not null,
    primary key (account_id, day, key_id, route, outcome)
);
create table ledger_usage_cursor (
    epoch int primary key references ledger_epoch (epoch),
    batch int not null
);
