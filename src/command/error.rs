//! Errors in words for operators.

use std::error::Error;
use std::io;

use crate::management::ChangeError;
use crate::management::credits::CreditError;
use crate::storage::error::server_message;

/// The end of a message about an account that does not exist.
pub(super) const LISTS_ACCOUNTS: &str = "; `fluence account list` lists all accounts";

/// An error and its causes in one line, with what to do about it. A cause that an earlier message
/// contains is omitted.
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
    line.extend(error.chain().find_map(advice));
    line
}

/// Returns the end of the message of a change that was not made: the command that helps.
fn advice(cause: &(dyn Error + 'static)) -> Option<String> {
    let of_change = cause.downcast_ref().and_then(advice_on_change);
    of_change.or_else(|| cause.downcast_ref().and_then(advice_on_credits))
}

fn advice_on_change(error: &ChangeError) -> Option<String> {
    Some(match error {
        ChangeError::EmailTaken(_) => {
            ". Use `--allow-duplicate-email` to accept it for another account".to_owned()
        }
        ChangeError::NoPepper(_) => "; `fluence pepper status` shows them".to_owned(),
        ChangeError::WrongPepper(version) => {
            format!(". If nothing was hashed under it, `fluence pepper retire {version}` frees the version")
        }
        ChangeError::MissingPepper { version, .. } => {
            format!(". If it is lost, `fluence pepper retire {version} --lost` ends these secrets")
        }
        ChangeError::NoOperator(_) => "; `fluence operator list` lists all".to_owned(),
        ChangeError::OperatorExists(_) => "; `fluence operator link` makes a new link".to_owned(),
        _ => return None,
    })
}

fn advice_on_credits(error: &CreditError) -> Option<String> {
    Some(match error {
        CreditError::NoAccount(_) => LISTS_ACCOUNTS.to_owned(),
        CreditError::Unknown(account) => {
            format!(". Check `fluence ledger statement --account {account}` before you repeat the command")
        }
        _ => return None,
    })
}

/// The message of an error, without the line number of the database server's source.
fn words(error: &(dyn Error + 'static)) -> String {
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
    use crate::command::context::unknown_account;
    use crate::domain::ids::AccountId;

    #[derive(Debug, thiserror::Error)]
    #[error("the store is unavailable: {0}")]
    struct Unavailable(#[source] io::Error);

    #[test]
    fn causes_are_listed_in_order_and_once() {
        let error = anyhow!(Unavailable(io::Error::other("no route"))).context("cannot list accounts");
        assert_eq!(one_line(&error), "cannot list accounts: the store is unavailable: no route");
    }

    #[test]
    fn the_command_that_helps_ends_the_message_of_a_change_that_was_not_made() {
        let line = |error: ChangeError| one_line(&anyhow!(error).context("cannot migrate"));
        let wrong = line(ChangeError::WrongPepper(2));
        assert!(wrong.starts_with("cannot migrate: the pepper of version 2 is not the one"), "{wrong}");
        assert!(
            wrong.ends_with(". If nothing was hashed under it, `fluence pepper retire 2` frees the version")
        );
        assert_eq!(
            line(ChangeError::NoOperator("ana@example.com".to_owned())),
            "cannot migrate: operator ana@example.com does not exist; `fluence operator list` lists all"
        );
        let id = AccountId::from_uuid(uuid::Uuid::nil());
        assert_eq!(one_line(&CreditError::NoAccount(id).into()), unknown_account(id));
        assert_eq!(
            line(ChangeError::Revoked),
            "cannot migrate: the key is revoked, and revocation cannot be undone"
        );
    }

    #[test]
    fn a_closed_pipe_is_distinguished_from_a_full_disk() {
        let error = |kind| anyhow!(io::Error::from(kind)).context("cannot print");
        assert!(is_broken_pipe(&error(io::ErrorKind::BrokenPipe)));
        assert!(!is_broken_pipe(&error(io::ErrorKind::StorageFull)));
    }
}
