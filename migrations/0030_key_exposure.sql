-- Expands. Reports of leaked keys: where a secret was found, and what the report did. The version before neither reads nor
-- writes any of this; a key that a report revoked is revoked for it too.

-- The first report of a secret, for the answer to calls with it.
alter table key_secret
    add column exposed_at timestamptz,
    add column exposed_url text constraint key_secret_exposed_url_length check (char_length(exposed_url) <= 2000);

create table key_exposure (
    id uuid primary key,
    key_id uuid not null references api_key (id),
    secret_version int not null,
    source text not null constraint key_exposure_source_known check (source in ('github', 'report', 'operator')),
    -- Where it was found, as the reporter says. Empty: not known.
    url text not null constraint key_exposure_url_length check (char_length(url) <= 2000),
    -- Where the report came from.
    reported_from inet,
    reported_at timestamptz not null,
    action text not null
        constraint key_exposure_action_known check (action in ('revoked', 'disabled', 'secret_ended', 'told', 'none'))
);
-- The same report twice is one. An address may be longer than what an index holds.
create unique index key_exposure_once on key_exposure (key_id, secret_version, source, md5(url));

select grant_runtime_rights();
