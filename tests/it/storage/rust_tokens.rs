//! Rust as far as a search for strings needs it.

/// A piece of source. Comments, characters, lifetimes and numbers are left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Word(String),
    Str(String),
    Punct(char),
}

/// The tokens of a source file.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut rest = source;
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let (text, length) = quoted(rest);
                tokens.push(Token::Str(text));
                length
            }
            // `r#type` is a name.
            'r' if rest[1..].trim_start_matches('#').starts_with('"') => {
                let hashes = rest[1..].chars().take_while(|letter| *letter == '#').count();
                let (open, close) = (hashes + 2, format!("\"{}", "#".repeat(hashes)));
                let length = rest[open..].find(&close).expect("a raw string ends");
                tokens.push(Token::Str(rest[open..open + length].to_owned()));
                open + length + close.len()
            }
            '\'' => character_or_lifetime(rest),
            _ if first.is_alphanumeric() || first == '_' => {
                let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
                let word = &rest[..end.unwrap_or(rest.len())];
                tokens.push(Token::Word(word.to_owned()));
                word.len()
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(Token::Punct(first));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// The string that a source begins with, and its length there. A backslash at the end of a line
/// joins it to the next.
fn quoted(source: &str) -> (String, usize) {
    let mut text = String::new();
    let mut letters = source.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, at + 1),
            '\\' => match letters.next() {
                Some((_, '\n')) => while letters.next_if(|(_, letter)| letter.is_whitespace()).is_some() {},
                Some((_, 'n')) => text.push('\n'),
                Some((_, other)) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    panic!("a string does not end: {text}")
}

fn character_or_lifetime(source: &str) -> usize {
    let mut letters = source.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), Some((escaped, _))) => {
            source[escaped + 1..].find('\'').map_or(source.len(), |end| escaped + 1 + end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

#[test]
fn strings_are_found_however_they_are_written() {
    let source = r##"let a = ['"', '\'']; // "no"
        f::<'a>("one \"quoted\" \
                 line", r"two\", r#"three " three"#)"##;
    let strings = tokens(source).into_iter().filter_map(|token| match token {
        Token::Str(text) => Some(text),
        _ => None,
    });
    assert_eq!(strings.collect::<Vec<_>>(), ["one \"quoted\" line", "two\\", "three \" three"]);
}
