//! The output of commands: one JSON object, or aligned lines for people.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{anyhow, ensure};
use serde::Serialize;

use super::error::one_line;
use crate::domain::ids::KeyId;
use crate::domain::text::is_control;

/// Checks that standard output is open, before a command does anything.
///
/// # Errors
/// When it was closed: the result of the command would be lost.
pub(super) fn check_open() -> anyhow::Result<()> {
    ensure!(!fluence_closed_output::was_closed(), "standard output is closed; nothing was done");
    Ok(())
}

/// The result of a command. `Serialize` gives the JSON object.
pub trait Report: Serialize {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    Text,
    /// One JSON object on one line.
    Json,
}

impl Output {
    /// Prints a report to standard output.
    pub fn print(self, report: &impl Report) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        match self {
            Self::Text => report.write_text(&mut out)?,
            Self::Json => {
                let mut line = serde_json::to_vec(report)?;
                line.push(b'\n');
                out.write_all(&line)?;
            }
        }
        Ok(out.flush()?)
    }

    /// Prints a report with a secret that is shown only once. A reader that has closed the output
    /// is an error here, because the secret is lost.
    pub fn print_once(self, report: &impl Report, secret: &ShownOnce) -> anyhow::Result<()> {
        let ShownOnce { what, when_lost } = secret;
        self.print(report).map_err(|error| anyhow!("cannot print {what}: {}. {when_lost}", one_line(&error)))
    }
}

/// A secret that is shown only once.
pub struct ShownOnce {
    /// What it is, such as `the secret of key …`.
    pub what: String,
    /// What to do when it was lost, as a sentence.
    pub when_lost: String,
}

impl ShownOnce {
    /// The secret of a new key.
    pub fn of_new_key(id: KeyId) -> Self {
        Self {
            what: format!("the secret of key {id}"),
            when_lost: format!("The key exists: revoke it with `fluence key revoke {id}`"),
        }
    }
}

/// Writes names and values, with the values aligned.
pub fn write_fields(out: &mut impl Write, fields: &[(&str, &dyn Display)]) -> io::Result<()> {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    fields.iter().try_for_each(|(name, value)| writeln!(out, "{name:width$}  {value}"))
}

/// Writes a table. Columns of numbers are aligned to the right.
pub fn write_table<const COLUMNS: usize>(
    out: &mut impl Write,
    header: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
) -> io::Result<()> {
    let mut widths = header.map(|cell| cell.chars().count());
    let mut is_number = [!rows.is_empty(); COLUMNS];
    for row in rows {
        for ((cell, width), is_number) in row.iter().zip(&mut widths).zip(&mut is_number) {
            *width = cell.chars().count().max(*width);
            *is_number &= cell.parse::<i64>().is_ok();
        }
    }
    let lines = std::iter::once(header).chain(rows.iter().map(|row| row.each_ref().map(String::as_str)));
    for cells in lines {
        let mut line = String::new();
        for ((cell, width), is_number) in cells.iter().zip(widths).zip(is_number) {
            if !line.is_empty() {
                line.push_str("  ");
            }
            let cell = printable(cell);
            line.push_str(&if is_number { format!("{cell:>width$}") } else { format!("{cell:width$}") });
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Replaces control characters, which could command a terminal.
pub fn printable(text: &str) -> String {
    text.replace(is_control, "\u{FFFD}")
}

/// A value that may be missing.
pub fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// `1 key`, `2 keys`.
pub fn count(number: impl Into<u64>, noun: &str) -> String {
    counted(number, noun, &format!("{noun}s"))
}

/// `1 batch`, `2 batches`.
pub fn counted(number: impl Into<u64>, one: &str, many: &str) -> String {
    let number = number.into();
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_numbers_end_together() {
        let row = |name: &str, credits: &str| [name.to_owned(), credits.to_owned()];
        let mut out = Vec::new();
        write_table(&mut out, ["NAME", "CREDITS"], &[row("Ação", "5"), row("Bo", "12")]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "NAME  CREDITS\nAção        5\nBo         12\n");
    }

    #[test]
    fn no_cell_commands_the_terminal() {
        let mut out = Vec::new();
        write_table(&mut out, ["NAME"], &[["a\x1b[31m\nb".to_owned()]]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "NAME\na\u{FFFD}[31m\u{FFFD}b\n");
    }

    #[test]
    fn values_stand_below_each_other() {
        let mut out = Vec::new();
        write_fields(&mut out, &[("id", &7), ("credits", &"many")]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "id       7\ncredits  many\n");
    }
}
