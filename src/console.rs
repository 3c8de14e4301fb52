//! The console: pages on which account owners look after their account.
//!
//! # A new page
//!
//! 1. A file in [`account`], [`person`], [`entry`] or [`operator`] with one function for each
//!    method: `pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError>`. It reads
//!    what it shows through `call.db()` (one snapshot for the whole page), and returns
//!    [`frame::layout::account`] with a [`frame::layout::Content`]. A form posts to the address of
//!    its own page: `send` reads `call.form`, calls an act of [`crate::management`] with
//!    `call.by()?`, and returns [`request::page::Reply::SeeOther`] or the page with the faults and
//!    status 422. A form that makes something calls `call.spend(&path_of_what_is_made)` first, so
//!    that it makes it once.
//! 2. A line in [`routes::ROUTES`]: who may open it, method, address, function. Origin, form token,
//!    session, membership, role and step-up are checked before the function runs, and
//!    `tests/it/console/access.rs` tries the line with every kind of visitor.
//! 3. A place in the navigation: a line in [`frame::section::Section`].
//! 4. Its words in `words/`, in both languages. SQL in `storage/console/` or beside what it reads.
//!
//! Nothing of a page is written by hand into HTML: `maud` escapes every text. Only
//! [`numbers`] writes numbers, days and instants.

mod account;
mod credentials;
mod email;
mod entry;
mod frame;
mod html;
mod mailbox;
mod missing;
mod numbers;
pub mod operator;
mod person;
mod redirects;
mod request;
mod routes;
mod run;
mod words;

use self::request::table;
use crate::identity::Realm;

pub use account::alerts::Alerts;
pub use frame::error_page::{instead_of_refusal, is_page};
pub use request::access::Access;
pub use request::base;
pub use request::call::Console;
pub use request::settings;
pub use request::table::{Method, Route};
pub use routes::{ROUTES, routes};

/// Whether the console of a realm takes forms at a path and shows no page there.
pub fn has_only_forms(realm: Realm) -> fn(&str) -> bool {
    match realm {
        Realm::Console => |path| table::has_only_forms(ROUTES, path),
        Realm::Operator => |path| table::has_only_forms(operator::ROUTES, path),
    }
}
