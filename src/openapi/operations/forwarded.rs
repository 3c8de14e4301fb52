//! The routes of the seller: one operation for each method that a route lists.

use std::sync::Arc;

use serde_json::json;

use crate::catalogue::interned;
use crate::catalogue::routes::RouteSet;
use crate::domain::forwarding::{ForwardedRoute, RouteMethod, Translated};
use crate::openapi::operation::{Access, Group, Operation, Parameter, ParameterPlace, Verb};
use crate::openapi::requests::RequestBody;
use crate::openapi::texts::Texts;

pub(super) fn operations(routes: &RouteSet) -> Vec<Operation> {
    let of_route = |route: &Arc<ForwardedRoute>| -> Vec<Operation> {
        let takes_test_keys = routes.takes_test_keys(route);
        let of_method = |method: &RouteMethod| Operation { takes_test_keys, ..operation(route, *method) };
        route.methods.iter().map(of_method).collect()
    };
    routes.forwarded.iter().flat_map(of_route).collect()
}

fn operation(route: &Arc<ForwardedRoute>, method: RouteMethod) -> Operation {
    const ABOUT: Texts = [
        "The request is passed on to the service behind this route, and its answer comes back.",
        "A requisição é repassada ao serviço por trás desta rota, e a resposta dele é devolvida.",
    ];
    let verb = verb(method);
    // No operation of the program has a hyphen in its id.
    let id = interned(&format!("{}-{}", route.name, verb.as_str()));
    let title = route.title.map_or([route.name, route.name], texts);
    let about = route.about.map_or(ABOUT, texts);
    // A template has no parameter for the rest of a path.
    let path = interned(&route.path.replace("{*", "{"));
    let place = (Group::Routes, Access::Forwarded(route.clone()));
    let operation = Operation::new(id, verb, path, place, [title, about]).takes(parameters(route));
    let operation = if route.keeps_answers() { operation.once() } else { operation };
    match &route.example.body {
        Some(body) if method.takes_example_body() => operation.reads(RequestBody::by_example(body)),
        _ => operation,
    }
}

const fn texts(text: Translated) -> Texts {
    [text.en, text.pt]
}

fn parameters(route: &ForwardedRoute) -> Vec<Parameter> {
    let in_path = |name: &str| Parameter {
        name: interned(name),
        place: if route.pattern.rest() == Some(name) {
            ParameterPlace::RestOfPath
        } else {
            ParameterPlace::Segment
        },
        about: ["A part of the path.", "Uma parte do caminho."],
        schema: json!({ "type": "string", "minLength": 1 }),
        example: route.example.path.get(name).map(|value| interned(value)),
    };
    let in_query = |(name, value): (&String, &String)| Parameter {
        name: interned(name),
        place: ParameterPlace::Query,
        about: ["Passed on with the query string.", "Repassado com a query string."],
        schema: json!({ "type": "string" }),
        example: Some(interned(value)),
    };
    route.pattern.parameters().map(in_path).chain(route.example.query.iter().map(in_query)).collect()
}

const fn verb(method: RouteMethod) -> Verb {
    match method {
        RouteMethod::Get => Verb::Get,
        RouteMethod::Head => Verb::Head,
        RouteMethod::Post => Verb::Post,
        RouteMethod::Put => Verb::Put,
        RouteMethod::Patch => Verb::Patch,
        RouteMethod::Delete => Verb::Delete,
    }
}
