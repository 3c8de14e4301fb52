-- Expands: new columns without a default that must be filled, and new tables that the version before does not know.
--
-- Answers kept under an Idempotency-Key say of what media type they are, instead of being guessed by their first bytes, and
-- whether a replay brings their billing_info up to date. Rows of the version before say neither: they are JSON that does.
alter table ledger_idempotency
    add column media_type text
        constraint ledger_idempotency_media_type_length check (char_length(media_type) between 1 and 255),
    add column tells_billing boolean not null default true;
update ledger_idempotency set media_type = 'application/problem+json'
 where state = 'captured' and not starts_with(encode(substring(body from 1 for 10), 'escape'), '{"success"');

-- What was asked under an Idempotency-Key by keys of test environments, and what was answered: no money hangs on it, so it
-- stands apart from the ledger.
create table test_answer (
    environment_id uuid not null,
    key_hash bytea not null constraint test_answer_key_hash_length check (length(key_hash) = 32),
    account_id uuid not null,
    fingerprint bytea not null constraint test_answer_fingerprint_length check (length(fingerprint) = 32),
    call_id uuid not null,
    state text not null constraint test_answer_state_known check (state in ('running', 'captured', 'released')),
    lease_until timestamptz not null,
    expires_at timestamptz not null,
    status smallint,
    media_type text,
    body bytea,
    tells_billing boolean not null default true,
    primary key (environment_id, key_hash),
    constraint test_answer_whole check ((state = 'captured') = (status is not null and media_type is not null and body is not null))
);
create index test_answer_expiry on test_answer (expires_at);
create index test_answer_of_account on test_answer (account_id, expires_at);

-- Calls that were refused after authentication, counted: nothing of them stands in the ledger.
create table refused_call (
    account_id uuid not null,
    day date not null,
    key_id uuid not null,
    route smallint not null,
    code text not null constraint refused_call_code_length check (char_length(code) between 1 and 64),
    calls bigint not null constraint refused_call_counted check (calls > 0),
    primary key (account_id, day, key_id, route, code)
);
create index refused_call_day on refused_call (day);

select grant_runtime_rights();
