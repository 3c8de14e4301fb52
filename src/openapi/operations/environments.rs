//! An account's environments.

use super::{Cursor, id, paging};
use crate::api::environments::{EnvironmentPage, One};
use crate::domain::key::Scope;
use crate::domain::refusal::ErrorCode;
use crate::openapi::operation::{Access, Group, Operation, Verb};
use crate::openapi::requests;

pub(super) fn operations() -> Vec<Operation> {
    let managing = || (Group::Keys, Access::Scoped(Scope::Manage));
    vec![
        Operation::new(
            "listEnvironments",
            Verb::Get,
            "/v1/environments",
            managing(),
            [
                ["List environments", "Listar ambientes"],
                [
                    "Lists the environments of the account, oldest first: sets of keys, live or test.",
                    "Lista os ambientes da conta, do mais antigo ao mais novo: conjuntos de chaves, de produção ou de teste.",
                ],
            ],
        )
        .takes(paging(Cursor::Id))
        .answers::<EnvironmentPage>(200, ["A page of environments.", "Uma página de ambientes."]),
        Operation::new(
            "createEnvironment",
            Verb::Post,
            "/v1/environments",
            managing(),
            [
                ["Create an environment", "Criar um ambiente"],
                [
                    "Creates an environment. Keys of a `test` environment find sample people and never spend credits.",
                    "Cria um ambiente. As chaves de um ambiente `test` encontram pessoas fictícias e nunca gastam créditos.",
                ],
            ],
        )
        .reads(requests::new_environment())
        .answers::<One>(201, ["The new environment.", "O novo ambiente."])
        .refuses(&[
            ErrorCode::EnvironmentExists,
            ErrorCode::EnvironmentLimitReached,
            ErrorCode::TestKeyNotAllowed,
        ])
        .once(),
        Operation::new(
            "readEnvironment",
            Verb::Get,
            "/v1/environments/{id}",
            managing(),
            [
                ["Get an environment", "Consultar um ambiente"],
                ["Shows one environment.", "Mostra um ambiente."],
            ],
        )
        .takes(id(["The id of the environment.", "O id do ambiente."]))
        .answers::<One>(200, ["The environment.", "O ambiente."])
        .refuses(&[ErrorCode::NotFound]),
        Operation::new(
            "changeEnvironment",
            Verb::Patch,
            "/v1/environments/{id}",
            managing(),
            [
                ["Limit the keys of an environment", "Limitar as chaves de um ambiente"],
                [
                    "Sets how many keys the environment may have. 1 makes it one key per environment.",
                    "Define quantas chaves o ambiente pode ter. Com 1, há uma chave por ambiente.",
                ],
            ],
        )
        .takes(id(["The id of the environment.", "O id do ambiente."]))
        .reads(requests::key_cap())
        .answers::<One>(200, ["The environment.", "O ambiente."])
        .refuses(&[ErrorCode::NotFound, ErrorCode::TestKeyNotAllowed]),
    ]
}
