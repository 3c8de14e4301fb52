//! Addresses below a page that have no page of their own: operators who are logged in keep their
//! navigation, and strangers learn nothing.

use super::access::Access;
use crate::console::request::access::Admission;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::request::table::{Method, Route};

const fn route(path: &'static str) -> Route<Access> {
    Route { method: Method::Get, path, access: Access::Anyone, handler: |call| Box::pin(missing(call)) }
}

pub(super) static ROUTES: &[Route<Access>] =
    &[route("/operator/{*rest}"), route("/operator/accounts/{account}/{*rest}")];

async fn missing(call: &mut Call) -> Result<Reply, PageError> {
    // An unknown visitor gets the same page without navigation.
    let admitted = Access::Support.admit(call).await;
    Err(admitted.err().filter(|error| matches!(error, PageError::Busy)).unwrap_or(PageError::NotFound))
}
