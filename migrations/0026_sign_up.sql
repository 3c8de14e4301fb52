-- Expands. Sign-up can also be finished by a code that is typed in the browser that began it; credits that a person gets once
-- for signing up; and the second factor of a person who has lost it, taken away a day after an admin vouched for them. The
-- version before neither reads nor writes any of this: it grants nothing, and resets nothing.

alter table one_time_token
    -- SHA-256 of the cookie of the browser that may use the code, and a keyed digest of the code.
    add column browser bytea constraint one_time_token_browser_length check (length(browser) = 32),
    add column code bytea constraint one_time_token_code_length check (length(code) = 32),
    drop constraint one_time_token_purpose_known,
    add constraint one_time_token_purpose_known
        check (purpose in
            ('log_in', 'sign_up', 'reset', 'invitation', 'new_email', 'undo_email', 'operator', 'keep_factor'));
create index one_time_token_by_browser on one_time_token (browser) where browser is not null;

create table sign_up_grant (
    -- Once a person.
    identity_id uuid primary key references identity (id),
    account_id uuid not null references account (id),
    credits bigint not null constraint sign_up_grant_credits_positive check (credits > 0),
    expires_at timestamptz not null,
    created_at timestamptz not null,
    -- Null: the ledger has not granted the credits yet.
    granted_at timestamptz
);
create index sign_up_grant_due on sign_up_grant (created_at) where granted_at is null;

create table factor_reset (
    identity_id uuid primary key references identity (id) on delete cascade,
    account_id uuid not null references account (id),
    -- The member who vouched.
    member_id uuid not null references member (id),
    created_at timestamptz not null,
    -- From then on a log-in asks for no code.
    due_at timestamptz not null constraint factor_reset_waits check (due_at > created_at)
);

select grant_runtime_rights();
