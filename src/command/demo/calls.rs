//! Curl commands for sample people.

use std::sync::Arc;

use anyhow::anyhow;
use axum::http::Uri;
use serde::Serialize;

use crate::app::SAMPLE_PEOPLE;
use crate::catalogue::routes::RouteSet;
use crate::domain::forwarding::{ForwardedRoute, RouteMethod};
use crate::domain::language::Language;
use crate::domain::person::PersonQuery;
use crate::domain::route::{Endpoint, Route};
use crate::people::directory_line::DirectoryLine;

/// One endpoint and how to call it.
#[derive(Serialize)]
pub(super) struct Call {
    pub(super) endpoint: &'static str,
    pub(super) curl: String,
}

/// The body of a call.
#[derive(Serialize)]
struct Question {
    first_name: String,
    last_name: String,
    company: String,
}

/// The same in Portuguese.
#[derive(Serialize)]
struct Pergunta {
    primeiro_nome: String,
    ultimo_nome: String,
    empresa: String,
}

/// The endpoints that the demonstration shows.
const SHOWN: [Endpoint; 3] = [Endpoint::CrmBasico, Endpoint::Crm, Endpoint::Analyze];

/// How many routes of the seller it shows.
const MAX_FORWARDED: usize = 3;

/// One command for the health page, one for each of these endpoints that is sold, with sample
/// people, and some for routes of the seller whose parameters and body are known.
pub(super) fn calls(url: &Uri, key: &str, sold: &RouteSet) -> anyhow::Result<Vec<Call>> {
    let base = url.to_string();
    let base = base.trim_end_matches('/');
    let (pt, en) = (sample_person("pt")?, sample_person("en")?);
    let portuguese = serde_json::to_string(&Pergunta {
        primeiro_nome: pt.first_name,
        ultimo_nome: pt.last_name,
        empresa: pt.company,
    })?;
    let english = serde_json::to_string(&Question {
        first_name: en.first_name,
        last_name: en.last_name,
        company: en.company,
    })?;
    let get = |path: &str| {
        // A shell would take `?` and `&` for its own.
        let address = format!("{base}{path}");
        let address = if path.contains('?') { quoted(&address) } else { address };
        format!("curl -sS {address} -H {}", quoted(&format!("X-API-Key: {key}")))
    };
    let post = |path: &str, body: &str| {
        format!("{} -H 'Content-Type: application/json' -d {}", get(path), quoted(body))
    };
    let health = Call { endpoint: "/saude", curl: get("/saude") };
    let of_route = |route: &Arc<Route>| {
        let body = match route.language {
            Language::Pt => &portuguese,
            Language::En => &english,
        };
        Call { endpoint: route.path, curl: post(route.path, body) }
    };
    let shown = sold.built_in.iter().filter(|route| SHOWN.contains(&route.endpoint)).map(of_route);
    let of_forwarded = |route: &Arc<ForwardedRoute>| {
        let address = route.example_address()?;
        let curl = match &route.example.body {
            _ if route.methods.contains(&RouteMethod::Get) => get(&address),
            Some(body) if route.methods.contains(&RouteMethod::Post) => post(&address, body),
            _ => return None,
        };
        Some(Call { endpoint: route.path, curl })
    };
    let forwarded = sold.forwarded.iter().filter_map(of_forwarded).take(MAX_FORWARDED);
    Ok([health].into_iter().chain(shown).chain(forwarded).collect())
}

/// The first sample person who writes in this language.
fn sample_person(language: &str) -> anyhow::Result<PersonQuery> {
    let lines = SAMPLE_PEOPLE.lines().filter(|line| !line.trim().is_empty());
    for line in lines {
        let person = DirectoryLine::parse(line.as_bytes())?;
        if person.languages.first().is_some_and(|first| first == language) {
            let DirectoryLine { first_name, last_name, company, .. } = person;
            return Ok(PersonQuery { first_name, last_name, company });
        }
    }
    Err(anyhow!("no sample person writes in `{language}`"))
}

/// Quotes any text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::routes::SHIPPED;

    #[test]
    fn the_curl_lines_ask_about_one_person_each() {
        for language in ["pt", "en"] {
            let person = sample_person(language).unwrap();
            let alike = SAMPLE_PEOPLE.lines().filter(|line| {
                let line = DirectoryLine::parse(line.as_bytes()).unwrap();
                line.first_name == person.first_name && line.last_name == person.last_name
            });
            assert_eq!(alike.count(), 1, "{person:?}");
        }
    }

    #[test]
    fn the_shell_passes_an_apostrophe_on() {
        assert_eq!(quoted("d'Ávila"), r"'d'\''Ávila'");
    }

    fn endpoints(routes: &str) -> Vec<&'static str> {
        let sold = RouteSet::parse(routes).unwrap();
        let calls = calls(&"http://127.0.0.1:9/".parse().unwrap(), "KEY", &sold).unwrap();
        assert_eq!(calls[0].curl, "curl -sS http://127.0.0.1:9/saude -H 'X-API-Key: KEY'");
        calls.iter().map(|call| call.endpoint).collect()
    }

    #[test]
    fn the_lines_lead_to_the_address_and_to_what_is_sold() {
        assert_eq!(endpoints(SHIPPED), ["/saude", "/crm_basico", "/crm", "/analyze"]);
        assert_eq!(endpoints("builtin = false\n"), ["/saude"]);
        let forwarded = "builtin = false\n[[upstream]]\nupstream = \"a\"\ntargets = [\"https://a.example\"]\n\
             [[route]]\nroute = \"a\"\npath = \"/a\"\nmethods = [\"GET\"]\nupstream = \"a\"\naccess = \"a\"\ncredits = 1\n\
             [[route]]\nroute = \"b\"\npath = \"/b/{id}\"\nmethods = [\"GET\"]\nupstream = \"a\"\naccess = \"a\"\ncredits = 1\n";
        assert_eq!(endpoints(forwarded), ["/saude", "/a"]);
        let example =
            "[route.example]\npath = { id = \"b-1\" }\nquery = { c = \"d\" }\nbody = '{\"e\": 1}'\n";
        let described = format!(
            "{}{example}",
            forwarded.replacen("/b/{id}\"\nmethods = [\"GET\"]", "/b/{id}\"\nmethods = [\"POST\"]", 1)
        );
        let sold = RouteSet::parse(&described).unwrap();
        let calls = calls(&"http://127.0.0.1:9/".parse().unwrap(), "KEY", &sold).unwrap();
        assert_eq!(
            calls[2].curl,
            "curl -sS 'http://127.0.0.1:9/b/b-1?c=d' -H 'X-API-Key: KEY' -H 'Content-Type: application/json' -d '{\"e\": 1}'"
        );
        let moved = SHIPPED.replace("path = \"/crm\"", "path = \"/moved\"");
        assert_eq!(endpoints(&moved), ["/saude", "/crm_basico", "/moved", "/analyze"]);
    }
}
