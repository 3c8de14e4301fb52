//! What stands beside the text of an operation: programs that call it, a form that sends it, and an
//! answer.

use super::html_text::escaped;
use super::words::Words;
use crate::openapi::{Access, Client, Operation, Ordered, answer};

/// The aside of a reference page.
#[derive(Clone, Debug)]
pub(super) struct Aside {
    words: Words,
    programs: Vec<(Client, String)>,
    /// The form, as HTML.
    trial: Option<String>,
    answer: Option<SampleAnswer>,
}

/// An answer as it is shown.
#[derive(Clone, Debug)]
struct SampleAnswer {
    title: &'static str,
    json: String,
}

impl Aside {
    pub(super) fn new(operation: &Operation, base_url: &str, trial: Option<String>, words: Words) -> Self {
        let programs = Client::ALL.map(|client| (client, client.program(operation, base_url)));
        let answer = match &operation.access {
            Access::Forwarded(route) => route.example.answer.as_deref().map(Ordered::parse),
            _ => {
                let success = operation.successes.first();
                success.and_then(|success| answer(operation.id, success.status)).cloned()
            }
        };
        let answer = answer.map(|whole| {
            let shown = shortened(&whole);
            let title = if shown == whole { words.answer() } else { words.shortened_answer() };
            SampleAnswer { title, json: shown.to_pretty() }
        });
        Self { words, programs: programs.into(), trial, answer }
    }

    /// Whether the page needs the script of the form.
    pub(super) fn has_form(&self) -> bool {
        self.trial.is_some()
    }

    /// The programs as tabs, of which one is open; without a style they stand below each other.
    pub(super) fn html(&self) -> String {
        let words = self.words;
        let mut html = format!(
            "<aside class=\"side\" aria-label=\"{}\"><h2>{}</h2>\n<div class=\"tabs\">",
            words.samples(),
            words.request()
        );
        for (client, program) in &self.programs {
            let open = if *client == Client::Curl { " open" } else { "" };
            let program = escaped(program.trim_end());
            html += &format!(
                "<details name=\"program\"{open}><summary>{}</summary><pre tabindex=\"0\"><code>{program}</code></pre></details>",
                client.title()
            );
        }
        html += &format!("</div>\n{}", self.trial.as_deref().unwrap_or_default());
        if let Some(SampleAnswer { title, json }) = &self.answer {
            let json = escaped(json);
            html += &format!("<h2>{title}</h2>\n<pre tabindex=\"0\"><code>{json}</code></pre>\n");
        }
        html + "</aside>"
    }

    pub(super) fn markdown(&self) -> String {
        let words = self.words;
        let mut text = format!("## {}\n", words.request());
        for (client, program) in &self.programs {
            text += &format!("\n### {}\n\n```{}\n{program}```\n", client.title(), client.language());
        }
        if let Some(SampleAnswer { title, json }) = &self.answer {
            text += &format!("\n## {title}\n\n```json\n{json}\n```\n");
        }
        text
    }
}

/// An answer with one item in each list and long texts cut. A rotation shows both secrets.
fn shortened(value: &Ordered) -> Ordered {
    const MAX_CHARS: usize = 80;
    match value {
        Ordered::List(items) => Ordered::List(items.iter().take(1).map(shortened).collect()),
        Ordered::Object(members) => {
            let member = |(name, member): &(String, Ordered)| {
                let shown = match (name.as_str(), member) {
                    ("secrets", Ordered::List(secrets)) => {
                        Ordered::List(secrets.iter().map(shortened).collect())
                    }
                    _ => shortened(member),
                };
                (name.clone(), shown)
            };
            Ordered::Object(members.iter().map(member).collect())
        }
        Ordered::Text(text) if text.chars().count() > MAX_CHARS => {
            let start: String = text.chars().take(MAX_CHARS).collect();
            Ordered::Text(format!("{start}…"))
        }
        other => other.clone(),
    }
}
