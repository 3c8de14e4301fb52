//! The guides: the documents of the repository, which are the only texts of them.

use super::markdown::title_of;
use super::words::Words;

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
    pub(super) text: &'static str,
}

macro_rules! guides {
    ($($reader:ident $name:literal,)+) => {
        /// Every guide, in the order of the contents.
        pub(super) const GUIDES: &[Guide] = &[$(Guide {
            name: $name,
            reader: Reader::$reader,
            text: include_str!(concat!("../../docs/", $name, ".md")),
        },)+];
    };
}

guides! {
    Client "api",
    Client "contacts",
    Client "limits",
    Client "connections",
    Client "analysis",
    Owner "keys",
    Owner "revocation",
    Operator "operations",
    Operator "operations/install",
    Operator "operations/configure",
    Operator "operations/first-customer",
    Operator "operations/tls",
    Operator "operations/backup",
    Operator "operations/upgrade",
    Operator "operations/monitoring",
    Operator "operations/log",
    Operator "operations/data",
    Operator "operations/incidents",
    Operator "operations/scaling",
    Operator "commands",
    Operator "selling-an-api",
    Operator "ledger",
    Operator "enrichment",
    Operator "performance",
}

impl Guide {
    pub(super) fn title(&self) -> &'static str {
        title_of(self.text)
    }
}

/// The guide that a link names, from the folder of the guides or from the one below it.
fn guide_of(name: &str) -> Option<&'static Guide> {
    let name = name.trim_start_matches("../");
    let is_named =
        |guide: &&Guide| guide.name == name || guide.name.strip_prefix("operations/") == Some(name);
    GUIDES.iter().find(is_named)
}

/// Where a link of a guide leads on the pages. `None` for files that are only in the repository.
pub(super) fn resolve(target: &str, prefix: &str) -> Option<String> {
    if target.starts_with('#') || target.starts_with('/') {
        return Some(target.to_owned());
    }
    if let Some((_, digest)) = super::assets::IMAGES.iter().find(|(name, _)| *name == target) {
        return Some(super::assets::address(target, digest()));
    }
    let (file, fragment) = target.split_once('#').map_or((target, ""), |(file, fragment)| (file, fragment));
    let name = file.strip_suffix(".md")?;
    let page = match name {
        "errors" => format!("{prefix}/docs/errors/"),
        name => format!("{prefix}/docs/{}", guide_of(name)?.name),
    };
    Some(if fragment.is_empty() { page } else { format!("{page}#{fragment}") })
}
