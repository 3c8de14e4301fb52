//! Prices that customers can avoid.

use std::sync::Arc;

use super::RouteSet;
use crate::domain::forwarding::{ForwardedRoute, WhenLeft};
use crate::domain::price::{CountedPrice, WhenMissing};

impl RouteSet {
    /// Prices that customers can avoid: a figure comes at the end of a stream, which a client that
    /// leaves early ends.
    pub fn warnings(&self) -> Vec<String> {
        let is_avoidable = |route: &&Arc<ForwardedRoute>| {
            let at_end = |price: &CountedPrice| price.reads_answer() && price.missing != WhenMissing::Hold;
            let may_leave = route.left == WhenLeft::Stop || route.stream.is_some();
            may_leave && route.price.counted().is_some_and(at_end)
        };
        let warning = |route: &Arc<ForwardedRoute>| {
            let name = route.name;
            let pays = match route.price.counted().map(|price| price.missing) {
                Some(WhenMissing::Release) => "nothing",
                _ => "`min`",
            };
            match route.left {
                WhenLeft::Stop => format!(
                    "route {name}: a client that leaves a stream before its figure has come pays {pays}; \
                     `missing = \"hold\"` charges what was held, and `left = \"finish\"` reads on for at most 30 s and 8 MiB"
                ),
                WhenLeft::Finish => format!(
                    "route {name}: `left = \"finish\"` reads a stream on for at most 30 s and 8 MiB; a client that leaves longer ones, \
                     or many at once, pays {pays} for the rest; `missing = \"hold\"` charges what was held"
                ),
            }
        };
        self.forwarded.iter().filter(is_avoidable).map(warning).collect()
    }
}
