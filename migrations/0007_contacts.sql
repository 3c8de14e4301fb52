-- An account's own contacts: the first place where its analyses look for a person. They belong to the account and to the
-- mode of the key that wrote them, so that a test environment's contacts never mix with live ones. Found by the same
-- folded names and search keys as people of the shared directory.

create table contact (
    id               uuid primary key,
    account_id       uuid not null references account (id),
    mode             text not null constraint contact_mode_known check (mode in ('live', 'test')),
    -- As the account wrote them.
    first_name       text not null,
    last_name        text not null,
    company          text not null,
    title            text,
    email            text,
    bio              text,
    -- [{"text", "published_at", "language"}]: read and written whole.
    posts            jsonb not null default '[]'
        constraint contact_posts_are_a_list check (jsonb_typeof(posts) = 'array'),
    -- Folded (people::name, people::company); the search keys are mixed with account and mode (storage::contacts), so
    -- that a search meets this account's contacts alone, however common a name is among all accounts.
    name_key         text not null,
    company_key      text not null,
    search_keys      integer[] not null,
    -- SHA-256 over every field: equal contents have equal analyses.
    content_sha256   bytea not null
        constraint contact_content_is_sha256 check (octet_length(content_sha256) = 32),
    -- Bytes of all texts, so that a page of a list can be bounded by what it weighs.
    text_bytes       integer not null constraint contact_text_bytes_not_negative check (text_bytes >= 0),
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    -- Two of the same name and company could never be told apart by a call, which has nothing else to go by.
    constraint contact_once unique (account_id, mode, name_key, company_key)
);

-- A page of the list, and the count against the account's limit.
create index contact_page on contact (account_id, mode, id);
create index contact_search on contact using gin (search_keys) with (fastupdate = off);
-- Who holds a person, when that person asks.
create index contact_by_name on contact (name_key, company_key);
