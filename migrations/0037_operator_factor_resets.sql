-- Expands. A person who has lost the second factor and has no other admin asks the operator of the service, who ends it after
-- 72 hours. No member vouches then, so the member becomes optional. The person gets three notices, at once, after 24 and after
-- 48 hours, each of which can stop it. The version before reads and writes none of the new columns.
alter table factor_reset alter column member_id drop not null;
alter table factor_reset add column notices int not null default 1
    constraint factor_reset_notices_counted check (notices between 1 and 3);
-- Null: no further notice.
alter table factor_reset add column next_notice_at timestamptz;
create index factor_reset_notice on factor_reset (next_notice_at) where next_notice_at is not null;
