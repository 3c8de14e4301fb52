//! The first call that pages show, and the guide about it. It is one of the calls in force.

use super::served::base_url;
use super::words::Words;
use crate::openapi::{self, Client, Facts, Operation};

/// The name of the guide.
pub(super) const GUIDE: &str = "first-call";

/// An operation as a command that a reader may copy.
pub(super) fn sample(operation: &Operation, facts: &Facts) -> String {
    format!("```sh\n{}```\n", Client::Curl.program(operation, base_url(facts)))
}

/// The guide, whose written text calls the analysis.
pub(super) fn guide(text: &str, facts: &Facts, operations: &[Operation], words: Words) -> String {
    let heading = words.make_the_call();
    let Some(call) = openapi::first_call(operations, words.0) else { return with_section(text, heading, "") };
    let sample = sample(call, facts);
    match facts.routes.sells_analysis() {
        true => with_sample(text, heading, &sample),
        false => {
            let section = words.call_of_route().replace("{call}", &sample).replace("{id}", call.id);
            with_section(text, heading, &section)
        }
    }
}

/// The text with another section under this heading, or without the heading if that is empty.
pub(super) fn with_section(text: &str, heading: &str, section: &str) -> String {
    let Some((before, after)) = text.split_once(&line_of(heading)) else { return text.to_owned() };
    let rest = after.find("\n## ").map_or("", |at| &after[at..]);
    match section {
        "" => format!("{before}{rest}"),
        _ => format!("{before}{}\n{section}{rest}", line_of(heading)),
    }
}

/// The text with another first block of code under this heading.
fn with_sample(text: &str, heading: &str, sample: &str) -> String {
    let (fence, end) = ("```sh\n", "\n```\n");
    let found = text.find(&line_of(heading)).and_then(|from| Some(from + text[from..].find(fence)?));
    match found.and_then(|from| Some((from, from + text[from..].find(end)? + end.len()))) {
        Some((from, to)) => format!("{}{sample}{}", &text[..from], &text[to..]),
        None => text.to_owned(),
    }
}

fn line_of(heading: &str) -> String {
    format!("\n## {heading}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A\n\n## B\n\n```sh\nold\n```\n\nb\n\n## C\n\n```sh\nc\n```\n";

    #[test]
    fn a_section_is_replaced_or_removed() {
        assert_eq!(with_section(TEXT, "B", "new\n"), "# A\n\n## B\n\nnew\n\n## C\n\n```sh\nc\n```\n");
        assert_eq!(with_section(TEXT, "C", ""), TEXT.split_once("\n## C").unwrap().0);
        assert_eq!(with_section(TEXT, "D", "new\n"), TEXT);
    }

    #[test]
    fn the_first_block_of_code_of_a_section_is_replaced() {
        assert_eq!(with_sample(TEXT, "B", "```sh\nnew\n```\n"), TEXT.replace("old", "new"));
    }
}
