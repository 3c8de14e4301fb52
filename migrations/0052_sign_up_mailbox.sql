-- Expands: the version before leaves it null.
--
-- A keyed digest of the mailbox behind the address of a sign-up, so that its tags and dots bring no second grant.

alter table sign_up_grant add column mailbox bytea;
create unique index sign_up_grant_mailbox on sign_up_grant (mailbox);
