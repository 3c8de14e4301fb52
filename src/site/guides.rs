//! The guides: the documents of the repository, which are the only texts of them.

use super::assets;
use super::markdown::{lead_of, title_of};
use super::words::{Words, prefix};
use crate::catalogue::routes::RouteSet;
use crate::domain::language::Language;

/// Who a guide is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Client,
    Owner,
    Operator,
}

impl Reader {
    pub(super) const ALL: [Self; 3] = [Self::Client, Self::Owner, Self::Operator];

    pub(super) const fn title(self, words: Words) -> &'static str {
        match self {
            Self::Client => words.for_clients(),
            Self::Owner => words.for_owners(),
            Self::Operator => words.for_operators(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Guide {
    /// Its name in addresses, and of its file.
    pub(super) name: &'static str,
    pub(super) reader: Reader,
    english: &'static str,
    portuguese: Portuguese,
}

/// What there is of a guide in Portuguese.
#[derive(Clone, Copy, Debug)]
enum Portuguese {
    Text(&'static str),
    /// For the contents: its title, and the sentence that says what it is about.
    Entry {
        title: &'static str,
        lead: &'static str,
    },
}

macro_rules! guides {
    (@portuguese $name:literal) => {
        Portuguese::Text(include_str!(concat!("../../docs/pt/", $name, ".md")))
    };
    (@portuguese $name:literal $title:literal $lead:literal) => {
        Portuguese::Entry { title: $title, lead: $lead }
    };
    ($($reader:ident $name:literal $(english $title:literal $lead:literal)?,)+) => {
        /// Every guide, in the order of the contents.
        pub(super) const GUIDES: &[Guide] = &[$(Guide {
            name: $name,
            reader: Reader::$reader,
            english: include_str!(concat!("../../docs/", $name, ".md")),
            portuguese: guides!(@portuguese $name $($title $lead)?),
        },)+];
    };
}

guides! {
    Client "first-call",
    Client "testing",
    Client "api",
    Client "credits",
    Client "limits",
    Client "contacts",
    Client "analysis",
    Client "connections",
    Client "moving",
    Owner "console",
    Owner "keys",
    Owner "revocation",
    Owner "leaks",
    Operator "operations",
    Operator "operations/install",
    Operator "operations/configure",
    Operator "operations/first-customer",
    Operator "operations/console",
    Operator "operations/tls",
    Operator "operations/credentials",
    Operator "operations/backup",
    Operator "operations/upgrade",
    Operator "operations/monitoring",
    Operator "operations/log",
    Operator "operations/data",
    Operator "operations/incidents",
    Operator "operations/scaling",
    Operator "commands",
    Operator "selling-an-api",
    Operator "forwarding",
    Operator "describing-routes",
    Operator "changing-calls",
    Operator "signed-identity",
    Operator "ledger",
    Operator "enrichment",
    Operator "performance" english
        "Desempenho (em inglês)"
        "Compara o gateway com um servidor simples e com um que executa uma transação por chamada.",
}

/// Guides that concern the analysis and nothing else.
const OF_ANALYSIS: [&str; 4] = ["contacts", "analysis", "moving", "enrichment"];

/// The guides for a reader of a gateway that sells these routes, in the order of the contents.
pub(super) fn guides_for(reader: Reader, routes: &RouteSet) -> impl Iterator<Item = &'static Guide> {
    GUIDES.iter().filter(move |guide| guide.reader == reader && guide.concerns(routes))
}

impl Guide {
    /// Whether it is about something that is sold.
    pub(super) fn concerns(&self, routes: &RouteSet) -> bool {
        !OF_ANALYSIS.contains(&self.name) || routes.sells_analysis()
    }

    /// The text in a language, or in English where it is not written in that one, and the language
    /// that it has.
    pub(super) fn text(&self, language: Language) -> (&'static str, Language) {
        match (language, self.portuguese) {
            (Language::Pt, Portuguese::Text(text)) => (text, Language::Pt),
            _ => (self.english, Language::En),
        }
    }

    /// Its texts in all languages.
    #[cfg(test)]
    pub(super) fn texts(&self) -> impl Iterator<Item = &'static str> {
        let portuguese = match self.portuguese {
            Portuguese::Text(text) => Some(text),
            Portuguese::Entry { .. } => None,
        };
        [Some(self.english), portuguese].into_iter().flatten()
    }

    pub(super) fn title(&self, language: Language) -> &'static str {
        match (language, self.portuguese) {
            (Language::Pt, Portuguese::Entry { title, .. }) => title,
            _ => title_of(self.text(language).0),
        }
    }

    /// The sentence that says what it is about.
    pub(super) fn lead(&self, language: Language) -> String {
        match (language, self.portuguese) {
            (Language::Pt, Portuguese::Entry { lead, .. }) => lead.to_owned(),
            _ => lead_of(self.text(language).0),
        }
    }
}

/// The guide that a link names, from the folder of the guides or from the one below it.
fn guide_of(name: &str) -> Option<&'static Guide> {
    let name = name.trim_start_matches("pt/");
    let is_named =
        |guide: &&Guide| guide.name == name || guide.name.strip_prefix("operations/") == Some(name);
    GUIDES.iter().find(is_named)
}

