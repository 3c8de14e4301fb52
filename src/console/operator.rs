//! The operators' console: pages on which the people who run the service look at it, and act on
//! accounts.
//!
//! It listens on an address of its own and has people of its own: an account owner's log-in opens
//! nothing here, and the other way round. A password opens nothing without the second factor. Its
//! pages are made as those of the owners' console are ([`crate::console`]): by one table,
//! [`ROUTES`], with the same checks of origin, form and session before a handler runs. Pages of one
//! account are the owners' own handlers, read only, below `/operator/accounts/{account}`.
//!
//! # A new act
//!
//! 1. A file, or a place in one, with `show` and `send`, as in [`suspension`]: the form asks for a
//!    reason, `send` calls the act of [`crate::management`] that the command calls, with
//!    [`act::principal`].
//! 2. Two lines in [`ROUTES`], with `SupportConfirmed` or `AdminConfirmed`: acts need a recent code
//!    of the second factor.
//! 3. Its words in `words/operator.rs`, in both languages.

mod access;
mod account;
mod accounts;
mod act;
mod audit;
mod busiest;
mod confirm;
mod credits;
mod email;
mod explain;
mod health;
mod key;
mod link;
mod log_in;
mod lost_factor;
mod missing;
mod new_account;
mod note;
mod people;
mod plan;
mod plan_moves;
mod plans;
mod routes;
mod second_factor;
pub mod settings;
mod suspension;

pub use access::Access;
pub use routes::{ROUTES, routes};

/// The first page.
pub const ROOT: &str = "/operator";
