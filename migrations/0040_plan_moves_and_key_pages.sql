-- Expands. Runs of operators, and indexes for the page of keys.

-- An operator moves all accounts of a plan to another plan: a run, and one row for each of its accounts, so that a run
-- that is interrupted goes on where it stopped. The version before reads and writes neither table.
create table plan_move (
    id uuid primary key,
    from_edition text not null,
    from_plan text not null,
    to_edition text not null,
    to_plan text not null,
    -- The operator, as the audit entries of the accounts name them.
    author text not null constraint plan_move_author_length check (char_length(author) between 1 and 200),
    address inet,
    request_id uuid,
    reason text constraint plan_move_reason_length check (char_length(reason) between 1 and 500),
    started_at timestamptz not null default now(),
    -- When an operator stopped it: accounts that still waited stay on their plan.
    stopped_at timestamptz,
    ended_at timestamptz,
    -- Until then one gateway or command works on it.
    leased_until timestamptz not null default now(),
    constraint plan_move_to_another check ((from_edition, from_plan) <> (to_edition, to_plan))
);
create unique index plan_move_open on plan_move (from_edition, from_plan) where ended_at is null;

create table plan_move_account (
    plan_move_id uuid not null references plan_move (id) on delete cascade,
    account_id uuid not null references account (id),
    -- `moving`: the account has its new plan, and the ledger does not count by it yet.
    state text not null constraint plan_move_account_state_known
        check (state in ('waiting', 'moving', 'moved', 'skipped', 'refused')),
    primary key (plan_move_id, account_id)
);
create index plan_move_account_open on plan_move_account (plan_move_id, account_id) where state in ('waiting', 'moving');

-- The page of keys reads 50 of them, however many there are. The index of accounts alone was a part of this one.
create index api_key_page on api_key (account_id, id);
drop index api_key_by_account;
-- How many keys have ended.
create index api_key_revoked on api_key (account_id) where state = 'revoked';
create index api_key_expiring on api_key (account_id, expires_at) where state <> 'revoked' and expires_at is not null;

select grant_runtime_rights();
