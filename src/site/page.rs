//! A page: Markdown, and the layout around it.

use super::aside::Aside;
use super::assets;
use super::guides::{Reader, guides_for, resolve};
use super::html_text::escaped;
use super::markdown::{to_html, with_links, without_title};
use super::words::Words;
pub(super) use super::words::prefix;
use crate::domain::language::Language;
use crate::domain::refusal::ErrorCode;
use crate::openapi::{Facts, Group, Operation};

const LAYOUT: &str = include_str!("layout.html");

/// A part of the site, as the header names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Home,
    Guides,
    Reference,
    Errors,
    Pricing,
}

/// The content of a page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// The path in English.
    pub(super) path: String,
    pub(super) section: Section,
    pub(super) language: Language,
    /// The language of the text, where it is not written in both.
    pub(super) text_language: Language,
    /// The whole text, which begins with its title as a heading.
    pub(super) text: String,
    /// Method and path above the title.
    pub(super) signature: Option<(String, String)>,
    pub(super) facts: Vec<String>,
    /// What stands beside the text.
    pub(super) aside: Option<Aside>,
}

/// The address of the text of a page.
pub(super) fn markdown_address(address: &str) -> String {
    if address.ends_with('/') { format!("{address}index.md") } else { format!("{address}.md") }
}

/// The address of the text of a page that a link leads to, or the link where it leads to no page.
fn text_address(target: &str) -> String {
    let (path, fragment) = target.find('#').map_or((target, ""), |place| target.split_at(place));
    let is_of_site = ["/docs/", "/pt/"].iter().any(|prefix| path.starts_with(prefix));
    // The last number of a version is no extension.
    let is_extension = |end: &str| end.starts_with(|first: char| first.is_ascii_alphabetic());
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_file = name.rsplit_once('.').is_some_and(|(_, end)| is_extension(end));
    match path {
        "/" | "/pricing" => markdown_address(path) + fragment,
        _ if is_of_site && !is_file => markdown_address(path) + fragment,
        _ => target.to_owned(),
    }
}

impl Page {
    /// Returns a page that is all text.
    pub(super) fn new(path: impl Into<String>, section: Section, language: Language, text: String) -> Self {
        Self {
            path: path.into(),
            section,
            language,
            text_language: language,
            text,
            signature: None,
            facts: Vec::new(),
            aside: None,
        }
    }

    fn words(&self) -> Words {
        Words(self.language)
    }

    /// Whether the text is in another language than the page.
    fn is_untranslated(&self) -> bool {
        self.text_language != self.language
    }

    pub(super) fn title(&self) -> &str {
        super::markdown::title_of(&self.text)
    }

    /// The title with what an operation or error is called in programs.
    pub(super) fn title_for_search(&self) -> String {
        let title = self.title();
        match (&self.signature, self.facts.last()) {
            (Some((verb, path)), _) => format!("{verb} {path} · {title}"),
            (None, Some(code)) => format!("{code} · {title}"),
            (None, None) => title.to_owned(),
        }
    }

    /// The page as a text, whose links lead to texts.
    pub(super) fn markdown(&self) -> String {
        let resolve = |target: &str| match target {
            outside if outside.starts_with("http") => Some(outside.to_owned()),
            own => resolve(own, self.language, self.text_language).map(|target| text_address(&target)),
        };
        let mut text = with_links(&self.text, &resolve);
        if let (true, Some((title, rest))) = (self.is_untranslated(), text.split_once('\n')) {
            text = format!("{title}\n\n{}\n{rest}", self.words().only_english());
        }
        if let Some(aside) = &self.aside {
            text.push('\n');
            text.push_str(&aside.markdown());
        }
        text
    }

