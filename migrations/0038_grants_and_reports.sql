-- Expands. Two repairs of waiting work and of words; the version before reads and writes what it did.

-- When the ledger's rules refused the credits of a sign-up. They are tried again a day later, behind all others: refused grants
-- used to stay first in line.
alter table sign_up_grant add column refused_at timestamptz;

-- A report that only writes to the owner is called `notified`; `told` stays allowed for the version before.
alter table key_exposure drop constraint key_exposure_action_known;
alter table key_exposure add constraint key_exposure_action_known
    check (action in ('revoked', 'disabled', 'secret_ended', 'notified', 'told', 'none'));
update key_exposure set action = 'notified' where action = 'told';
