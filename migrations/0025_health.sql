-- Expands. What operators look at when something is wrong: how far a gateway's clock is from the database's, when the ledger was
-- last verified, and who used and failed most on a day. The version before reports no clock and no verification.

alter table node add column clock_ahead_ms bigint;

create index ledger_usage_by_day on ledger_usage (day);
-- A key is found by the end of its secret, which customers can read to an operator.
create index key_secret_by_last_four on key_secret (last_four);

create table ledger_verification (
    id bigint generated always as identity primary key,
    verified_at timestamptz not null,
    -- The instant up to which batches were seen, and from which. Null: from the first.
    seen_until timestamptz not null,
    since timestamptz,
    batches bigint not null,
    entries bigint not null,
    faults bigint not null constraint ledger_verification_faults_counted check (faults >= 0),
    verified_by text not null constraint ledger_verification_by_length check (char_length(verified_by) between 1 and 200)
);

select grant_runtime_rights();
