-- Expands. Imported keys may have the shape of a shipped format, acts over HTTP and on the command line count once however
-- often they are sent, and accounts can be closed. The version before neither reads nor writes any of this.

-- The shape that an imported key has, where it is that of a shipped format: a credential of such a shape whose checksum is
-- wrong is looked up only where some imported key has it.
alter table api_key add column imported_shape text
    constraint api_key_imported_shape_of_import check (imported_shape is null or format = 'legacy');
create index api_key_imported on api_key ((coalesce(imported_shape, 'legacy'))) where format = 'legacy';

-- A closed account is suspended for good.
alter table account
    add column closed_at timestamptz,
    add constraint account_closed_is_suspended check (closed_at is null or state = 'suspended');
create index account_by_email on account (lower(email));

-- The answers to changes that came with an `Idempotency-Key`, written in the transaction of the change. An answer that
-- holds a secret, or is large, is not kept: then only what was made is told.
create table change_answer (
    environment_id uuid not null references environment (id),
    key_hash bytea not null constraint change_answer_key_hash_length check (length(key_hash) = 32),
    fingerprint bytea not null constraint change_answer_fingerprint_length check (length(fingerprint) = 32),
    answered_at timestamptz not null,
    status smallint not null,
    -- Where what was made or changed is found.
    location text,
    body bytea constraint change_answer_body_small check (length(body) <= 65536),
    primary key (environment_id, key_hash)
);
create index change_answer_by_age on change_answer (answered_at);

create index change_answer_by_location on change_answer (location) where body is not null;

-- What is deleted does not live on in an answer.
do $migration$ begin
    execute replace($function$
        create function HOME.forget_answers_about_contact() returns trigger
            language plpgsql set search_path = pg_catalog, HOME, pg_temp as $$
        begin
            update HOME.change_answer set body = null
             where location = '/v1/contacts/' || old.id and body is not null;
            return null;
        end $$;
    $function$, 'HOME', quote_ident(current_schema()));
end $migration$;
create trigger contact_answers_forgotten after delete on contact
    for each row execute function forget_answers_about_contact();

-- An operator's own ids of acts: the same one twice is the same act.
create table operator_act (
    kind text not null constraint operator_act_kind_known check (kind in ('account', 'take')),
    reference text not null constraint operator_act_reference_length check (char_length(reference) between 1 and 255),
    account_id uuid not null references account (id),
    -- The act in the ledger, where it is one.
    call_id uuid,
    begun_at timestamptz not null,
    primary key (kind, reference)
);
-- One order is one grant, whichever account it names.
create index ledger_lot_by_reference on ledger_lot (reference) where reference is not null;

select grant_runtime_rights();
