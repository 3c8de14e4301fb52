//! What has changed for clients and account owners: `CHANGELOG.md` without its parts for operators
//! and sellers, as a page of each version and as a feed.

use super::html_text::escaped;
use super::markdown::to_html;
use super::page::{Page, Section};
use super::words::{Words, prefix};
use crate::domain::language::Language;
use crate::domain::product_name::ProductName;

const CHANGELOG: &str = include_str!("../../CHANGELOG.md");

/// The address of the newest version.
const ROOT: &str = "/docs/changelog";

/// The groups that are only for operators and sellers.
const FOR_OPERATORS: [&str; 2] = ["**Operation**", "**Selling an API**"];

/// A version: its name, the day of its last change, and what is new in it.
#[derive(Debug, PartialEq)]
struct Version {
    name: &'static str,
    /// `None` for changes that no version has yet.
    day: Option<&'static str>,
    text: String,
}

/// Every version, newest first. A heading is `## NAME - YYYY-MM-DD`, or `## Unreleased`.
fn versions() -> Vec<Version> {
    let sections = CHANGELOG.split("\n## ").skip(1);
    sections
        .map(|section| {
            let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
            let (name, day) =
                heading.rsplit_once(" - ").map_or((heading, None), |(name, day)| (name, Some(day)));
            Version { name, day, text: for_clients(text) }
        })
        .collect()
}

/// A text without the groups for operators. A group begins with a line in bold and ends with the
/// next one or a heading.
fn for_clients(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut is_kept = true;
    for line in text.lines() {
        if line.starts_with("**") || line.starts_with('#') {
            is_kept = !FOR_OPERATORS.contains(&line);
        }
        if is_kept {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

impl Version {
    /// The address of its page. The newest version is at the address of the changelog.
    fn path(&self, place: usize) -> String {
        if place == 0 { ROOT.to_owned() } else { format!("{ROOT}/{}", self.name) }
    }

    /// Its name, and its day if it has one.
    fn title(&self) -> String {
        self.day.map_or_else(|| self.name.to_owned(), |day| format!("{} ({day})", self.name))
    }
}

/// The addresses of the pages, by their places: newest first.
pub(super) fn paths() -> impl Iterator<Item = String> {
    versions().into_iter().enumerate().map(|(place, version)| version.path(place))
}

/// The page of the version at a place, with links to the others.
pub(super) fn page(place: usize, language: Language) -> Page {
    let (words, prefix, versions) = (Words(language), prefix(language), versions());
    let (mut path, mut title) = (ROOT.to_owned(), words.changelog().to_owned());
    let mut changes = String::new();
    if let Some(version) = versions.get(place) {
        path = version.path(place);
        changes = format!("\n## {}\n{}", version.title(), version.text);
        if place > 0 {
            title = format!("{title} {}", version.name);
        }
    }
    let mut text = format!("# {title}\n\n[{}](/docs/changelog.atom)\n{changes}", words.feed());
    text += &format!("\n## {}\n\n", words.other_versions());
    for (other, version) in versions.iter().enumerate().filter(|(other, _)| *other != place) {
        text += &format!("- [{}]({prefix}{})\n", version.title(), version.path(other));
    }
    Page { text_language: Language::En, ..Page::new(path, Section::Guides, language, text) }
}

/// The feed of the released versions, in Atom (RFC 4287).
pub(super) fn feed(product: &ProductName, base_url: &str) -> String {
    let (versions, product) = (versions(), escaped(product.as_str()));
    let updated = versions.iter().find_map(|version| version.day).unwrap_or_default();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{product}</title>\n\
         <id>{base_url}/docs/changelog</id>\n<link href=\"{base_url}/docs/changelog\"/>\n\
         <link rel=\"self\" href=\"{base_url}/docs/changelog.atom\"/>\n<updated>{updated}T00:00:00Z</updated>\n\
         <author><name>{product}</name></author>\n"
    );
    for (place, version) in versions.iter().enumerate() {
        let Some(day) = version.day else { continue };
        let html = escaped(&to_html(&version.text, &|_| None));
        let (name, path) = (escaped(version.name), version.path(place));
        text += &format!(
            "<entry>\n<title>{name}</title>\n<id>{base_url}{ROOT}#{name}</id>\n<link href=\"{base_url}{path}\"/>\n\
             <updated>{day}T00:00:00Z</updated>\n<content type=\"html\">{html}</content>\n</entry>\n"
        );
    }
    text + "</feed>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_a_day_and_something_for_clients() {
        let versions = versions();
        assert!(!versions.is_empty());
        for version in versions {
            let is_day = |day: &str| day.parse::<chrono::NaiveDate>().is_ok();
            assert!(
                version.day.map_or(version.name == "Unreleased", is_day),
                "{}: {:?}",
                version.name,
                version.day
            );
            assert!(version.text.contains("\n- "), "{}", version.name);
        }
    }

    #[test]
    fn groups_for_operators_are_left_out() {
        let text =
            "### Added\n\n**API**\n\n- one\n\n**Operation**\n\n- two\n  more\n\n### Changed\n\n- three\n";
        assert_eq!(for_clients(text), "### Added\n\n**API**\n\n- one\n\n### Changed\n\n- three\n");
    }
}
