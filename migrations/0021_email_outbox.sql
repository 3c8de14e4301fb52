-- Expands. E-mails wait here from the transaction of their cause until they are sent. The version before neither reads nor
-- writes them.

create table email_outbox (
    id uuid primary key,
    -- What it is for, such as `invitation`.
    kind text not null constraint email_outbox_kind_shape check (kind ~ '^[a-z_]+$'),
    to_address text not null constraint email_outbox_to_length check (char_length(to_address) between 3 and 254),
    -- The message, sealed under the pepper because links log in; wiped once it is sent.
    sealed bytea constraint email_outbox_sealed_small check (length(sealed) <= 32768),
    state text not null default 'waiting' constraint email_outbox_state_known check (state in ('waiting', 'sent', 'failed')),
    tries int not null default 0,
    next_at timestamptz not null,
    created_at timestamptz not null,
    sent_at timestamptz,
    error text constraint email_outbox_error_length check (char_length(error) <= 300),
    constraint email_outbox_sent_is_wiped check (state <> 'sent' or sealed is null)
);
create index email_outbox_due on email_outbox (next_at) where state = 'waiting';
create index email_outbox_by_age on email_outbox (created_at);

select grant_runtime_rights();
