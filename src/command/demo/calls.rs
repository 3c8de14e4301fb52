//! Curl commands for sample people.

use anyhow::anyhow;
use axum::http::Uri;
use serde::Serialize;

use crate::app::SAMPLE_PEOPLE;
use crate::domain::person::PersonQuery;
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

/// One command for each endpoint, with sample people.
pub(super) fn calls(url: &Uri, key: &str) -> anyhow::Result<Vec<Call>> {
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
    let get = |path: &str| format!("curl -sS {base}{path} -H {}", quoted(&format!("X-API-Key: {key}")));
    let post = |path: &str, body: &str| {
        format!("{} -H 'Content-Type: application/json' -d {}", get(path), quoted(body))
    };
    Ok(vec![
        Call { endpoint: "/saude", curl: get("/saude") },
        Call { endpoint: "/crm_basico", curl: post("/crm_basico", &portuguese) },
        Call { endpoint: "/crm", curl: post("/crm", &portuguese) },
        Call { endpoint: "/analyze", curl: post("/analyze", &english) },
    ])
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

    #[test]
    fn the_lines_lead_to_the_address() {
        let calls = calls(&"http://127.0.0.1:9/".parse().unwrap(), "KEY").unwrap();
        assert_eq!(calls[0].curl, "curl -sS http://127.0.0.1:9/saude -H 'X-API-Key: KEY'");
        let endpoints: Vec<_> = calls.iter().map(|call| call.endpoint).collect();
        assert_eq!(endpoints, ["/saude", "/crm_basico", "/crm", "/analyze"]);
    }
}
