//! What the commands of sets print.

use std::io::{self, Write};

use serde::Serialize;

use crate::catalogue::differences::{Change, Difference};
use crate::command::confirm::Confirmation;
use crate::command::output::{Report, count, printable, write_table};
use crate::domain::offer_set::SetKind;
use crate::storage::offer_sets::{AppliedSet, OfferSet};

pub(super) struct Shown {
    pub(super) kind: SetKind,
    pub(super) set: OfferSet,
}

impl Serialize for Shown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let OfferSet { number, text } = &self.set;
        serde_json::json!({ "kind": self.kind, "number": number, "text": text }).serialize(serializer)
    }
}

impl Report for Shown {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.set.text.as_bytes())
    }
}

#[derive(Serialize)]
pub(super) struct DiffReport {
    pub(super) kind: SetKind,
    /// The set that the file was compared with.
    pub(super) number: i32,
    pub(super) changes: Vec<Difference>,
    pub(super) warnings: Vec<String>,
}

impl Report for DiffReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let (kind, number) = (self.kind.as_str(), self.number);
        writeln!(out, "compared with {kind} {number}: {}", count(self.changes.len() as u64, "change"))?;
        write_changes(out, &self.changes)?;
        write_warnings(out, &self.warnings)
    }
}

fn write_warnings(out: &mut impl Write, warnings: &[String]) -> io::Result<()> {
    warnings.iter().try_for_each(|warning| writeln!(out, "warning: {}", printable(warning)))
}

fn write_changes(out: &mut impl Write, changes: &[Difference]) -> io::Result<()> {
    for Difference { subject, change } in changes {
        match change {
            Change::Added => writeln!(out, "+ {subject}")?,
            Change::Removed => writeln!(out, "- {subject}")?,
            Change::Changed { fields } => {
                writeln!(out, "~ {subject}")?;
                for field in fields {
                    let line = format!("{}: {} -> {}", field.field, field.before, field.after);
                    writeln!(out, "    {}", printable(&line))?;
                }
            }
        }
    }
    Ok(())
}

#[derive(Serialize)]
pub(super) struct ApplyReport<'a> {
    pub(super) kind: SetKind,
    pub(super) number: i32,
    /// Whether the set is a new one. If not, the newest set already has this text.
    #[serde(rename = "new")]
    pub(super) is_new: bool,
    pub(super) changes: Vec<Difference>,
    pub(super) warnings: Vec<String>,
    #[serde(flatten)]
    pub(super) confirmation: &'a Option<Confirmation>,
}

impl Report for ApplyReport<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let (kind, number) = (self.kind.as_str(), self.number);
        match self.is_new {
            true => writeln!(out, "{kind} {number} applied: {}", count(self.changes.len() as u64, "change"))?,
            false => writeln!(out, "{kind} {number} already has this text; nothing was changed")?,
        }
        write_changes(out, &self.changes)?;
        write_warnings(out, &self.warnings)?;
        self.confirmation.as_ref().map_or(Ok(()), |confirmation| confirmation.write_text(out))
    }
}

#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) kind: SetKind,
    pub(super) sets: Vec<AppliedSet>,
}

impl Report for Listed {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |set: &AppliedSet| {
            let applied_at = set.applied_at.format("%F %TZ").to_string();
            [set.number.to_string(), applied_at, set.applied_by.clone(), set.bytes.to_string()]
        };
        let rows: Vec<_> = self.sets.iter().map(row).collect();
        write_table(out, ["NUMBER", "APPLIED AT", "BY", "BYTES"], &rows)?;
        if self.sets.is_empty() {
            let none = match self.kind {
                SetKind::Catalogue => "no catalogue was applied: the shipped one is in force",
                SetKind::Routes => "no routes were applied: the shipped ones are in force",
            };
            writeln!(out, "{none}")?;
        }
        Ok(())
    }
}
