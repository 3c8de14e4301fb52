//! Every event that the program logs is explained in docs/operations/log.md, and no row there is
//! left over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::storage::rust_tokens::{Token, tokens};

const PAGE: &str = include_str!("../../docs/operations/log.md");
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
/// Servers of tests log too, and no operator reads it.
const FOR_TESTS: &str = "throwaway.rs";

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with(FOR_TESTS) {
            found.push(path);
        }
    }
}

/// The level and message of an event whose macro's words begin at `at`: the last string that no
/// field has.
fn event(tokens: &[Token], at: usize) -> Option<(String, Option<String>)> {
    let [
        Token::Word(crate_name),
        Token::Punct(':'),
        Token::Punct(':'),
        Token::Word(level),
        Token::Punct('!'),
        ..,
    ] = &tokens[at..]
    else {
        return None;
    };
    if crate_name != "tracing" || !LEVELS.contains(&level.as_str()) {
        return None;
    }
    let (mut depth, mut message) = (0, None);
    for (place, token) in tokens.iter().enumerate().skip(at + 5) {
        match token {
            Token::Punct('(') => depth += 1,
            Token::Punct(')') => depth -= 1,
            Token::Str(text) if depth == 1 && matches!(tokens[place - 1], Token::Punct(',' | '(')) => {
                message = Some(text.clone());
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    Some((level.clone(), message))
}

/// A message as the page shows it: `…` stands for what differs.
fn shown(message: &str) -> String {
    let mut shown = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        shown.push_str(before);
        shown.push('…');
        rest = after.split_once('}').unwrap().1;
    }
    shown + rest
}

fn logged() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut events = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let tokens = tokens(text.split("#[cfg(test)]").next().unwrap());
        for at in 0..tokens.len() {
            // Events without a message are requests and panics, which have targets.
            if let Some((level, Some(message))) = event(&tokens, at) {
                events.insert((shown(&message), level));
            }
        }
    }
    events
}

fn explained() -> BTreeSet<(String, String)> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.map(|row| row.split(" | ").collect::<Vec<_>>());
    let cells = cells.filter(|cells| cells.len() == 3 && cells[0] != "message");
    let of_levels = |cells: Vec<&str>| -> Vec<(String, String)> {
        cells[1].split(", ").map(|level| (cells[0].to_owned(), level.to_owned())).collect()
    };
    cells.flat_map(of_levels).collect()
}

#[test]
fn every_event_is_explained_with_its_level_and_every_explained_event_exists() {
    let (logged, explained) = (logged(), explained());
    assert!(logged.len() > 80, "the search finds {}", logged.len());
    let missing: Vec<_> = logged.difference(&explained).collect();
    let left_over: Vec<_> = explained.difference(&logged).collect();
    assert!(missing.is_empty() && left_over.is_empty(), "missing: {missing:#?}\nleft over: {left_over:#?}");
}
