-- Expands. Credits of calls that were given back, by day, for the chart of the overview. The version before neither reads nor
-- writes them, and adds up usage as before. What it leaves, and all that is there now, is caught up piece by piece.

create table ledger_given_back (
    account_id uuid not null,
    -- The UTC day on which they were given back.
    day date not null,
    credits bigint not null,
    primary key (account_id, day),
    constraint ledger_given_back_credits check (credits > 0)
);

alter table ledger_usage_cursor
    add column given_back_batch int not null default 0,
    add constraint ledger_usage_cursor_given_back check (given_back_batch between 0 and batch);
create index ledger_usage_cursor_behind on ledger_usage_cursor (epoch) where given_back_batch < batch;

select grant_runtime_rights();
