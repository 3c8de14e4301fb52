-- Receipts show how a price by figures came about: the figures, what each costs, and what was charged. A row is written in the
-- transaction that captures the call, and kept with its entries.
--
-- Expands: the version before neither reads nor writes the table.

create table call_price (
    call_id uuid primary key,
    account_id uuid not null,
    detail jsonb not null
        constraint call_price_detail_is_object check (jsonb_typeof(detail) = 'object')
        constraint call_price_detail_length check (octet_length(detail::text) <= 8192)
);

-- As everything that a receipt shows, it is never changed.
create trigger call_price_append_only before update or delete or truncate on call_price
    for each statement execute function ledger_refuse_change();

select grant_runtime_rights();
