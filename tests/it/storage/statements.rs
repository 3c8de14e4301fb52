//! Every SQL statement of the program is one that the migrated schema understands.
//!
//! sqlx takes a statement as a `&'static str`, so each one is spelled in the sources: as a literal,
//! or joined by `concat!` and by macros of ours. This test reads the sources, finds them all, and
//! lets PostgreSQL prepare them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgTypeInfo};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use super::rust_tokens::{Token, tokens};
use crate::support::database::TestDatabase;

/// Where SQL may be.
const PLACES: [&str; 2] = ["src/storage", "src/local_postgres"];

/// A string in these places that begins so is a statement, whether or not it is seen to be sent.
const VERBS: [&str; 5] = ["select", "insert", "update", "delete", "with"];

/// The functions of sqlx that take a statement.
const SENDERS: [&str; 5] = ["query", "query_as", "query_scalar", "raw_sql", "begin_with"];

/// The one place that makes statements of its own: databases have names, which cannot be sent
/// beside a statement.
const MADE_AT_RUN_TIME: &str = "src/local_postgres/template.rs";

/// A macro of ours that stands for a part of a statement.
struct Macro {
    parameters: Vec<String>,
    body: Vec<Token>,
}

/// The sources, and what is found in them.
#[derive(Default)]
struct Sources {
    macros: HashMap<String, Macro>,
    statements: Vec<(String, String)>,
    /// What cannot be followed to a text.
    lost: Vec<String>,
}

fn files(place: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(place).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The files below a place, and the one that is its module.
fn sources() -> Vec<(String, Vec<Token>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for place in PLACES {
        files(&root.join(place), &mut paths);
        paths.push(root.join(place).with_extension("rs"));
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
        (path.strip_prefix(root).unwrap().display().to_string(), tokens(&product))
    };
    paths.into_iter().map(read).collect()
}

/// The place behind the bracket that closes the one at `open`.
fn behind(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Punct('(' | '[' | '{') => depth += 1,
            Token::Punct(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

impl Sources {
    /// Notes the macro that is defined at `at`, if one is; returns the place behind it.
    fn note_macro(&mut self, tokens: &[Token], at: usize) -> Option<usize> {
        let [Token::Word(word), Token::Punct('!'), Token::Word(name), Token::Punct('{')] =
            tokens.get(at..at + 4)?
        else {
            return None;
        };
        if word != "macro_rules" {
            return None;
        }
        let end = behind(tokens, at + 3);
        let after_pattern = behind(tokens, at + 4);
        let parameters = tokens[at + 4..after_pattern].windows(2).filter_map(|pair| match pair {
            [Token::Punct('$'), Token::Word(name)] => Some(name.clone()),
            _ => None,
        });
        // Behind `=>`.
        let body = tokens[after_pattern + 3..behind(tokens, after_pattern + 2) - 1].to_vec();
        self.macros.insert(name.clone(), Macro { parameters: parameters.collect(), body });
        Some(end)
    }

    /// The text of the string expression at `at`, and the place behind it.
    fn text(&self, tokens: &[Token], at: usize, bound: &HashMap<&str, String>) -> Option<(String, usize)> {
        match tokens.get(at..)? {
            [Token::Str(text), ..] => Some((text.clone(), at + 1)),
            [Token::Punct('$'), Token::Word(name), ..] => Some((bound.get(name.as_str())?.clone(), at + 2)),
            [Token::Word(name), Token::Punct('!'), Token::Punct('('), ..] => {
                let end = behind(tokens, at + 2);
                let arguments = self.arguments(&tokens[at + 3..end - 1], bound)?;
                if name == "concat" {
                    return Some((arguments.concat(), end));
                }
                let Macro { parameters, body } = self.macros.get(name)?;
                let bound = parameters.iter().map(String::as_str).zip(arguments).collect();
                let (text, _) = self.text(body, 0, &bound)?;
                Some((text, end))
            }
            _ => None,
        }
    }

    fn arguments(&self, tokens: &[Token], bound: &HashMap<&str, String>) -> Option<Vec<String>> {
        let (mut at, mut arguments) = (0, Vec::new());
        while at < tokens.len() {
            let (argument, end) = self.text(tokens, at, bound)?;
            arguments.push(argument);
            // A comma, or the end.
            at = end + 1;
        }
        Some(arguments)
    }

    fn find_statements(&mut self, file: &str, tokens: &[Token]) {
        let mut at = 0;
        let sent_constants: Vec<&str> = (0..tokens.len())
            .filter(|at| is_sent(tokens, *at))
            .filter_map(|at| constant(&tokens[at]))
            .collect();
        let mut defined = Vec::new();
        while at < tokens.len() {
            if let Some(end) = self.note_macro(tokens, at) {
                at = end;
                continue;
            }
            let is_sent = is_sent(tokens, at);
            match self.text(tokens, at, &HashMap::new()) {
                Some((text, end)) => {
                    let name = name_of_constant(tokens, at);
                    defined.extend(name);
                    let is_sent_by_name = name.is_some_and(|name| sent_constants.contains(&name));
                    if is_sent || is_sent_by_name || begins_with_a_verb(&text) {
                        self.statements.push((file.to_owned(), text));
                    }
                    at = end;
                }
                None => {
                    let is_lost = match &tokens[at..] {
                        [Token::Word(name), Token::Punct('!'), ..] => name == "concat" || is_sent,
                        [Token::Word(name), ..] => {
                            is_sent && name == "AssertSqlSafe" && file != MADE_AT_RUN_TIME
                        }
                        _ => false,
                    };
                    if is_lost {
                        self.lost.push(format!("{file}: {:?}", &tokens[at..tokens.len().min(at + 12)]));
                    }
                    at += 1;
                }
            }
        }
        let is_unknown = |name: &&&str| !defined.contains(*name);
        self.lost.extend(sent_constants.iter().filter(is_unknown).map(|name| format!("{file}: {name}")));
    }
}

/// The name, if the token is that of a constant.
fn constant(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) if word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_') => {
            Some(word)
        }
        _ => None,
    }
}

