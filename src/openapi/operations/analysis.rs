//! The paid calls.

use std::sync::Arc;

use crate::api::analysis::AnalysisAnswer;
use crate::domain::route::{Endpoint, Route};
use crate::http::dry_run::Answer as DryRunAnswer;
use crate::openapi::operation::{Access, Group, Operation, Verb};
use crate::openapi::requests;
use crate::openapi::texts::Texts;

pub(super) fn operations(routes: &[Arc<Route>]) -> Vec<Operation> {
    routes.iter().map(operation).collect()
}

fn operation(route: &Arc<Route>) -> Operation {
    let (id, title, about) = texts(route.endpoint);
    let place = (Group::Analysis, Access::Paid(route.clone()));
    Operation::new(id, Verb::Post, route.path, place, [title, about])
        .reads(requests::person(route))
        .answers::<AnalysisAnswer>(200, ["The analysis.", "A análise."])
        .answers::<DryRunAnswer<'static>>(
            200,
            [
                "With `X-Dry-Run: true`: the price, and whether the call would succeed.",
                "Com `X-Dry-Run: true`: o preço e se a chamada seria atendida.",
            ],
        )
        .once()
}

const fn texts(endpoint: Endpoint) -> (&'static str, Texts, Texts) {
    match endpoint {
        Endpoint::CrmBasico => (
            "crmBasico",
            ["Basic CRM analysis", "Análise básica para CRM"],
            [
                "Finds a person by name and company and returns who they are: the profile, how surely it was matched, and \
                 a summary. Needs no posts.",
                "Encontra uma pessoa por nome e empresa e informa quem ela é: o perfil, a certeza da correspondência e um \
                 resumo. Não precisa de publicações.",
            ],
        ),
        Endpoint::Crm => (
            "crm",
            ["Complete CRM analysis", "Análise completa para CRM"],
            [
                "Finds a person by name and company, and returns traits, communication style and a buyer playbook. Each line \
                 shows its evidence in the person's own posts.",
                "Encontra uma pessoa por nome e empresa e traz traços, estilo de comunicação e um guia de abordagem de venda. \
                 Cada linha mostra a evidência nas publicações da própria pessoa.",
            ],
        ),
        Endpoint::Analyze => (
            "analyze",
            ["Analysis of traits", "Análise de traços"],
            [
                "Finds a person by name and company, and returns the traits that their own posts support, with evidence.",
                "Encontra uma pessoa por nome e empresa e traz os traços que as publicações dela sustentam, com evidências.",
            ],
        ),
        Endpoint::AnalyzeComprehensive => (
            "analyzeComprehensive",
            ["Analysis of a chosen depth", "Análise com a profundidade escolhida"],
            [
                "The same analysis as deep as `tier` says: `basic` is a profile, `standard` adds traits, `premium` adds style \
                 and playbook. The default is `standard`.",
                "A mesma análise, com a profundidade indicada em `tier`: `basic` é um perfil, `standard` acrescenta traços e \
                 `premium`, estilo e guia de abordagem. O padrão é `standard`.",
            ],
        ),
    }
}
