-- Expands: the version before neither reads nor writes the table.
--
-- Receipts of calls that were given back name the status that their client got and, of a forwarded call, the status of the
-- upstream, where the outcome does not determine them. A row is written in the transaction of the release, and kept with its
-- entries. Calls that were charged have none.

create table call_status (
    call_id uuid primary key,
    -- What the client got.
    status smallint not null constraint call_status_range check (status between 100 and 999),
    -- What the upstream answered, if it did.
    upstream_status smallint constraint call_status_upstream_range check (upstream_status between 100 and 999)
);

-- As everything that a receipt shows, it is never changed.
create trigger call_status_append_only before update or delete or truncate on call_status
    for each statement execute function ledger_refuse_change();

select grant_runtime_rights();
