-- Expands: the version before leaves it null for the keys it makes or changes.
--
-- Since when a key has had a cap without a break. A call held before then never counted against the cap.

alter table api_key add column capped_since timestamptz;

update api_key set capped_since = created_at where coalesce(daily_cap, monthly_cap) is not null;
