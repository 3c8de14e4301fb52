//! The account, its credits, its usage and its ledger.

use serde_json::json;

use super::{Cursor, paging};
use crate::api::{account, audit, credits, ledger, status, usage};
use crate::domain::key::Scope;
use crate::domain::refusal::ErrorCode;
use crate::openapi::operation::{Access, Group, Operation, Parameter, ParameterPlace, Verb};
use crate::openapi::texts::Texts;

fn read() -> (Group, Access) {
    (Group::Account, Access::Scoped(Scope::Read))
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        credits("creditos", "/creditos"),
        credits("credits", "/credits"),
        Operation::new(
            "status",
            Verb::Get,
            "/status",
            (Group::Account, Access::AnyKey),
            [
                ["Limits in force", "Limites em vigor"],
                [
                    "Shows the state of the service, the limits of the account with what is left of them, and which gateway \
                     answered.",
                    "Mostra o estado do serviço, os limites da conta com o que resta deles e qual gateway respondeu.",
                ],
            ],
        )
        .answers::<status::Answer<'static>>(200, ["State and limits.", "Estado e limites."]),
        Operation::new(
            "account",
            Verb::Get,
            "/v1/account",
            read(),
            [
                ["Account and calling key", "Conta e chave usada"],
                [
                    "Shows the account, its plan, its credits in the current period, and the key that calls.",
                    "Mostra a conta, o plano, os créditos no período atual e a chave usada na chamada.",
                ],
            ],
        )
        .answers::<account::Answer<'static>>(200, ["The account.", "A conta."]),
        usage(),
        Operation::new(
            "ledger",
            Verb::Get,
            "/v1/ledger",
            read(),
            [
                ["Statement", "Extrato"],
                [
                    "Lists every movement of the account's credits, oldest first, with the balance after it.",
                    "Lista cada movimentação dos créditos da conta, da mais antiga à mais nova, com o saldo depois dela.",
                ],
            ],
        )
        .takes(paging(Cursor::Number))
        .answers::<ledger::Entries>(200, ["A page of entries.", "Uma página de lançamentos."]),
        receipt(),
        Operation::new(
            "audit",
            Verb::Get,
            "/v1/audit",
            (Group::Account, Access::Scoped(Scope::Manage)),
            [
                ["Audit log", "Registro de auditoria"],
                [
                    "Lists who changed what in the account, oldest first.",
                    "Lista quem alterou o quê na conta, do mais antigo ao mais novo.",
                ],
            ],
        )
        .takes(paging(Cursor::Number))
        .answers::<audit::Entries>(200, ["A page of changes.", "Uma página de alterações."]),
    ]
}

fn credits(id: &'static str, path: &'static str) -> Operation {
    const TITLE: Texts = ["Credits left", "Créditos restantes"];
    const ABOUT: Texts = [
        "Lists the lots of the account in the order in which they are spent, with the end of each. `/creditos` and `/credits` \
         are the same.",
        "Lista os lotes da conta na ordem em que são gastos, com a validade de cada um. `/creditos` e `/credits` são iguais.",
    ];
    Operation::new(id, Verb::Get, path, (Group::Account, Access::AnyKey), [TITLE, ABOUT])
        .answers::<credits::CreditsShown<'static>>(200, ["The lots.", "Os lotes."])
}

fn usage() -> Operation {
    Operation::new(
        "usage",
        Verb::Get,
        "/v1/account/usage",
        read(),
        [
            ["Usage", "Consumo"],
            [
                "Adds up calls and credits by day, key, endpoint and outcome. Days are UTC days. A call is added some \
                 seconds after it has ended. Calls with keys of test environments are left out.",
                "Soma chamadas e créditos por dia, chave, endpoint e resultado. Os dias são dias em UTC. Uma chamada é \
                 somada alguns segundos depois de terminar. Chamadas com chaves de ambientes de teste ficam de fora.",
            ],
        ],
    )
    .takes(usage_parameters())
    .takes(paging(Cursor::Usage))
    .answers::<usage::Usage>(200, ["A page of sums.", "Uma página de somas."])
}

fn usage_parameters() -> Vec<Parameter> {
    let day = || json!({ "type": "string", "format": "date" });
    vec![
        Parameter::of_query(
            "from",
            [
                "The first day. Default: 29 days before `to`. At most 366 days at once.",
                "O primeiro dia. Padrão: 29 dias antes de `to`. No máximo 366 dias de uma vez.",
            ],
            day(),
            None,
        ),
        Parameter::of_query(
            "to",
            ["The last day. Default: today.", "O último dia. Padrão: hoje."],
            day(),
            None,
        ),
        Parameter::of_query(
            "group_by",
            [
                "One or more of `day`, `key`, `endpoint`, `outcome`, separated by commas.",
                "Um ou mais de `day`, `key`, `endpoint` e `outcome`, separados por vírgulas.",
            ],
            json!({
                "type": "string", "default": "day",
                "pattern": "^(day|key|endpoint|outcome)(,(day|key|endpoint|outcome))*$",
            }),
            Some("day,endpoint"),
        ),
    ]
}

fn receipt() -> Operation {
    Operation::new(
        "receipt",
        Verb::Get,
        "/v1/ledger/{call_id}",
        read(),
        [
            ["Receipt of one call", "Recibo de uma chamada"],
            [
                "Says whether a call was charged or refunded, why, and which credits paid it. The id of a call is its \
                 `X-Request-Id`.",
                "Informa se uma chamada foi cobrada ou devolvida, por quê e quais créditos a pagaram. O id de uma chamada \
                 é o `X-Request-Id` dela.",
            ],
        ],
    )
    .takes(vec![Parameter {
        name: "call_id",
        place: ParameterPlace::Segment,
        about: ["The `X-Request-Id` of the call.", "O `X-Request-Id` da chamada."],
        schema: json!({ "type": "string", "format": "uuid" }),
        example: None,
    }])
    .answers::<ledger::ReceiptShown>(200, ["The receipt.", "O recibo."])
    .refuses(&[ErrorCode::NotFound])
}
