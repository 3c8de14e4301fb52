-- Expands. People log in to the console: identities, their sessions, one-time links, and what throttles guessing. The version
-- before neither reads nor writes any of this; a member that it adds is linked to a person when the person first logs in.

create table identity (
    id uuid primary key,
    email text not null constraint identity_email_length check (char_length(email) between 3 and 254),
    -- The address in the form by which it is unique.
    email_key text not null constraint identity_email_unique unique,
    name text not null default '' constraint identity_name_length check (char_length(name) <= 80),
    -- Null: as the browser asks.
    language text constraint identity_language_known check (language in ('en', 'pt')),
    theme text constraint identity_theme_known check (theme in ('light', 'dark')),
    -- The hash of the password, sealed under the pepper. Null: none is set.
    password bytea constraint identity_password_small check (length(password) <= 512),
    password_at timestamptz,
    state text not null default 'active' constraint identity_state_known check (state in ('active', 'closed')),
    created_at timestamptz not null,
    last_log_in_at timestamptz
);

create table session (
    -- SHA-256 of the cookie's value.
    digest bytea primary key constraint session_digest_length check (length(digest) = 32),
    id uuid not null constraint session_id_unique unique,
    identity_id uuid not null references identity (id) on delete cascade,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null,
    -- When the person last proved who they are.
    confirmed_at timestamptz not null,
    address inet,
    browser text not null constraint session_browser_length check (char_length(browser) <= 120)
);
create index session_by_identity on session (identity_id, created_at);
create index session_by_end on session (ends_at);

-- Forms that were sent: each makes something once. The row is written in the transaction of what the form makes.
create table spent_form (
    digest bytea primary key constraint spent_form_digest_length check (length(digest) = 32),
    -- The page of what was made.
    leads_to text not null constraint spent_form_leads_to_length check (char_length(leads_to) <= 300),
    spent_at timestamptz not null
);
create index spent_form_by_age on spent_form (spent_at);

create table one_time_token (
    -- SHA-256 of the token.
    digest bytea primary key constraint one_time_token_digest_length check (length(digest) = 32),
    purpose text not null
        constraint one_time_token_purpose_known check (purpose in ('log_in', 'sign_up', 'reset', 'invitation', 'new_email', 'undo_email')),
    -- The address that the token is bound to, and its unique form.
    email text not null constraint one_time_token_email_length check (char_length(email) between 3 and 254),
    email_key text not null,
    identity_id uuid references identity (id) on delete cascade,
    member_id uuid references member (id) on delete cascade,
    created_at timestamptz not null,
    ends_at timestamptz not null,
    used_at timestamptz,
    constraint one_time_token_ends check (ends_at > created_at)
);
create index one_time_token_by_subject on one_time_token (email_key, purpose);
create index one_time_token_by_end on one_time_token (ends_at);

-- Failures to prove who one is, by a keyed digest of what was guessed at: an address, a network, a browser.
create table guess (
    kind text not null,
    subject bytea not null constraint guess_subject_length check (length(subject) = 32),
    failures int not null constraint guess_failures_positive check (failures > 0),
    last_at timestamptz not null,
    primary key (kind, subject)
);
create index guess_by_age on guess (last_at);

alter table member
    add column identity_id uuid references identity (id),
    add column accepted_at timestamptz,
    add column invited_by uuid;
create unique index member_identity_unique on member (account_id, identity_id);
create index member_by_identity on member (identity_id) where identity_id is not null;

-- Who made a key, and what happened to it.
create index audit_entry_by_subject on audit_entry (account_id, subject, subject_id);

select grant_runtime_rights();
