-- A period's requests bound what the plan pays for: a call takes one only if plan credits pay for it, in whole or in part.
-- Until now every call took one. What a call took must be known when it is given back and when the books are verified; it
-- follows from the lots of its entries and from the rule that its writer went by, which stands here once an epoch, so that
-- entries stay as they are. Expands: writers of the version before do not name the column, and get their own rule.
alter table ledger_epoch add column requests_by_plan boolean not null default false;
