-- Expands. What an operator does to an account has a reason, which the account's audit log shows; and operators keep notes about
-- accounts for each other. The version before writes no reason and knows no notes.

alter table audit_entry
    add column reason text constraint audit_reason_length check (char_length(reason) between 1 and 500);
-- Everything that one operator did, and everything of one kind that was done.
create index audit_entry_by_actor on audit_entry (actor, actor_id, id);
create index audit_entry_by_action on audit_entry (action, id);

create table account_note (
    id bigint generated always as identity primary key,
    account_id uuid not null references account (id),
    -- The operator's name.
    author text not null constraint account_note_author_length check (char_length(author) between 1 and 200),
    note text not null constraint account_note_length check (char_length(note) between 1 and 2000),
    written_at timestamptz not null default now()
);
create index account_note_by_account on account_note (account_id, id);
create trigger account_note_append_only before update or delete or truncate on account_note
    for each statement execute function ledger_refuse_change();

select grant_runtime_rights();
