-- Why credits were taken back. A grant's reason stands in its lot; a correction has no lot of its own, and credits that
-- went without a recorded reason could be explained to nobody.

create table ledger_correction (
    account_id uuid not null references ledger_account (account_id),
    -- The id of the act, which its entries carry as `call_id`.
    call_id uuid not null,
    note text not null,
    primary key (account_id, call_id),
    constraint ledger_correction_note_length check (char_length(note) between 1 and 500)
);
create trigger ledger_correction_append_only before update or delete or truncate on ledger_correction
    for each statement execute function ledger_refuse_change();
