//! The documents list the errors of the catalogue, and no other.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use fluence::domain::language::Language;
use fluence::domain::refusal::{ErrorCode, Retry, Template};

fn document(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

/// `docs/errors.md` as the catalogue has it.
fn errors_md() -> String {
    let mut text = "# Errors\n\n\
        Branch on the code, never on the texts. [api.md](api.md#errors) shows the bodies. Words in braces are values of the \
        request.\n"
        .to_owned();
    for code in ErrorCode::ALL {
        let retry = match code.retry() {
            Retry::Never => "",
            Retry::AfterWait => " Retry after the seconds in `Retry-After`.",
            Retry::AfterPause => " Retry after a pause, a few times at most.",
        };
        write!(text, "\n## {}\n\n", code.as_str()).unwrap();
        let of_heads = match code.statuses_of_heads() {
            [too_long, too_large] => format!(", {too_long} or {too_large}"),
            _ => String::new(),
        };
        writeln!(text, "{}{of_heads}: {}.{retry}", code.status(), code.title(Language::En)).unwrap();
        let templates = code.templates();
        let mut actions: Vec<&str> = templates.iter().map(|template| template.action[0]).collect();
        actions.dedup();
        for (place, template) in templates.iter().enumerate() {
            write!(text, "\n{}\n", wrapped("> ", &Template::documented(template.message[0]))).unwrap();
            if actions.len() > 1 || place + 1 == templates.len() {
                write!(text, "\n{}\n", wrapped("", &Template::documented(template.action[0]))).unwrap();
            }
        }
    }
    text
}

/// A paragraph in lines of documents, each with this prefix.
fn wrapped(prefix: &str, text: &str) -> String {
    const WIDTH: usize = 120;
    let mut lines = vec![prefix.to_owned()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.len() > prefix.len() && line.len() + word.len() >= WIDTH {
            lines.push(format!("{prefix}{word}"));
        } else {
            let space = if line.len() > prefix.len() { " " } else { "" };
            *line += &format!("{space}{word}");
        }
    }
    lines.join("\n")
}

#[test]
fn errors_md_is_written_from_the_catalogue() {
    let (path, expected) = (document("errors.md"), errors_md());
    if std::env::var_os("WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "docs/errors.md is out of date: run `WRITE_DOCS=1 make test ARGS=errors_md`");
}

#[test]
fn api_md_lists_every_code_with_its_status() {
    let text = fs::read_to_string(document("api.md")).unwrap();
    let table = text.split("| status | codes |").nth(1).unwrap().split("\n\n").next().unwrap();
    let mut listed = BTreeMap::new();
    for row in table.lines().skip(2) {
        let statuses: Vec<u16> = row
            .split('|')
            .nth(1)
            .unwrap()
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|status| status.parse().ok())
            .collect();
        let codes: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        for (place, code) in codes.iter().enumerate() {
            let status = if statuses.len() == 1 { statuses[0] } else { statuses[place] };
            assert_eq!(listed.insert((*code).to_owned(), status), None, "{code} is listed twice");
        }
    }
    let expected: BTreeMap<_, _> =
        ErrorCode::ALL.iter().map(|code| (code.as_str().to_owned(), code.status())).collect();
    assert_eq!(listed, expected);
}
