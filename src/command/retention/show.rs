//! `fluence retention show`: what every table holds, how large it is, and what ends its rows.

use std::collections::HashMap;
use std::io::{self, Write};

use anyhow::Context as _;
use serde::Serialize;

use crate::command::context::Context;
use crate::command::output::{Output, Report, or_dash, write_table};
use crate::storage::retention::{TableSize, table_sizes};

/// The page that says how long data lives. A test compares its tables with the schema.
const PAGE: &str = include_str!("../../../docs/operations/data.md");

/// Prints all tables, the largest first.
pub(super) async fn run(context: &Context, output: Output) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let sizes = table_sizes(&mut connection).await?;
    output.print(&report(sizes, PAGE)?)
}

/// What the page says about a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Life<'p> {
    holds: &'p str,
    rows_end: &'p str,
}

/// Reads the rows of the page's table.
fn lives(page: &str) -> HashMap<&str, Life<'_>> {
    page.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<(&str, Life<'_>)> {
    let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
    let (holds, rest) = rest.split_once(" | ")?;
    Some((name, Life { holds, rows_end: rest.strip_suffix(" |")? }))
}

fn report(sizes: Vec<TableSize>, page: &str) -> anyhow::Result<RetentionReport<'_>> {
    let lives = lives(page);
    let line = |size: TableSize| {
        let life = lives.get(size.name.as_str());
        let Life { holds, rows_end } =
            *life.with_context(|| format!("nothing says how long rows of {} live", size.name))?;
        Ok(TableLine {
            table: size.name,
            holds,
            estimated_rows: size.estimated_rows,
            bytes: size.bytes,
            partitions: size.partitions,
            rows_end,
        })
    };
    let tables: Vec<TableLine<'_>> = sizes.into_iter().map(line).collect::<anyhow::Result<_>>()?;
    Ok(RetentionReport { bytes: tables.iter().map(|table| table.bytes).sum(), tables })
}

#[derive(Debug, Serialize)]
struct RetentionReport<'p> {
    bytes: i64,
    tables: Vec<TableLine<'p>>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct TableLine<'p> {
    table: String,
    holds: &'p str,
    estimated_rows: Option<i64>,
    bytes: i64,
    partitions: i64,
    rows_end: &'p str,
}

impl Report for RetentionReport<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |table: &TableLine<'_>| {
            let kibibytes = (table.bytes / 1024).to_string();
            [table.table.clone(), or_dash(table.estimated_rows), kibibytes, plain(table.rows_end)]
        };
        let rows: Vec<_> = self.tables.iter().map(row).collect();
        write_table(out, ["TABLE", "ROWS (ESTIMATE)", "KiB", "ROWS END"], &rows)?;
        writeln!(
            out,
            "\n{} KiB in all. What each table holds: --json, or docs/operations/data.md",
            self.bytes / 1024
        )
    }
}

/// A cell without Markdown.
fn plain(cell: &str) -> String {
    cell.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: TableSize =
        TableSize { name: String::new(), estimated_rows: Some(7), bytes: 2_048, partitions: 0 };

    #[test]
    fn a_line_says_what_the_page_says() {
        let page = "# Lives\n\n| table | holds | its rows end |\n|---|---|---|\n| `node` | gateways | a day after (`x`) |\n";
        let report = report(vec![TableSize { name: "node".into(), ..SIZE }], page).unwrap();
        let mut out = Vec::new();
        report.write_text(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" "),
            "node 7 2 a day after (x)"
        );
        assert_eq!((report.bytes, report.tables[0].holds), (2_048, "gateways"));
    }

    #[test]
    fn a_table_without_a_row_is_an_error() {
        assert!(report(vec![TableSize { name: "new".into(), ..SIZE }], PAGE).is_err());
    }

    #[test]
    fn every_row_of_the_page_is_read() {
        assert_eq!(lives(PAGE).len(), PAGE.lines().filter(|line| line.starts_with("| `")).count());
    }
}
