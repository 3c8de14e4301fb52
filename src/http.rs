//! HTTP at the edge: how a refusal or an answer becomes bytes, and how bytes become a checked
//! request.

pub mod answer;
pub mod billing_info;
pub mod byte_budget;
pub mod call_record;
pub mod client_address;
pub mod compression;
pub mod contact_request;
pub(crate) mod csv;
pub mod dialect;
pub mod dry_run;
pub mod error_body;
pub mod error_details;
pub mod fields;
pub mod idempotency_key;
pub mod json;
pub mod json_body;
pub mod key_request;
pub mod keyless_bodies;
pub mod loopback;
pub mod negotiate;
pub mod paging;
pub mod person_request;
mod profile_url;
pub mod public_links;
pub mod query;
pub mod rate_limit_headers;
pub mod render;
pub mod representation;
pub mod request_body_fault;
