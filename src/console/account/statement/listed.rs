//! Which entries a page of the statement lists, and of how many.

use super::asked::{Asked, Group};
use super::{Statement, from_to};
use crate::console::account::days::Days;
use crate::console::numbers::whole;
use crate::console::words::Words;
use crate::storage::ledger::statement::StatementLine;

/// What the list says of itself, on the screen and on paper.
pub(super) struct Listed<'s> {
    asked: &'s Asked,
    statement: &'s Statement,
}

impl<'s> Listed<'s> {
    pub(super) const fn of(asked: &'s Asked, statement: &'s Statement) -> Self {
        Self { asked, statement }
    }

    pub(super) fn title(&self, words: Words) -> String {
        let entries = match self.asked.days {
            Some(days) => words.entries_of(&from_to(words, days)),
            None if self.is_all() && !self.is_filtered() => words.entries_of_all().to_owned(),
            None => words.entries().to_owned(),
        };
        let entries = if self.is_filtered() { format!("{entries} ({})", words.filtered()) } else { entries };
        if self.lines().is_empty() { entries } else { format!("{entries}: {}", self.shown(words)) }
    }

    /// The lines above a printed statement, each with its name.
    pub(super) fn on_paper(&self, words: Words) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if let Some(days) = self.asked.days.or_else(|| self.days_listed()) {
            lines.push((words.period(), from_to(words, days)));
        }
        lines.push((words.entries(), self.shown(words)));
        if self.asked.group != Group::All {
            lines.push((words.kind_of_entry(), self.asked.group.label(words).to_owned()));
        }
        if let Some(key) = self.asked.key {
            let known = self.statement.keys.iter().find(|known| known.id == key.as_uuid());
            lines.push((words.key(), known.map_or_else(|| key.to_string(), |known| known.name.clone())));
        }
        lines
    }

    /// `1,857–1,906 of 1,906`, `50 of 312`, or how many there are.
    fn shown(&self, words: Words) -> String {
        let (number, lines) = (|n| whole(words.0, n), self.lines());
        let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        let is_numbered = !self.is_filtered() && self.asked.days.is_none();
        match (lines.first(), lines.last(), self.count_of_days()) {
            _ if self.is_all() => number(count),
            (Some(newest), Some(oldest), _) if is_numbered => {
                let range = format!("{}–{}", number(oldest.number), number(newest.number));
                words.entries_out_of(&range, &number(self.statement.newest.number))
            }
            (_, _, Some(all)) if !self.is_filtered() => words.entries_out_of(&number(count), &number(all)),
            _ => words.entries_and_others(count),
        }
    }

    fn lines(&self) -> &[StatementLine] {
        &self.statement.page.lines
    }

    /// From the oldest entry of the list to the newest.
    fn days_listed(&self) -> Option<Days> {
        let days = self.lines().iter().map(|line| line.at.date_naive());
        Some(Days { from: days.clone().min()?, to: days.max()? })
    }

    /// Whether no entry is missing that was asked for.
    const fn is_all(&self) -> bool {
        self.asked.before.is_none() && self.statement.page.older.is_none()
    }

    fn is_filtered(&self) -> bool {
        self.asked.group != Group::All || self.asked.key.is_some()
    }

    fn count_of_days(&self) -> Option<i64> {
        let movements = self.statement.movements.as_ref()?;
        Some(movements.by_kind.iter().map(|(_, entries, _)| entries).sum())
    }
}
