//! The OpenAPI document of the service, and the table of operations that it and the reference pages are made from.
//!
//! [`operations`] has every operation. Schemas of answers come from the types that are serialised, those of requests from
//! [`requests`]; examples of errors are rendered as real errors are, and examples of answers were recorded from a gateway.

mod document;
mod errors;
mod examples;
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

pub use document::document;
pub use errors::operations_with;
pub use examples::{answer, error_body};
pub use members::{Member, Object, objects_of, objects_of_analysis, objects_of_dry_run};
pub use operation::{Access, Group, Operation, Parameter, Success, Verb};
pub use operations::all;
pub use ordered::Ordered;
pub use programs::Client;
pub use requests::{Field, RequestBody};
pub use samples::sample;
pub use texts::{Texts, in_language};

use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::domain::settlement::SettlementTable;
use crate::http::public_links::PublicLinks;

/// What the document says of one gateway.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The routes that are sold.
    pub routes: Arc<RouteSet>,
    pub catalogue: Arc<Catalogue>,
    pub settlement: Arc<SettlementTable>,
    pub links: Arc<PublicLinks>,
    /// Maximum size of a request body of the built-in endpoints.
    pub max_body_bytes: NonZeroUsize,
    /// Maximum size of a contact.
    pub max_contact_bytes: NonZeroUsize,
}