    /// The page as HTML. Where the gateway serves the console, the header leads there.
    pub(super) fn html(&self, facts: &Facts, operations: &[Operation]) -> String {
        let (words, language) = (self.words(), self.language);
        let prefix_own = prefix(language);
        let own = format!("{prefix_own}{}", self.path);
        let other = format!("{}{}", prefix(language.other()), self.path);
        let to_html = |text: &str| to_html(text, &|target| resolve(target, language, self.text_language));
        let aside = self.aside.as_ref().map(Aside::html);
        let mut scripts = assets::script("site.js");
        if self.aside.as_ref().is_some_and(Aside::has_form) {
            scripts += &assets::script("trial.js");
        }
        let note = self.is_untranslated().then(|| {
            format!("<p class=\"note\" lang=\"{}\">{}</p>\n", language.code(), words.only_english())
        });
        let title = match self.section {
            Section::Home => facts.product.to_string(),
            _ => format!("{} · {}", self.title(), facts.product),
        };
        let markdown = markdown_address(&own);
        let foot = format!(
            "{} <a href=\"{markdown}\">{}</a> · <a href=\"{prefix_own}/docs/changelog\">{}</a> · \
             <a href=\"/openapi.json\">OpenAPI</a> · <a href=\"/llms.txt\">llms.txt</a>",
            words.foot(),
            words.as_text(),
            words.changelog()
        );
        fill(&[
            ("lang", language.code()),
            ("title", &escaped(&title)),
            ("css", &assets::style()),
            ("icon", &assets::icon()),
            ("scripts", &scripts),
            ("copy", words.copy()),
            ("copied", words.copied()),
            ("nothing_found", words.nothing_found()),
            ("search", words.search()),
            ("index", &format!("{prefix_own}/docs/search.json")),
            ("markdown", &markdown),
            ("other", &other),
            ("other_lang", language.other().code()),
            ("other_name", words.other_name()),
            ("skip", words.skip()),
            ("home", &format!("{prefix_own}/")),
            ("product", &escaped(facts.product.as_str())),
            ("sections", &self.sections()),
            ("console", if facts.console.is_some() { "<a href=\"/console\">Console</a>\n" } else { "" }),
            ("shape", if self.aside.is_some() { "doc three" } else { "doc" }),
            ("contents", words.contents()),
            ("nav", &self.navigation(facts, operations, &own)),
            ("text_lang", self.text_language.code()),
            ("note", note.as_deref().unwrap_or_default()),
            ("head", &self.head()),
            ("body", &to_html(without_title(&self.text))),
            ("aside", aside.as_deref().unwrap_or_default()),
            ("foot", &foot),
        ])
    }

    fn head(&self) -> String {
        let signature = self.signature.as_ref().map(|(verb, path)| {
            format!(
                "<p class=\"signature\"><span class=\"verb\">{verb}</span><code>{}</code></p>\n",
                escaped(path)
            )
        });
        let facts: String = self.facts.iter().map(|fact| format!("<li>{}</li>", escaped(fact))).collect();
        let facts = if facts.is_empty() { facts } else { format!("<ul class=\"facts\">{facts}</ul>\n") };
        format!("{}<h1>{}</h1>\n{facts}", signature.unwrap_or_default(), escaped(self.title()))
    }

    fn sections(&self) -> String {
        let (words, prefix) = (self.words(), prefix(self.language));
        [
            (Section::Guides, "/docs/", words.guides()),
            (Section::Reference, "/docs/reference/", words.reference()),
            (Section::Errors, "/docs/errors/", words.errors()),
            (Section::Pricing, "/pricing", words.pricing()),
        ]
        .map(|(section, path, name)| {
            let current = if section == self.section { " aria-current=\"true\"" } else { "" };
            format!("<a href=\"{prefix}{path}\"{current}>{name}</a>")
        })
        .join("\n")
    }

    /// The pages of the section.
    fn navigation(&self, facts: &Facts, operations: &[Operation], own: &str) -> String {
        let (words, prefix) = (self.words(), prefix(self.language));
        let link = |path: String, name: &str| {
            let current = if path == own { " aria-current=\"page\"" } else { "" };
            // A long code goes on in the next line behind one of its words.
            format!("<a href=\"{path}\"{current}>{}</a>", escaped(name).replace('_', "_<wbr>"))
        };
        match self.section {
            Section::Home | Section::Guides | Section::Pricing => Reader::ALL
                .map(|reader| {
                    let links: String = guides_for(reader, &facts.routes)
                        .map(|guide| {
                            link(format!("{prefix}/docs/{}", guide.name), guide.title(self.language))
                        })
                        .collect();
                    format!("<b>{}</b>{links}", reader.title(words))
                })
                .concat(),
            Section::Reference => Group::ALL
                .map(|group| {
                    let of_group = operations.iter().filter(|operation| operation.group == group);
                    let links: String = of_group
                        .map(|operation| {
                            link(format!("{prefix}/docs/reference/{}", operation.id), &operation.signature())
                        })
                        .collect();
                    match links.as_str() {
                        "" => links,
                        _ => format!("<b>{}</b>{links}", group.title(self.language)),
                    }
                })
                .concat(),
            Section::Errors => {
                let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
                codes.map(|code| link(format!("{prefix}/docs/errors/{code}"), code)).collect()
            }
        }
    }
}

/// The layout with these values in place of their names in braces.
fn fill(values: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(16 * 1024);
    let mut rest = LAYOUT;
    while let Some((before, after)) = rest.split_once('{') {
        page.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            page.push_str(value);
        }
        rest = behind;
    }
    page.push_str(rest);
    page
}
