//! The router in force. It is swapped whole, so that no request sees half of a set; requests in
//! progress keep theirs.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;

use super::router::ListedRouter;
use crate::http::public_links::PublicLinks;

/// Cheap to clone; all clones swap together.
#[derive(Clone)]
pub struct Routing(Arc<ArcSwap<Routed>>);

/// A router, and how its answers are rendered.
pub struct Routed {
    pub router: Router,
    /// Its paths, to be compared with the documentation.
    pub paths: Vec<&'static str>,
    pub links: PublicLinks,
}

impl Routed {
    pub fn new(ListedRouter { router, paths }: ListedRouter, links: PublicLinks) -> Self {
        // With its state a router builds each route once, and without it once for each request.
        Self { router: router.with_state(()), paths, links }
    }
}

impl fmt::Debug for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routing").field("paths", &self.current().paths).finish()
    }
}

impl Routing {
    pub fn new(routed: Routed) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(routed)))
    }

    pub fn current(&self) -> Arc<Routed> {
        self.0.load_full()
    }

    /// Puts another router in force.
    pub fn swap(&self, routed: Routed) {
        self.0.store(Arc::new(routed));
    }
}
