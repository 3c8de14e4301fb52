//! A statement as CSV, for the command and for the console.

use std::io::{self, Write};

use crate::http::csv::{self, Cell};
use crate::storage::ledger::statement::StatementLine;

/// The names of the columns.
const HEAD: [&str; 19] = [
    "number",
    "at",
    "kind",
    "amount",
    "balance_after",
    "lot",
    "source",
    "endpoint",
    "outcome",
    "key_id",
    "key_name",
    "id",
    "reference",
    "note",
    "state",
    "label",
    "status",
    "upstream_status",
    "summary",
];

pub(crate) fn write_head(out: &mut impl Write) -> io::Result<()> {
    csv::write_row(out, &HEAD.map(Cell::Text))
}

pub(crate) fn write_line(out: &mut impl Write, line: &StatementLine) -> io::Result<()> {
    let at = line.at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let [status, upstream_status] =
        [line.status, line.upstream_status].map(|status| status.map(|status| status.to_string()));
    let (id, key_id) = (line.id.to_string(), line.key_id.map(|key| key.to_string()));
    csv::write_row(
        out,
        &[
            Cell::Number(line.number),
            Cell::Text(&at),
            Cell::Text(line.kind),
            Cell::Number(line.amount),
            Cell::Number(line.balance_after),
            Cell::Number(line.lot.into()),
            Cell::Text(&line.source),
            Cell::Maybe(line.endpoint.as_deref()),
            Cell::Maybe(line.outcome),
            Cell::Maybe(key_id.as_deref()),
            Cell::Maybe(line.key_name.as_deref()),
            Cell::Text(&id),
            Cell::Maybe(line.reference.as_deref()),
            Cell::Maybe(line.note.as_deref()),
            Cell::Maybe(line.state),
            Cell::Maybe(line.label),
            Cell::Maybe(status.as_deref()),
            Cell::Maybe(upstream_status.as_deref()),
            Cell::Maybe(line.summary.as_deref()),
        ],
    )
}
