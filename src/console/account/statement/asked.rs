//! What the reader asked for: kinds of entries, a key, days.

use crate::console::account::days::{Days, DaysFault};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::words::Words;
use crate::domain::ids::KeyId;
use crate::ledger::rules::entry::EntryKind;
use crate::storage::console::statement::StatementFilter;

/// Kinds that are chosen together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    All,
    Calls,
    GivenBack,
    In,
    Out,
}

impl Group {
    pub(super) const ALL: [Self; 5] = [Self::All, Self::Calls, Self::GivenBack, Self::In, Self::Out];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Calls => "calls",
            Self::GivenBack => "given-back",
            Self::In => "in",
            Self::Out => "out",
        }
    }

    pub(super) const fn label(self, words: Words) -> &'static str {
        match self {
            Self::All => words.all_kinds(),
            Self::Calls => words.kind_calls(),
            Self::GivenBack => words.kind_given_back(),
            Self::In => words.kind_in(),
            Self::Out => words.kind_out(),
        }
    }

    pub(super) fn kinds(self) -> Vec<EntryKind> {
        match self {
            Self::All => Vec::new(),
            Self::Calls => vec![EntryKind::Hold, EntryKind::Release],
            Self::GivenBack => vec![EntryKind::Release],
            Self::In => vec![EntryKind::Grant, EntryKind::Pack, EntryKind::Renewal],
            Self::Out => vec![EntryKind::Expiry, EntryKind::Correction, EntryKind::PlanMove],
        }
    }
}

/// What the reader asked for.
pub(super) struct Asked {
    pub(super) group: Group,
    pub(super) key: Option<KeyId>,
    pub(super) days: Option<Days>,
    pub(super) fault: Option<DaysFault>,
    /// The filters that were not understood.
    pub(super) unread: Unread,
    pub(super) before: Option<i64>,
    /// Whether all entries are added up.
    pub(super) adds_up: bool,
}

impl Asked {
    pub(super) async fn of(call: &mut Call, mut unread: Unread) -> Result<Self, PageError> {
        let key = unread.key(call, "key").await?;
        let query = &call.query;
        let (days, fault) = match Days::typed(query) {
            None => (None, None),
            Some(Ok(days)) => (Some(days), None),
            Some(Err(fault)) => (None, Some(fault)),
        };
        let group = |text: &str| Group::ALL.into_iter().find(|group| group.name() == text);
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        Ok(Self {
            group: unread.choice(query, "kind", group).unwrap_or(Group::All),
            key,
            days,
            fault,
            before: unread.choice(query, "before", number),
            adds_up: query.text("sum") == "1",
            unread,
        })
    }

    pub(super) fn filter(&self) -> StatementFilter {
        let between = self.days.map(Days::instants);
        StatementFilter { kinds: self.group.kinds(), key: self.key, between }
    }

    /// The query string of these entries, or of those before a number.
    pub(super) fn query(&self, before: Option<i64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let texts = [
            ("kind", self.group.name().to_owned()),
            ("key", self.key.map(|key| key.to_string()).unwrap_or_default()),
        ];
        let days = self.days.map(|days| [("from", days.from.to_string()), ("to", days.to.to_string())]);
        let texts = texts.into_iter().chain(days.into_iter().flatten()).filter(|(_, text)| !text.is_empty());
        let before = before.map(|number| ("before", number.to_string()));
        query.extend_pairs(texts).extend_pairs(before).finish()
    }
}
