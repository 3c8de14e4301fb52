//! The console: pages on which account owners look after their account.
//!
//! # A new page
//!
//! 1. A file with one function for each method: `pub(super) async fn show(call: &mut Call) ->
//!    Result<Reply, PageError>`. It reads what it shows through `call.db()` (one snapshot for the
//!    whole page), and returns [`layout::account`] with a [`layout::Content`]. A form posts to the
//!    address of its own page: `send` reads `call.form`, calls an act of [`crate::management`] with
//!    `call.by()?`, and returns [`page::Reply::SeeOther`] or the page with the faults and status
//!    422. A form that makes something calls `call.spend(&path_of_what_is_made)` first, so that it
//!    makes it once.
//! 2. A line in [`routes::ROUTES`]: who may open it, method, address, function. Origin, form token,
//!    session, membership, role and step-up are checked before the function runs, and
//!    `tests/it/console/access.rs` tries the line with every kind of visitor.
//! 3. A place in the navigation: a line in [`section::Section`].
//! 4. Its words in `words/`, in both languages. SQL in `storage/console/` or beside what it reads.
//!
//! Nothing of a page is written by hand into HTML: `maud` escapes every text. Only
//! [`numbers`] writes numbers, days and instants.

mod access;
mod alerts;
mod asked_address;
pub mod base;
mod browser_name;
mod call;
mod chart;
mod choose;
mod choose_password;
mod confirm;
mod cookie;
mod current_user;
mod email;
mod email_change;
mod environments;
mod error;
mod error_page;
mod factor;
mod field;
mod filters;
mod form;
mod form_token;
mod guesses;
mod history;
mod invitation;
mod keys;
mod known_browser;
mod layout;
mod link;
mod log_in;
mod lost_factor;
mod mailbox;
mod members;
mod missing;
mod notice;
mod numbers;
pub mod operator;
mod operator_frame;
mod outcome;
mod overview;
mod page;
mod pages;
mod password;
mod pasted_key;
mod person_frame;
mod playground;
mod profile;
mod recovery_codes;
mod redirects;
mod reset;
mod resubmission;
mod routes;
mod run;
mod second_factor;
mod section;
mod security;
pub mod settings;
mod sign_up;
mod sign_up_code;
mod table;
mod vouch;
mod words;

pub use access::Access;
pub use alerts::Alerts;
pub use call::Console;
pub use error_page::{instead_of_refusal, is_page};
pub use routes::{ROUTES, routes};
pub use table::{Method, Route};
