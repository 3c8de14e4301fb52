-- Keys through their whole life: rotated, limited in where they may be used from, imported, and hashed under peppers that
-- can themselves be replaced. And a log of who changed what, which nobody can change. A gateway that restarts with a
-- newer pepper must not lock out the ones that have not yet, so a secret may be found by more than one digest.

alter table api_key alter column allowed_networks type cidr[] using allowed_networks::cidr[];
alter table api_key
    add constraint api_key_regions_few check (cardinality(regions) between 1 and 20),
    add constraint api_key_networks_few check (cardinality(allowed_networks) between 1 and 100),
    add constraint api_key_scopes_known check (scopes <@ array ['read', 'invoke', 'manage']),
    add constraint api_key_revoked_at_known check ((state = 'revoked') = (revoked_at is not null));

-- The older of two live versions has an end; a key has one version without.
alter table key_secret add column last_used_at timestamptz;
create unique index key_secret_one_without_end on key_secret (key_id) where ends_at is null;

-- How a secret is found: one row for each pepper it is hashed under.
create table key_digest (
    digest bytea constraint key_digest_unique primary key constraint key_digest_length check (length(digest) = 32),
    key_id uuid not null,
    version int not null,
    pepper_version int not null,
    constraint key_digest_once_per_pepper unique (key_id, version, pepper_version),
    constraint key_digest_of_secret foreign key (key_id, version) references key_secret (key_id, version)
);
insert into key_digest (digest, key_id, version, pepper_version)
select digest, key_id, version, pepper_version from key_secret;
alter table key_secret drop column digest, drop column pepper_version;

-- The peppers that keys were hashed under, by a keyed hash of a fixed text: enough to tell a wrong pepper from the right
-- one, and nothing that would help to guess it.
create table pepper (
    version int primary key constraint pepper_version_positive check (version > 0),
    fingerprint bytea not null constraint pepper_fingerprint_length check (length(fingerprint) = 16),
    added_at timestamptz not null default now(),
    retired_at timestamptz
);

-- Who looks after an account. An account keeps at least one admin who may act.
create table member (
    id uuid primary key,
    account_id uuid not null references account (id),
    email text not null constraint member_email_length check (char_length(email) between 3 and 254),
    role text not null constraint member_role_known check (role in ('admin', 'member')),
    state text not null default 'invited' constraint member_state_known check (state in ('invited', 'active', 'disabled')),
    created_at timestamptz not null default now()
);
create unique index member_email_unique on member (account_id, lower(email));

-- Who changed what, on what, from where; written in the transaction of the change. Numbered per account without gaps, so
-- that a reader who goes on after a number misses nothing; the entries of the service itself have no account.
create table audit_entry (
    id bigint generated always as identity primary key,
    account_id uuid references account (id),
    number bigint not null,
    at timestamptz not null,
    actor text not null constraint audit_actor_known check (actor in ('operator', 'member', 'key', 'system')),
    actor_id text not null constraint audit_actor_id_length check (char_length(actor_id) between 1 and 200),
    action text not null constraint audit_action_shape check (action ~ '^[a-z_]+[.][a-z_]+$'),
    subject text not null constraint audit_subject_shape check (subject ~ '^[a-z_]+$'),
    subject_id text not null constraint audit_subject_id_length check (char_length(subject_id) between 1 and 255),
    before jsonb constraint audit_before_small check (octet_length(before::text) <= 16384),
    after jsonb constraint audit_after_small check (octet_length(after::text) <= 16384),
    address inet,
    request_id uuid,
    constraint audit_entry_numbered unique nulls not distinct (account_id, number)
);

create function audit_number() returns trigger language plpgsql as $$
declare
    newest bigint;
begin
    -- Held to the end of the transaction: numbers are given in the order in which they can be seen.
    perform pg_advisory_xact_lock(7304119, hashtext(coalesce(new.account_id::text, '')));
    -- Two queries, because no index serves `is not distinct from`: each of these reads one row of the unique one.
    if new.account_id is null then
        select number into newest from audit_entry where account_id is null order by number desc limit 1;
    else
        select number into newest from audit_entry where account_id = new.account_id order by number desc limit 1;
    end if;
    new.number := coalesce(newest, 0) + 1;
    new.at := clock_timestamp();
    return new;
end $$;
create trigger audit_entry_numbered before insert on audit_entry for each row execute function audit_number();

-- The same guard as the ledger's, so that whoever serves requests gets no right to change it either.
create or replace function ledger_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on % is not allowed: it is append-only', tg_op, tg_table_name
        using errcode = 'restrict_violation', constraint = 'ledger_append_only';
end $$;
create trigger audit_entry_append_only before update or delete or truncate on audit_entry
    for each statement execute function ledger_refuse_change();
