-- Expands. A second factor of people who log in: a time-based one-time password (RFC 6238) and recovery codes. And the changes
-- of a request are found by its id. The version before asks for no second factor: after a downgrade, passwords are enough.

alter table identity
    -- The shared secret, sealed under the pepper. Null: no second factor.
    add column totp bytea constraint identity_totp_small check (length(totp) <= 256),
    -- The step of the code that was used last: each code works once.
    add column totp_last_step bigint not null default 0;

create table recovery_code (
    identity_id uuid not null references identity (id) on delete cascade,
    -- SHA-256: a code has 80 random bits.
    digest bytea not null constraint recovery_code_digest_length check (length(digest) = 32),
    used_at timestamptz,
    primary key (identity_id, digest)
);

-- Null: the session has proved everything that it has to. Otherwise it is good for the second factor alone.
alter table session add column half_until timestamptz;

create index audit_entry_by_request on audit_entry (request_id) where request_id is not null;

select grant_runtime_rights();
