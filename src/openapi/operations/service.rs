//! The service itself.

use serde_json::{Map, Value};

use crate::api::catalogue::CatalogueShown;
use crate::api::health::{AliveShown, HealthShown, ReadyShown};
use crate::api::identity_keys::KeysShown;
use crate::api::leaks::Thanks;
use crate::domain::refusal::ErrorCode;
use crate::openapi::operation::{Access, Group, Operation, Verb};
use crate::openapi::requests;
use crate::openapi::texts::Texts;

pub(super) fn operations() -> Vec<Operation> {
    let open = || (Group::Service, Access::Open);
    vec![
        health("health", "/health"),
        health("saude", "/saude"),
        tiers("tiers", "/tiers"),
        tiers("planos", "/planos"),
        Operation::new(
            "openapi",
            Verb::Get,
            "/openapi.json",
            open(),
            [
                ["This document", "Este documento"],
                [
                    "The OpenAPI 3.1 document of this gateway, with `ETag`, open to every origin.",
                    "O documento OpenAPI 3.1 deste gateway, com `ETag`, aberto a todas as origens.",
                ],
            ],
        )
        .answers::<Map<String, Value>>(200, ["The document.", "O documento."]),
        leak_report(),
        Operation::new(
            "identity_keys",
            Verb::Get,
            "/.well-known/fluence-identity.json",
            open(),
            [
                ["Keys of signed identities", "Chaves das identidades assinadas"],
                [
                    "The public keys with which an upstream verifies `Fluence-Identity`: a set of JSON Web Keys.",
                    "As chaves públicas com que um serviço de origem verifica `Fluence-Identity`: um conjunto de JSON Web Keys.",
                ],
            ],
        )
        .answers::<KeysShown>(200, ["The keys.", "As chaves."]),
        Operation::new(
            "livez",
            Verb::Get,
            "/livez",
            open(),
            [
                ["Liveness", "Processo ativo"],
                ["Whether the process runs.", "Informa se o processo está em execução."],
            ],
        )
        .answers::<AliveShown>(200, ["It runs.", "Está em execução."]),
        Operation::new(
            "readyz",
            Verb::Get,
            "/readyz",
            open(),
            [
                ["Readiness", "Pronto para atender"],
                [
                    "Whether the gateway accepts requests, for load balancers.",
                    "Informa se o gateway aceita requisições, para balanceadores de carga.",
                ],
            ],
        )
        .answers::<ReadyShown>(200, ["It accepts requests.", "Aceita requisições."])
        .answers::<ReadyShown>(503, ["It does not accept requests.", "Não aceita requisições."]),
    ]
}

fn leak_report() -> Operation {
    Operation::new(
        "reportLeak",
        Verb::Post,
        "/leaks/report",
        (Group::Service, Access::Open),
        [
            ["Report a leaked key", "Denunciar uma chave vazada"],
            [
                "Ends a key that you found where others can read it, and tells its owner. Holding the key is enough. The \
                 answer is the same whether or not it was a key, and the same report twice changes nothing. A service that \
                 takes no reports answers `ENDPOINT_NOT_FOUND`.",
                "Encerra uma chave que você encontrou em um lugar acessível a terceiros e avisa o dono. Ter a chave basta. A resposta é a mesma, seja ou não uma chave, e repetir a denúncia não muda nada. Um serviço que \
                 não aceita denúncias responde `ENDPOINT_NOT_FOUND`.",
            ],
        ],
    )
    .reads(requests::leak_report())
    .answers::<Thanks>(202, ["The report was taken.", "A denúncia foi recebida."])
    .refuses(&[ErrorCode::ValidationFailed, ErrorCode::RateLimited, ErrorCode::EndpointNotFound])
}

fn health(id: &'static str, path: &'static str) -> Operation {
    const TITLE: Texts = ["Health", "Saúde do serviço"];
    const ABOUT: Texts = [
        "Whether paid calls can be taken. With a key, also what the key may do. `/health` and `/saude` are the same.",
        "Informa se chamadas pagas podem ser atendidas. Com uma chave, mostra também o que ela pode fazer. `/health` e \
         `/saude` são iguais.",
    ];
    Operation::new(id, Verb::Get, path, (Group::Service, Access::KeyOptional), [TITLE, ABOUT])
        .answers::<HealthShown<'static>>(200, ["The service is well.", "O serviço está bem."])
        .answers::<HealthShown<'static>>(503, ["No paid calls for now.", "Sem chamadas pagas no momento."])
}

fn tiers(id: &'static str, path: &'static str) -> Operation {
    const TITLE: Texts = ["Plans and packs", "Planos e pacotes"];
    const ABOUT: Texts = [
        "Lists plans with prices and limits, and credit packs. With a key, also the plan of the account. `/tiers` and `/planos` \
         are the same.",
        "Lista planos com preços e limites e os pacotes de créditos. Com uma chave, mostra também o plano da conta. `/tiers` e \
         `/planos` são iguais.",
    ];
    Operation::new(id, Verb::Get, path, (Group::Service, Access::KeyOptional), [TITLE, ABOUT])
        .answers::<CatalogueShown<'static>>(200, ["The catalogue.", "O catálogo."])
}