/// Where a link of a guide leads on the pages of a language. `None` for files that are not served.
/// A link to a heading leads to a page in the language of the text that names it.
pub(super) fn resolve(target: &str, language: Language, text_language: Language) -> Option<String> {
    if target.starts_with('#') || target.starts_with('/') {
        return Some(target.to_owned());
    }
    if target.starts_with("https://") || target.starts_with("mailto:") {
        return Some(target.to_owned());
    }
    let file = target.trim_start_matches("../");
    let image = assets::image(file.strip_prefix("images/").unwrap_or(file));
    if let Some(address) = image.or_else(|| assets::repository_file(file)) {
        return Some(address);
    }
    let (file, fragment) = target.split_once('#').map_or((target, ""), |(file, fragment)| (file, fragment));
    let name = file.strip_suffix(".md")?.trim_start_matches("../");
    let prefix = prefix(if fragment.is_empty() { language } else { text_language });
    let page = match name {
        "errors" => format!("{prefix}/docs/errors/"),
        name => format!("{prefix}/docs/{}", guide_of(name)?.name),
    };
    Some(if fragment.is_empty() { page } else { format!("{page}#{fragment}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of code without its comment, and with the reader's key as it is called in English.
    fn untranslated(line: &str) -> String {
        let is_comment = |at: usize| line[..at].trim().is_empty() || line[..at].ends_with("  ");
        let comment = line.match_indices("# ").map(|(at, _)| at).find(|at| is_comment(*at));
        line[..comment.unwrap_or(line.len())].trim_end().replace("SUA_CHAVE", "YOUR_KEY")
    }

    /// What translating leaves as it is: the levels of the headings, and the blocks of code.
    fn structure(text: &str) -> (Vec<usize>, Vec<String>) {
        let (mut levels, mut blocks, mut is_code) = (Vec::new(), Vec::new(), false);
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                is_code = !is_code;
                if is_code {
                    blocks.push(String::new());
                }
            } else if let (true, Some(block)) = (is_code, blocks.last_mut()) {
                block.push_str(&untranslated(line));
                block.push('\n');
            } else if line.starts_with('#') {
                levels.push(line.len() - line.trim_start_matches('#').len());
            }
        }
        (levels, blocks)
    }

    #[test]
    fn guides_exist_in_both_languages_but_for_the_measurements() {
        let english = GUIDES.iter().filter(|guide| matches!(guide.portuguese, Portuguese::Entry { .. }));
        assert_eq!(english.map(|guide| guide.name).collect::<Vec<_>>(), ["performance"]);
    }

    #[test]
    fn no_guide_has_a_link_that_leads_nowhere_on_its_page() {
        for guide in GUIDES {
            for language in Language::ALL {
                let (text, text_language) = guide.text(language);
                assert!(!text.contains(".md]("), "{}: a link is named by its file", guide.name);
                super::super::markdown::to_html(text, &|target| {
                    let led = resolve(target, language, text_language);
                    assert!(led.is_some(), "{} leads to {target}", guide.name);
                    led
                });
            }
        }
    }

    /// llms.txt and the search show only the lead of a guide, so it has to say what the guide is
    /// about.
    #[test]
    fn a_guide_begins_with_a_sentence_about_itself() {
        for guide in GUIDES {
            for language in Language::ALL {
                let (text, _) = guide.text(language);
                let first = text.lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default();
                let is_sentence =
                    first.starts_with(|letter: char| letter.is_alphabetic() || "`*[".contains(letter));
                assert!(is_sentence, "{}: {first}", guide.name);
            }
        }
    }

    #[test]
    fn both_texts_of_a_guide_have_the_same_headings_code_and_tables() {
        for guide in GUIDES {
            let Portuguese::Text(portuguese) = guide.portuguese else { continue };
            assert_eq!(structure(guide.english), structure(portuguese), "{}", guide.name);
            let rows = |text: &str| text.lines().filter(|line| line.starts_with('|')).count();
            assert_eq!(rows(guide.english), rows(portuguese), "{}", guide.name);
        }
    }
}
