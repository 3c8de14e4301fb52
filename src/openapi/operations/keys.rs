//! An account's keys.

use super::{Cursor, id, paging};
use crate::api::keys::{KeyPage, One, WithSecret};
use crate::domain::key::Scope;
use crate::domain::key::view::KeyView;
use crate::domain::refusal::ErrorCode;
use crate::openapi::operation::{Access, Group, Operation, Verb};
use crate::openapi::requests;
use crate::openapi::texts::Texts;

const ID: Texts = ["The id of the key.", "O id da chave."];
const KEY: &str = "/v1/keys/{id}";
const AFTER: Texts = ["The key after the change.", "A chave depois da alteração."];
const SECRET: Texts = [
    "The key with its secret, which is shown only in this answer.",
    "A chave com o segredo, exibido apenas nesta resposta.",
];

type WithItsSecret = One<WithSecret<'static>>;

pub(super) fn operations() -> Vec<Operation> {
    let mut operations = of_keys();
    operations.extend(of_rotations());
    operations.extend(of_states());
    operations
}

fn managing() -> (Group, Access) {
    (Group::Keys, Access::Scoped(Scope::Manage))
}

/// A change of one key, by its path below the key.
fn change(operation: &'static str, verb: Verb, path: &'static str, texts: [Texts; 2]) -> Operation {
    Operation::new(operation, verb, path, managing(), texts).takes(id(ID)).refuses(&[
        ErrorCode::NotFound,
        ErrorCode::KeyRevoked,
        ErrorCode::TestKeyNotAllowed,
    ])
}

fn of_keys() -> Vec<Operation> {
    vec![
        Operation::new(
            "listKeys",
            Verb::Get,
            "/v1/keys",
            managing(),
            [
                ["List keys", "Listar chaves"],
                [
                    "Lists the account's keys, oldest first, revoked and expired ones included. Secrets are never shown.",
                    "Lista as chaves da conta, da mais antiga à mais nova, inclusive as revogadas e expiradas. Os segredos \
                     nunca são exibidos.",
                ],
            ],
        )
        .takes(paging(Cursor::Id))
        .answers::<KeyPage>(200, ["A page of keys.", "Uma página de chaves."]),
        Operation::new(
            "createKey",
            Verb::Post,
            "/v1/keys",
            managing(),
            [
                ["Create a key", "Criar uma chave"],
                [
                    "Creates a key and shows its secret, this once. A key cannot give more rights than it has.",
                    "Cria uma chave e mostra o segredo, só desta vez. Uma chave não pode dar mais direitos do que tem.",
                ],
            ],
        )
        .reads(requests::new_key())
        .answers::<WithItsSecret>(201, SECRET)
        .refuses(&[ErrorCode::KeyLimitReached, ErrorCode::TestKeyNotAllowed])
        .once(),
        Operation::new(
            "readKey",
            Verb::Get,
            KEY,
            managing(),
            [["Get a key", "Consultar uma chave"], ["Shows one key.", "Mostra uma chave."]],
        )
        .takes(id(ID))
        .answers::<One<KeyView>>(200, ["The key.", "A chave."])
        .refuses(&[ErrorCode::NotFound]),
        change(
            "changeKey",
            Verb::Patch,
            KEY,
            [
                ["Change a key", "Alterar uma chave"],
                [
                    "Changes name, scopes, limits or state: all of what the body says, or nothing. `null` removes a limit.",
                    "Altera nome, escopos, limites ou estado: tudo o que o corpo pede, ou nada. `null` remove um limite.",
                ],
            ],
        )
        .reads(requests::key_change())
        .answers::<One<KeyView>>(200, AFTER)
        .refuses(&[ErrorCode::KeyLimitReached, ErrorCode::KeyExpired]),
        change(
            "deleteKey",
            Verb::Delete,
            KEY,
            [
                ["Revoke a key", "Revogar uma chave"],
                [
                    "The same as `POST /v1/keys/{id}/revoke`. A revocation cannot be undone.",
                    "O mesmo que `POST /v1/keys/{id}/revoke`. Uma revogação não pode ser desfeita.",
                ],
            ],
        )
        .reads(requests::empty())
        .answers::<One<KeyView>>(200, AFTER)
        .once(),
    ]
}

fn of_rotations() -> Vec<Operation> {
    vec![
        change(
            "rotateKey",
            Verb::Post,
            "/v1/keys/{id}/rotate",
            [
                ["Rotate a key", "Trocar o segredo de uma chave"],
                [
                    "Gives a key a new secret, shown this once. Id, limits and balance stay, and the old secret works for the \
                     chosen overlap.",
                    "Dá à chave um novo segredo, exibido só desta vez. Id, limites e saldo ficam, e o segredo antigo funciona \
                     durante a convivência escolhida.",
                ],
            ],
        )
        .reads(requests::rotation())
        .answers::<WithItsSecret>(200, SECRET)
        .refuses(&[ErrorCode::RotationInProgress, ErrorCode::KeyExpired])
        .once(),
        change(
            "endOverlap",
            Verb::Post,
            "/v1/keys/{id}/end-overlap",
            [
                ["End the overlap of a rotation", "Encerrar a convivência de uma troca de segredo"],
                ["Ends the old secret now.", "Encerra o segredo antigo agora."],
            ],
        )
        .reads(requests::empty())
        .answers::<One<KeyView>>(200, AFTER)
        .refuses(&[ErrorCode::NotRotating, ErrorCode::KeyExpired])
        .once(),
        change(
            "cancelRotation",
            Verb::Post,
            "/v1/keys/{id}/cancel-rotation",
            [
                ["Cancel a rotation", "Cancelar uma troca de segredo"],
                [
                    "Ends the new secret; the old one stays. For a rotation whose answer was lost.",
                    "Encerra o segredo novo; o antigo fica. Para uma troca de segredo cuja resposta se perdeu.",
                ],
            ],
        )
        .reads(requests::empty())
        .answers::<One<KeyView>>(200, AFTER)
        .refuses(&[ErrorCode::NotRotating, ErrorCode::KeyExpired])
        .once(),
    ]
}

fn of_states() -> Vec<Operation> {
    let state = |operation, path, texts| {
        change(operation, Verb::Post, path, texts)
            .reads(requests::empty())
            .answers::<One<KeyView>>(200, AFTER)
            .refuses(&[ErrorCode::KeyLimitReached, ErrorCode::KeyExpired])
            .once()
    };
    vec![
        state(
            "revokeKey",
            "/v1/keys/{id}/revoke",
            [
                ["Revoke a key", "Revogar uma chave"],
                [
                    "Ends a key for good, on every gateway, normally within a second. A revocation cannot be undone.",
                    "Encerra uma chave em definitivo, em todos os gateways, normalmente em um segundo. Não pode ser desfeito.",
                ],
            ],
        ),
        state(
            "disableKey",
            "/v1/keys/{id}/disable",
            [
                ["Disable a key", "Desativar uma chave"],
                ["Refuses a key until it is enabled.", "Recusa uma chave até que ela seja reativada."],
            ],
        ),
        state(
            "enableKey",
            "/v1/keys/{id}/enable",
            [
                ["Enable a key", "Reativar uma chave"],
                ["Lets a disabled key call again.", "Permite que uma chave desativada volte a ser usada."],
            ],
        ),
    ]
}
