-- Who may call, and on what terms: plans, packs, accounts, environments, keys. Secrets of keys are stored only as a keyed
-- hash; the pepper that keys it is configuration and never here.

create table plan (
    edition text not null,
    plan text not null,
    position int not null,
    tier text not null,
    label text not null,
    price_usd int constraint plan_price_not_negative check (price_usd >= 0),
    credits bigint not null constraint plan_credits_not_negative check (credits >= 0),
    rate_per_s int not null constraint plan_rate_positive check (rate_per_s > 0),
    burst int not null constraint plan_burst_positive check (burst > 0),
    concurrency int not null constraint plan_concurrency_positive check (concurrency > 0),
    requests int not null constraint plan_requests_not_negative check (requests >= 0),
    access text[] not null,
    api_access boolean not null,
    keys_per_environment int not null constraint plan_keys_positive check (keys_per_environment > 0),
    support text not null,
    assumption text,
    primary key (edition, plan)
);

create table pack (
    pack text primary key,
    name text not null,
    credits bigint not null constraint pack_credits_positive check (credits > 0),
    price_usd int not null constraint pack_price_not_negative check (price_usd >= 0)
);

create table account (
    id uuid primary key,
    name text not null constraint account_name_length check (char_length(name) between 1 and 80),
    email text not null constraint account_email_length check (char_length(email) between 3 and 254),
    edition text not null,
    plan text not null,
    state text not null default 'active' constraint account_state_known check (state in ('active', 'suspended')),
    -- Periods are counted from here, so that 31 January comes back to the 31st after a short month.
    anchored_at timestamptz not null,
    created_at timestamptz not null,
    constraint account_plan_exists foreign key (edition, plan) references plan (edition, plan)
);

create table environment (
    id uuid primary key,
    account_id uuid not null references account (id),
    name text not null constraint environment_name_length check (char_length(name) between 1 and 40),
    mode text not null constraint environment_mode_known check (mode in ('live', 'test')),
    key_cap int constraint environment_key_cap_positive check (key_cap > 0),
    created_at timestamptz not null,
    constraint environment_name_unique unique (account_id, name)
);

create table api_key (
    id uuid primary key,
    account_id uuid not null references account (id),
    environment_id uuid not null references environment (id),
    name text not null constraint api_key_name_length check (char_length(name) between 1 and 80),
    state text not null default 'active'
        constraint api_key_state_known check (state in ('active', 'disabled', 'revoked')),
    scopes text[] not null,
    format text not null,
    expires_at timestamptz,
    regions text[],
    allowed_networks text[],
    daily_cap bigint constraint api_key_daily_cap_positive check (daily_cap > 0),
    monthly_cap bigint constraint api_key_monthly_cap_positive check (monthly_cap > 0),
    created_at timestamptz not null,
    revoked_at timestamptz,
    last_used_at timestamptz
);
create index api_key_by_account on api_key (account_id);
create index api_key_by_environment on api_key (environment_id);

-- A key through its rotations: each version of its secret has its own row and, while it is being replaced, its own end.
create table key_secret (
    key_id uuid not null references api_key (id),
    version int not null,
    digest bytea not null constraint key_secret_digest_unique unique,
    pepper_version int not null,
    prefix text not null,
    last_four text not null,
    created_at timestamptz not null,
    ends_at timestamptz,
    primary key (key_id, version)
);

-- Small numbers for paths, because every ledger entry names one.
create table route (
    number smallint generated always as identity primary key,
    path text not null constraint route_path_unique unique
);
