//! The OpenAPI document and the documentation pages. They are compiled in, public and the same for
//! all readers, so they need neither a key nor the database.
//!
//! A page is Markdown, written or made from the tables of operations and errors, and a layout
//! around it; `ADDRESS.md` has only the Markdown. Pages are made when they are first asked for.

mod aside;
mod assets;
mod changelog;
mod charging;
mod error_pages;
mod fields;
pub mod files;
mod first_call;
mod guides;
mod home;
pub(crate) mod html_text;
mod markdown;
pub(crate) mod numbers;
mod page;
mod parts;
mod pricing;
mod reference;
pub mod routes;
mod search;
mod served;
mod sitemap;
mod tables;
mod trial;
mod words;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use self::fields::SharedObject;
use self::guides::{GUIDES, Guide};
use self::page::{Page, Section, markdown_address, prefix};
use self::served::Served;
pub use self::trial::{can_be_tried, control_of_body, controls_of, fields_of, with_typed};
use self::words::Words;
use crate::catalogue::routes::RouteSet;
use crate::domain::language::Language;
use crate::domain::refusal::ErrorCode;
use crate::openapi::{self, Facts, Operation};

const HTML: &str = "text/html; charset=utf-8";
const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// Everything that is served.
#[derive(Debug)]
pub struct Site {
    facts: Facts,
    operations: OnceLock<Vec<Operation>>,
    openapi: OnceLock<Served>,
    llms: OnceLock<Served>,
    feed: OnceLock<Served>,
    sitemap: OnceLock<Served>,
    /// The index of the search, in each language.
    index: [OnceLock<Served>; 2],
    /// By address, without the ending of texts.
    pages: OnceLock<BTreeMap<String, Entry>>,
}

/// A page, and what it becomes once it is asked for.
#[derive(Debug)]
struct Entry {
    what: Subject,
    language: Language,
    made: OnceLock<[Served; 2]>,
}

