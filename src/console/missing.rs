//! Addresses below a page that have no page of their own: people who are logged in keep their
//! navigation.

use std::sync::Arc;

use axum::routing::MethodRouter;

use super::run::method_routers;
use crate::console::request::access::Access;
use crate::console::request::call::{Call, Console};
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::request::table::{Method, Route};

static ROUTES: &[Route<Access>] = &[Route {
    method: Method::Get,
    path: "/console/{account}/{*rest}",
    access: Access::Anyone,
    handler: |call| Box::pin(missing(call)),
}];

/// The routes behind all others.
pub(super) fn routes(console: &Arc<Console>) -> impl Iterator<Item = (&'static str, MethodRouter)> {
    method_routers(console, ROUTES)
}

async fn missing(call: &mut Call) -> Result<Reply, PageError> {
    call.identify().await?;
    if call.user().is_ok() {
        call.enter_account().await?;
    }
    Err(PageError::NotFound)
}
