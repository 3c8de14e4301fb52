//! Errors as an operator reads them.

use std::io;

/// An error and its causes in one line. A cause that the message before it already tells is not told again.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.is_empty() {
            line = cause;
        } else if !line.contains(&cause) {
            line.push_str(": ");
            line.push_str(&cause);
        }
    }
    line
}

/// Whether whoever read our output has stopped reading, as `head` does. That is no fault.
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
    #[error("the store is away: {0}")]
    struct Away(#[source] io::Error);

    #[test]
    fn causes_follow_each_other_and_none_is_told_twice() {
        let error = anyhow!(Away(io::Error::other("no route"))).context("cannot list accounts");
        assert_eq!(one_line(&error), "cannot list accounts: the store is away: no route");
    }

    #[test]
    fn a_reader_who_left_is_told_from_a_full_disk() {
        let error = |kind| anyhow!(io::Error::from(kind)).context("cannot print");
        assert!(is_broken_pipe(&error(io::ErrorKind::BrokenPipe)));
        assert!(!is_broken_pipe(&error(io::ErrorKind::StorageFull)));
    }
}
