//! What the gateway serves to readers: the OpenAPI document and the pages. All of it is compiled in, public, and the same for
//! everybody, so it needs neither a key nor the database.

mod served;

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use self::served::Served;
use crate::openapi::{Facts, document};

/// Everything that is served, made when it is first asked for.
#[derive(Debug)]
pub struct Site {
    facts: Facts,
    openapi: OnceLock<Served>,
}

impl Site {
    pub fn new(facts: Facts) -> Self {
        Self { facts, openapi: OnceLock::new() }
    }

    fn openapi(&self) -> &Served {
        self.openapi
            .get_or_init(|| Served::new("application/json", document(&self.facts).to_string().into_bytes()))
    }
}

/// The paths of the site.
pub fn routes(site: &Arc<Site>) -> Vec<(&'static str, MethodRouter)> {
    vec![("/openapi.json", get(openapi).with_state(site.clone()))]
}

/// The document, open to every origin: tools in a browser read it from there.
async fn openapi(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let mut response = site.openapi().answer("/openapi.json", &headers);
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