/// The constant whose value begins at `at`: `const NAME: &str = `.
fn name_of_constant(tokens: &[Token], at: usize) -> Option<&str> {
    let before = &tokens[at.saturating_sub(8)..at];
    let word = before.iter().rposition(|token| *token == Token::Word("const".to_owned()))?;
    let is_its_value = before.last() == Some(&Token::Punct('='));
    constant(before.get(word + 1)?).filter(|_| is_its_value)
}

/// Whether the token is the first argument of a function that sends a statement.
fn is_sent(tokens: &[Token], at: usize) -> bool {
    let before: Vec<&str> = tokens[at.saturating_sub(12)..at]
        .iter()
        .map(|token| match token {
            Token::Word(word) => word.as_str(),
            Token::Punct('(') => "(",
            Token::Punct(':') => ":",
            _ => "",
        })
        .collect();
    let [.., "("] = before.as_slice() else { return false };
    let function = before.iter().rposition(|word| SENDERS.contains(word));
    // Nothing but type arguments between the name and the bracket.
    function.is_some_and(|place| !before[place + 1..before.len() - 1].contains(&"("))
}

fn begins_with_a_verb(text: &str) -> bool {
    let first = text.trim_start().split(|letter: char| !letter.is_ascii_lowercase()).next();
    first.is_some_and(|word| VERBS.contains(&word)) && text.contains(' ')
}

/// Prepares a statement as sqlx does, but for the types of its values, which PostgreSQL infers. A
/// value that is sent and not used has none to infer.
async fn prepare(connection: &mut PgConnection, statement: &str) -> sqlx::Result<()> {
    let mut types = Vec::new();
    loop {
        let sql = AssertSqlSafe(statement.to_owned()).into_sql_str();
        let Err(error) = (&mut *connection).prepare_with(sql, &types).await else { return Ok(()) };
        let message = error.as_database_error().map(ToString::to_string).unwrap_or_default();
        let unused = message.split("could not determine data type of parameter $").nth(1);
        let number = unused.and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
        match number {
            Some(number) if number > types.len() && !uses(statement, number) => {
                types.resize(number - 1, PgTypeInfo::with_oid(Oid(0)));
                types.push(PgTypeInfo::with_name("text"));
            }
            _ => return Err(error),
        }
    }
}

/// The statements of a text, most often one. Semicolons part them, but not within quotes.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |letter| {
        is_quoted ^= letter == '\'';
        letter == ';' && !is_quoted
    })
}

fn uses(statement: &str, parameter: usize) -> bool {
    statement.split('$').skip(1).any(|rest| {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse() == Ok(parameter)
    })
}

#[tokio::test]
async fn the_schema_understands_every_statement() {
    let files = sources();
    let mut sources = Sources::default();
    for (_, tokens) in &files {
        for at in 0..tokens.len() {
            sources.note_macro(tokens, at);
        }
    }
    for (file, tokens) in &files {
        sources.find_statements(file, tokens);
    }
    let Sources { statements, lost, .. } = sources;
    assert!(lost.is_empty(), "statements that this test cannot read: {lost:#?}");
    assert!(statements.len() > 150, "only {} statements were found", statements.len());

    let database = TestDatabase::new().await;
    let mut connection = database.pool().acquire().await.unwrap();
    let mut faults = Vec::new();
    for (file, statement) in &statements {
        for part in parts(statement) {
            if let Err(error) = prepare(&mut connection, part).await {
                faults.push(format!("{file}: {error}\n{part}"));
            }
        }
    }
    let (faulty, all) = (faults.len(), statements.len());
    assert!(faults.is_empty(), "{faulty} of {all} statements:\n\n{}", faults.join("\n\n"));
}
