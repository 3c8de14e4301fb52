-- Expands. Operators log in to a console of their own. They are identities of another realm, with a role and a form of the address
-- that no account owner's has: the version before finds people by that form, and so never finds an operator.

alter table identity
    add column realm text not null default 'console' constraint identity_realm_known check (realm in ('console', 'operator')),
    -- No e-mail address has a space before its `@`.
    add constraint identity_key_names_realm check ((realm = 'operator') = starts_with(email_key, 'operator '));

create table operator_role (
    identity_id uuid primary key references identity (id) on delete cascade,
    role text not null constraint operator_role_known check (role in ('viewer', 'support', 'admin')),
    created_at timestamptz not null
);

alter table one_time_token
    drop constraint one_time_token_purpose_known,
    add constraint one_time_token_purpose_known
        check (purpose in ('log_in', 'sign_up', 'reset', 'invitation', 'new_email', 'undo_email', 'operator'));

select grant_runtime_rights();
