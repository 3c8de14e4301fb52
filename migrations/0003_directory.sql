-- The shared people directory: who the analyses can be about. Names and companies are kept as the source wrote them
-- and once more folded, since a lookup compares folded forms only and must find its few candidates among millions
-- within milliseconds. Consent and law need a source, a legal basis and an end for every person, and a person who
-- opted out must stay out when a file is imported again.

create table directory_people (
    id               uuid primary key,
    -- As the source has it.
    first_name       text not null,
    last_name        text not null,
    company          text not null,
    title            text,
    location         text,
    email            text,
    bio              text,
    languages        text[] not null default '{}',
    aliases          text[] not null default '{}',
    former_companies text[] not null default '{}',
    -- [{"text", "published_at", "language"}]: read and written whole, with the person, and never searched.
    posts            jsonb not null default '[]',
    -- Folded (people::name, people::company), and the keys that lead to the person (people::search_keys).
    name_key         text not null,
    company_key      text not null,
    alias_keys       text[] not null default '{}',
    former_keys      text[] not null default '{}',
    search_keys      integer[] not null,
    -- Where it is from and by what right it is held.
    source           text not null,
    external_id      text,
    legal_basis      text,
    -- SHA-256 over every imported field: equal contents have equal analyses, and a line without an external id is the
    -- same person only when all of it is equal.
    content_sha256   bytea not null,
    imported_at      timestamptz not null,
    expires_at       timestamptz not null,
    constraint directory_people_external_id_once unique (source, external_id),
    constraint directory_people_posts_are_a_list check (jsonb_typeof(posts) = 'array'),
    constraint directory_people_content_is_sha256 check (octet_length(content_sha256) = 32),
    constraint directory_people_expires_after_import check (expires_at > imported_at)
);

create unique index directory_people_content_once on directory_people (content_sha256) where external_id is null;

-- A key of the names and a key of the company are intersected inside this one index. Trigrams (pg_trgm) on the folded
-- names were slower by two orders of magnitude for common names among a million people, and know no pet forms.
-- Every lookup scans the pending entries, so an import leaves a megabyte of them at most and none at its end; without
-- any, imports take four times as long.
create index directory_people_search on directory_people using gin (search_keys)
    with (fastupdate = on, gin_pending_list_limit = 1024);

-- Who asked to be left out, without saying who: digests only, so that the list is no directory of its own.
create table directory_opt_outs (
    -- SHA-256 of the folded name and company, or of source and external id.
    identity_sha256  bytea primary key,
    opted_out_at     timestamptz not null,
    constraint directory_opt_outs_identity_is_sha256 check (octet_length(identity_sha256) = 32)
);

-- How often words occur, so that rare words count for more (people::rarity). Refreshed at the end of an import.
-- Company words are counted in distinct companies; names in people, and only when shared, so none points at a person.
create materialized view directory_words as
    with companies as (select distinct company_key from directory_people)
    select 'company' as kind, word, count(*)::integer as bearers
      from companies, unnest(string_to_array(company_key, ' ')) as word
     where word <> ''
     group by word
    union all
    select 'given', word, count(*)::integer
      from directory_people, unnest(string_to_array(split_part(name_key, '|', 1), ' ')) as word
     where word <> ''
     group by word having count(*) >= 3
    union all
    select 'surname', word, count(*)::integer
      from directory_people, unnest(string_to_array(split_part(name_key, '|', 2), ' ')) as word
     where word <> ''
     group by word having count(*) >= 3
    union all
    -- The number of distinct companies, under the empty word.
    select 'company', '', count(*)::integer from companies;

-- Needed to refresh the view without locking its readers out.
create unique index directory_words_once on directory_words (kind, word);

-- One row: changes whenever the words above were counted anew, so that gateways know to read them again.
create table directory_state (
    only_row boolean primary key default true check (only_row),
    words_version bigint not null
);
insert into directory_state (words_version) values (0);
