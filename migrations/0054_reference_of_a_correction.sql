-- Expands: the version before leaves it null.
--
-- The operator's id of a correction, which its entries show as those of a grant do. Ids that were given before are in
-- `operator_act`. Null: a plan move, or a correction of an earlier version without one.

alter table ledger_correction
    add column reference text
        constraint ledger_correction_reference_length check (char_length(reference) between 1 and 255),
    add constraint ledger_correction_once_per_reference unique (account_id, reference);

alter table ledger_correction disable trigger ledger_correction_append_only;
update ledger_correction c set reference = a.reference
  from operator_act a
 where a.kind = 'take' and a.account_id = c.account_id and a.call_id = c.call_id;
alter table ledger_correction enable trigger ledger_correction_append_only;
