-- Expands: the version before leaves it null.
--
-- When the second factor was switched on. The undo of a change of address takes away one that is younger than the change.

alter table identity add column totp_set_at timestamptz;
