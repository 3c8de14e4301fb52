//! The OpenAPI document of the service, and the table of operations that it and the reference pages
//! are made from.
//!
//! [`operations`] has every operation. Schemas of answers come from the types that are serialised,
//! those of requests from [`requests`]; examples of errors are rendered as real errors are, and
//! examples of answers were recorded from a gateway.

mod document;
mod errors;
mod examples;
mod first_call;
mod generator;
mod members;
mod operation;
mod operations;
mod ordered;
mod programs;
mod requests;
mod samples;
mod texts;

use std::num::NonZeroUsize;
use std::sync::Arc;

pub use document::{Document, document};
pub use errors::{is_of_analysis, operations_with};
pub use examples::{answer, error_body};
pub use first_call::first_call;
pub use members::{Member, Object, objects_of, objects_of_analysis, objects_of_dry_run};
pub use operation::{Access, Group, Operation, Parameter, ParameterPlace, Success, Verb};
pub use operations::all;
pub use ordered::Ordered;
pub use programs::Client;
pub use requests::{Field, RequestBody};
pub use samples::sample;
pub use texts::{Texts, in_language};

use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::domain::credits::Credits;
use crate::domain::product_name::ProductName;
use crate::domain::settlement::SettlementTable;
use crate::http::public_links::PublicLinks;

/// The console of account owners, as far as the pages for readers lead there.
#[derive(Clone, Debug)]
pub struct OwnersConsole {
    /// What an account begins with that a person opens there. `None`: people are invited.
    pub sign_up: Option<SignUp>,
}

/// What an account begins with that a person opened.
#[derive(Clone, Debug)]
pub struct SignUp {
    pub plan: String,
    pub credits: Credits,
    /// Life of the credits.
    pub days: i32,
}

/// What the document says of one gateway.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The name by which readers know the service.
    pub product: ProductName,
    /// The routes that are sold.
    pub routes: Arc<RouteSet>,
    pub catalogue: Arc<Catalogue>,
    pub settlement: Arc<SettlementTable>,
    pub links: Arc<PublicLinks>,
    /// `None`: this gateway serves no console.
    pub console: Option<OwnersConsole>,
    /// Maximum size of a request body of the built-in endpoints.
    pub max_body_bytes: NonZeroUsize,
    /// Maximum size of a contact.
    pub max_contact_bytes: NonZeroUsize,
}
