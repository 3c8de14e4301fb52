-- Expands. Alerts by e-mail: what an account chose, what was sent, and how far the look through all accounts has come. The
-- version before neither reads nor writes any of this; it sends no alerts.

create table alert_rule (
    account_id uuid not null references account (id),
    kind text not null
        constraint alert_rule_kind_known check (kind in ('low_credits', 'no_credits', 'requests', 'key_ends', 'key_unused')),
    is_on boolean not null,
    -- Credits. Null: a fifth of the credits that are valid.
    threshold bigint constraint alert_rule_threshold_positive check (threshold > 0),
    primary key (account_id, kind)
);

create table alert_event (
    id uuid primary key,
    account_id uuid not null references account (id),
    kind text not null,
    -- Which of the kind: a period and a level, a key and its end, a month.
    subject text not null constraint alert_event_subject_length check (char_length(subject) <= 200),
    fired_at timestamptz not null,
    -- From then on the same thing is reported again.
    rearmed_at timestamptz
);
create unique index alert_event_once on alert_event (account_id, kind, subject) where rearmed_at is null;
create index alert_event_by_account on alert_event (account_id, fired_at);
create index alert_event_by_age on alert_event (fired_at);

-- One row: whoever holds it looks, and no other gateway does.
create table alert_cursor (
    only_row boolean primary key default true constraint alert_cursor_has_one_row check (only_row),
    after_account uuid
);
insert into alert_cursor default values;

select grant_runtime_rights();
