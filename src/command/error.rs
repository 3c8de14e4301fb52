//! Errors in words for operators.

use std::io;

use crate::storage::error::server_message;

/// An error and its causes in one line. A cause that an earlier message contains is omitted.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let words = words(cause);
        if line.is_empty() {
            line = words;
        } else if !line.contains(&words) {
            line.push_str(": ");
            line.push_str(&words);
        }
        // The next cause repeats the answer of the database, with a line number.
        if cause.is::<sqlx::Error>() {
            break;
        }
    }
    line
}

/// The message of an error, without the line number of the database server's source.
fn words(error: &(dyn std::error::Error + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<sqlx::Error>() {
        return server_message(error);
    }
    let mut words = error.to_string();
    let mut cause = Some(error);
    while let Some(present) = cause {
        if let Some(error) = present.downcast_ref::<sqlx::Error>()
            && let Some(answer) = error.as_database_error()
        {
            words = words.replace(&answer.to_string(), &server_message(error));
        }
        cause = present.source();
    }
    words
}

/// Whether the reader of the output has closed it, as `head` does. That is not a failure.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the store is unavailable: {0}")]
    struct Unavailable(#[source] io::Error);

    #[test]
    fn causes_are_listed_in_order_and_once() {
        let error = anyhow!(Unavailable(io::Error::other("no route"))).context("cannot list accounts");
        assert_eq!(one_line(&error), "cannot list accounts: the store is unavailable: no route");
    }

    #[test]
    fn a_closed_pipe_is_distinguished_from_a_full_disk() {
        let error = |kind| anyhow!(io::Error::from(kind)).context("cannot print");
        assert!(is_broken_pipe(&error(io::ErrorKind::BrokenPipe)));
        assert!(!is_broken_pipe(&error(io::ErrorKind::StorageFull)));
    }
}
