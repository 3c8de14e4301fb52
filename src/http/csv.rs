//! CSV (RFC 4180) that is safe to open in a spreadsheet.
//!
//! A spreadsheet evaluates a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return
//! as a formula, and customers type the names of keys and the reasons. Such a text gets a leading
//! apostrophe, which marks it as text (OWASP, "CSV Injection"). So does a dangerous character
//! inside a text, where a program that separates cells by semicolons or tabs, or misreads quotes,
//! sees the beginning of a cell.
//!
//! A number is written from an integer, so it cannot contain a formula, and a negative number stays
//! a number.

use std::io::{self, Write};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    /// A number that the program computed.
    Number(i64),
    /// A text from any source.
    Text(&'a str),
    /// A text that may be missing.
    Maybe(Option<&'a str>),
    /// A JSON object that may be missing. Its values stay what they are.
    Json(Option<&'a str>),
}

pub(crate) fn write_row(out: &mut impl Write, cells: &[Cell<'_>]) -> io::Result<()> {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        match cell {
            Cell::Number(number) => write!(out, "{number}")?,
            Cell::Text(text) | Cell::Maybe(Some(text)) => out.write_all(quoted(&guarded(text)).as_bytes())?,
            Cell::Json(Some(text)) => out.write_all(quoted(&guarded_json(text)).as_bytes())?,
            Cell::Maybe(None) | Cell::Json(None) => {}
        }
    }
    out.write_all(b"\r\n")
}

/// Puts an apostrophe before every character that could begin a formula. `＝＋－＠` are the wide forms,
/// which East Asian spreadsheets evaluate too.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut begins_cell = true;
    for c in text.chars() {
        if begins_cell && is_dangerous(c) {
            guarded.push('\'');
        }
        guarded.push(c);
        begins_cell = separates(c);
    }
    guarded
}

/// Escapes such a character in the strings of a JSON object, which begins no formula itself.
fn guarded_json(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    let (mut begins_cell, mut is_in_string, mut is_escaped) = (false, false, false);
    for c in text.chars() {
        if begins_cell && is_in_string && is_dangerous(c) {
            guarded.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            guarded.push(c);
        }
        is_in_string ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        begins_cell = separates(c);
    }
    guarded
}

const fn is_dangerous(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

const fn separates(c: char) -> bool {
    matches!(c, ',' | ';' | '|' | '\t' | '\r' | '\n' | '"')
}

fn quoted(text: &str) -> String {
    if text.contains([',', ';', '|', '"', '\t', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(cells: &[Cell<'_>]) -> String {
        let mut out = Vec::new();
        write_row(&mut out, cells).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_text_that_begins_a_formula_gets_an_apostrophe() {
        for (text, cell) in [
            ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("\t=1", "\"'\t'=1\""),
            ("\r=1", "\"'\r'=1\""),
        ] {
            assert_eq!(row(&[Cell::Text(text)]), format!("{cell}\r\n"), "{text:?}");
        }
    }

    #[test]
    fn a_negative_number_stays_a_number() {
        assert_eq!(row(&[Cell::Number(-2), Cell::Number(7)]), "-2,7\r\n");
    }

    #[test]
    fn a_formula_after_another_programs_separator_is_guarded_too() {
        assert_eq!(row(&[Cell::Text("a;=1")]), "\"a;'=1\"\r\n");
        assert_eq!(row(&[Cell::Text("a\",=1")]), "\"a\"\",'=1\"\r\n");
    }

    #[test]
    fn a_json_object_keeps_its_values_and_begins_no_formula() {
        let object = serde_json::json!({ "name": "@SUM(A1)", "note": "a \"b\";=1", "micros": [1, -2] });
        let line = row(&[Cell::Json(Some(&object.to_string())), Cell::Json(None)]);
        let cell = line.trim_end().trim_end_matches(',').trim_matches('"').replace("\"\"", "\"");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&cell).unwrap(), object);
        assert!(!line.contains("@SUM") && !line.contains(";=") && !line.contains('\''), "{line}");
    }

    #[test]
    fn a_plain_text_is_unchanged_and_a_missing_one_is_empty() {
        assert_eq!(
            row(&[Cell::Text("Ação 1-2"), Cell::Maybe(None), Cell::Maybe(Some("b"))]),
            "Ação 1-2,,b\r\n"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_cell_that_begins_a_formula(text in "[=+@;,\"\t\r\na-]{0,12}") {
            let line = row(&[Cell::Text(&text)]);
            for cell in line.split([',', ';', '\t', '"', '\r', '\n']) {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@']), "{line:?}");
            }
        }
    }
}