/// What a page is about.
#[derive(Clone, Copy, Debug)]
enum Subject {
    Home,
    Pricing,
    /// A version, by its place in the changelog.
    Version(usize),
    Guides,
    Guide(&'static Guide),
    Operations,
    /// By its place in the table.
    Operation(usize),
    SharedObject(SharedObject),
    Errors,
    Error(ErrorCode),
    /// A code that stands for several.
    SharedCode(&'static str),
}

impl Subject {
    /// Whether a page is found by readers of a gateway that sells these routes. Links lead to the
    /// others.
    fn concerns(self, routes: &RouteSet) -> bool {
        match self {
            Self::Guide(guide) => guide.concerns(routes),
            _ => true,
        }
    }
}

impl Site {
    pub fn new(facts: Facts) -> Self {
        Self {
            facts,
            operations: OnceLock::new(),
            openapi: OnceLock::new(),
            llms: OnceLock::new(),
            feed: OnceLock::new(),
            sitemap: OnceLock::new(),
            index: [const { OnceLock::new() }; 2],
            pages: OnceLock::new(),
        }
    }

    /// The operations of the sets that the pages speak of.
    pub fn operations(&self) -> &[Operation] {
        self.operations.get_or_init(|| openapi::all(&self.facts))
    }

    fn openapi(&self) -> &Served {
        self.openapi.get_or_init(|| {
            let document = serde_json::to_vec(&openapi::Document::of(&self.facts)).unwrap_or_default();
            Served::new("application/json", document)
        })
    }

    fn llms(&self) -> &Served {
        let text = || home::llms_txt(&self.facts, self.operations()).into_bytes();
        self.llms.get_or_init(|| Served::new("text/plain; charset=utf-8", text()))
    }

    fn feed(&self) -> &Served {
        let text = || changelog::feed(&self.facts.product, served::base_url(&self.facts)).into_bytes();
        self.feed.get_or_init(|| Served::new("application/atom+xml; charset=utf-8", text()))
    }

    /// What the search of the pages in a language looks through.
    fn index(&self, language: Language) -> &Served {
        let of_language = match language {
            Language::En => &self.index[0],
            Language::Pt => &self.index[1],
        };
        of_language.get_or_init(|| {
            let own = self.pages().iter().filter(|(_, entry)| entry.language == language);
            let own = own.filter(|(_, entry)| entry.what.concerns(&self.facts.routes));
            let pages = own.map(|(address, entry)| (address.as_str(), self.page(entry.what, language)));
            Served::new("application/json", search::index(language, pages).into_bytes())
        })
    }

    fn pages(&self) -> &BTreeMap<String, Entry> {
        self.pages.get_or_init(|| {
            let mut subjects = vec![
                ("/".to_owned(), Subject::Home),
                ("/pricing".to_owned(), Subject::Pricing),
                ("/docs/".to_owned(), Subject::Guides),
                ("/docs/reference/".to_owned(), Subject::Operations),
                ("/docs/errors/".to_owned(), Subject::Errors),
            ];
            let versions = changelog::paths().enumerate();
            subjects.extend(versions.map(|(place, path)| (path, Subject::Version(place))));
            subjects
                .extend(GUIDES.iter().map(|guide| (format!("/docs/{}", guide.name), Subject::Guide(guide))));
            let operations = self.operations().iter().enumerate();
            subjects.extend(operations.map(|(place, operation)| {
                (format!("/docs/reference/{}", operation.id), Subject::Operation(place))
            }));
            let objects = SharedObject::ALL;
            subjects.extend(objects.map(|object| (object.path().to_owned(), Subject::SharedObject(object))));
            let errors = ErrorCode::ALL.iter();
            subjects.extend(
                errors.map(|code| (format!("/docs/errors/{}", code.as_str()), Subject::Error(*code))),
            );
            let shared = error_pages::shared_codes();
            subjects.extend(
                shared.keys().map(|&name| (format!("/docs/errors/{name}"), Subject::SharedCode(name))),
            );
            let mut pages = BTreeMap::new();
            for language in Language::ALL {
                for (path, what) in &subjects {
                    let entry = Entry { what: *what, language, made: OnceLock::new() };
                    pages.insert(format!("{}{path}", prefix(language)), entry);
                }
            }
            pages
        })
    }

    /// The page at an address, as HTML or as the text that it is made from.
    fn find(&self, address: &str) -> Option<&Served> {
        let (page, is_text) = match address.strip_suffix(".md") {
            Some(page) => (page.strip_suffix("index").unwrap_or(page), true),
            None => (address, false),
        };
        let entry = self.pages().get(page)?;
        // One text has one address.
        if is_text && markdown_address(page) != address {
            return None;
        }
        let [html, text] = entry.made.get_or_init(|| {
            let page = self.page(entry.what, entry.language);
            [
                Served::new(HTML, self.html(&page).into_bytes()),
                Served::new(MARKDOWN, page.markdown().into_bytes()),
            ]
        });
        Some(if is_text { text } else { html })
    }

    fn html(&self, page: &Page) -> String {
        page.html(&self.facts, self.operations())
    }

    fn page(&self, what: Subject, language: Language) -> Page {
        match what {
            Subject::Home => home::home(&self.facts, self.operations(), language),
            Subject::Pricing => pricing::page(&self.facts, language),
            Subject::Version(place) => changelog::page(place, language),
            Subject::Guides => home::guides(&self.facts, language),
            Subject::Guide(guide) => home::guide(guide, &self.facts, self.operations(), language),
            Subject::Operations => reference::index(self.operations(), language),
            Subject::Operation(place) => match self.operations().get(place) {
                Some(operation) => reference::page(operation, &self.facts, language),
                None => reference::index(self.operations(), language),
            },
            Subject::SharedObject(object) => object.page(language),
            Subject::Errors => error_pages::index(&self.facts, language),
            Subject::Error(code) => error_pages::page(code, &self.facts, self.operations(), language),
            Subject::SharedCode(name) => error_pages::shared(name, language),
        }
    }

    /// The page of an address that has none.
    fn missing(&self, address: &str, language: Language) -> Served {
        let words = Words(language);
        let text = format!("# {}\n\n{}\n", words.not_found(), words.not_found_text());
        let page = Page::new("/docs/", Section::Guides, language, text);
        match address.ends_with(".md") {
            true => Served::new(MARKDOWN, page.markdown().into_bytes()),
            false => Served::new(HTML, self.html(&page).into_bytes()),
        }
    }
}

/// The address of a style or script of other pages that share the look of these.
pub fn asset_address(name: &'static str) -> String {
    assets::address_of(name)
}
