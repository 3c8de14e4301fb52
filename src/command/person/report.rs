//! What the commands about a person print.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::command::output::{Report, count, or_dash, printable, write_fields, write_table};
use crate::storage::contacts::rights::{ExportedContact, Keeper};
use crate::storage::directory::rights::ExportedPerson;

#[derive(Serialize)]
pub(super) struct Exported {
    /// In the shared directory.
    pub(super) records: Vec<ExportedPerson>,
    /// Among the account's contacts.
    pub(super) contacts: Vec<ExportedContact>,
    /// Accounts that keep the person as a contact.
    pub(super) kept_by: Vec<Keeper>,
}

/// What was done, without personal data.
#[derive(Serialize)]
pub(super) struct Done {
    pub(super) action: &'static str,
    pub(super) at: DateTime<Utc>,
    /// Records deleted from the shared directory.
    pub(super) records: u64,
    /// Contacts deleted from the account.
    pub(super) contacts: u64,
    /// Accounts that keep the person as a contact.
    pub(super) kept_by: Vec<Keeper>,
}

/// What an erasure or opt-out would delete, without personal data.
#[derive(Serialize)]
pub(super) struct Planned {
    pub(super) action: &'static str,
    pub(super) dry_run: bool,
    /// Records of the shared directory, at most as many as an export has.
    pub(super) records: usize,
    /// Contacts of the account.
    pub(super) contacts: usize,
    /// Accounts that keep the person as a contact.
    pub(super) kept_by: Vec<Keeper>,
}

impl Report for Planned {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("action", &self.action),
                ("records to delete", &self.records),
                ("contacts to delete", &self.contacts),
            ],
        )?;
        write_keepers(out, &self.kept_by)
    }
}

impl Done {
    pub(super) fn of(action: &'static str, at: DateTime<Utc>) -> Self {
        Self { action, at, records: 0, contacts: 0, kept_by: Vec::new() }
    }
}

impl Report for Exported {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{} and {}",
            count(self.records.len() as u64, "record"),
            count(self.contacts.len() as u64, "contact")
        )?;
        for record in &self.records {
            writeln!(out)?;
            write_fields(
                out,
                &[
                    ("id", &record.id),
                    ("name", &name(&record.first_name, &record.last_name)),
                    ("company", &printable(&record.company)),
                    ("posts", &record.posts.len()),
                    ("title", &text(record.title.as_deref())),
                    ("email", &text(record.email.as_deref())),
                    ("source", &printable(&record.source)),
                    ("external id", &text(record.external_id.as_deref())),
                    ("legal basis", &text(record.legal_basis.as_deref())),
                    ("imported", &record.imported_at),
                    ("kept until", &record.expires_at),
                ],
            )?;
        }
        for contact in &self.contacts {
            writeln!(out)?;
            write_fields(
                out,
                &[
                    ("id", &contact.id),
                    ("name", &name(&contact.first_name, &contact.last_name)),
                    ("company", &printable(&contact.company)),
                    ("posts", &contact.posts.len()),
                    ("title", &text(contact.title.as_deref())),
                    ("email", &text(contact.email.as_deref())),
                    ("mode", &contact.mode),
                ],
            )?;
        }
        write_keepers(out, &self.kept_by)
    }
}

fn text(value: Option<&str>) -> String {
    or_dash(value.map(printable))
}

fn name(first_name: &str, last_name: &str) -> String {
    printable(&format!("{first_name} {last_name}"))
}

impl Report for Done {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("action", &self.action),
                ("at", &self.at),
                ("records deleted", &self.records),
                ("contacts deleted", &self.contacts),
            ],
        )?;
        write_keepers(out, &self.kept_by)
    }
}

fn write_keepers(out: &mut impl Write, keepers: &[Keeper]) -> io::Result<()> {
    if keepers.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nThese accounts have the person as a contact and are responsible for it. Forward the request, or repeat the \
         command with --account:"
    )?;
    let rows: Vec<_> =
        keepers.iter().map(|keeper| [keeper.account_id.to_string(), keeper.contacts.to_string()]).collect();
    write_table(out, ["ACCOUNT", "CONTACTS"], &rows)
}
