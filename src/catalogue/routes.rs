//! The routes that are sold: the program's own endpoints, and paths that are forwarded to servers
//! of the seller. `config/routes.toml` is the shipped set, in the format of the seller's own.

mod built_in;
mod changes;
mod description;
mod forwarded;
pub mod lenient_paths;
mod paths;
mod price;
mod upstream;
mod warnings;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use toml::de::DeValue;

use self::built_in::built_in;
use self::forwarded::forwarded;
use self::paths::Paths;
use self::upstream::upstream;
use super::document::{self, Fields, FileFaults, Strictness, boolean, integer, name, parsed, text};
use super::reserved;
use crate::domain::credits::Credits;
use crate::domain::forwarding::{ForwardedRoute, PathPattern, RouteMethod, UpstreamServers};
use crate::domain::header_name::{MAX_HEADER_NAME_CHARS, is_header_name};
use crate::domain::key::Mode;
use crate::domain::plan::Access;
use crate::domain::route::Route;

/// The shipped routes.
pub const SHIPPED: &str = include_str!("../../config/routes.toml");

const MAX_ROUTES: usize = 1_000;
const MAX_UPSTREAMS: usize = 64;
const MAX_PRICE: i64 = 1_000_000;

/// All routes that are sold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteSet {
    /// Routes of the program's own endpoints.
    pub built_in: Vec<Arc<Route>>,
    /// Servers of the seller.
    pub upstreams: Vec<Arc<UpstreamServers>>,
    /// Routes that are forwarded to them.
    pub forwarded: Vec<Arc<ForwardedRoute>>,
}

impl RouteSet {
    /// Whether calls of a route with keys of test environments have servers to go to.
    pub fn takes_test_keys(&self, route: &ForwardedRoute) -> bool {
        let of_route = |upstream: &&Arc<UpstreamServers>| upstream.upstream == route.upstream;
        self.upstreams.iter().find(of_route).is_some_and(|upstream| !upstream.test_targets.is_empty())
    }

    /// Whether an endpoint of the analysis is sold.
    pub fn sells_analysis(&self) -> bool {
        !self.built_in.is_empty()
    }

    /// The shipped routes of the program's own endpoints.
    pub fn shipped() -> Result<Self, FileFaults> {
        Self::parse(SHIPPED)
    }

    /// Reads a set of routes.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn parse(text: &str) -> Result<Self, FileFaults> {
        Self::read(text, Strictness::Applied)
    }

    /// Reads a set that is to be applied for the first time. Rules added later apply only here, so
    /// that a gateway still starts on an older set.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn parse_new(text: &str) -> Result<Self, FileFaults> {
        Self::read(text, Strictness::New)
    }

    fn read(text: &str, strictness: Strictness) -> Result<Self, FileFaults> {
        document::parse(text, strictness, |file| {
            let adds_shipped = file.optional("builtin", boolean).unwrap_or(true);
            let mut set = Self::default();
            let mut paths = Paths::default();
            let mut declared = Declared::default();
            let mut names = BTreeSet::new();
            set.upstreams = file.tables("upstream", MAX_UPSTREAMS, |fields| {
                let is_name = |text: &&str| name(&DeValue::String((*text).into())).is_ok();
                declared.note(fields.text("upstream").filter(is_name));
                fields.unique("upstream", &mut names);
                upstream(fields).map(Arc::new)
            });
            if set.upstreams.is_empty() && declared.names.is_empty() && file.has("upstream") {
                declared.note(None);
            }
            let mut names = BTreeSet::new();
            file.tables("route", MAX_ROUTES, |fields| {
                fields.unique("route", &mut names);
                set.read_route(fields, &declared, &mut paths);
                Some(())
            });
            if adds_shipped && text != SHIPPED {
                set.add_shipped(file, &mut paths);
            }
            Some(set)
        })
    }

    fn read_route(&mut self, fields: &mut Fields<'_>, declared: &Declared, paths: &mut Paths) {
        match (fields.has("endpoint"), fields.has("upstream")) {
            (true, true) => {
                fields.fault("endpoint", "and `upstream` exclude each other");
                fields.skip("endpoint");
                forwarded(fields);
            }
            (true, false) => {
                if let Some(route) = built_in(fields) {
                    if self.built_in.iter().any(|known| known.endpoint == route.endpoint) {
                        fields.fault("endpoint", "already has a route");
                    }
                    paths.take(fields, route.path, &RouteMethod::ALL);
                    self.built_in.push(Arc::new(route));
                }
            }
            (false, _) => {
                if let Some(route) = forwarded(fields) {
                    if !declared.may_be(&route.upstream) {
                        fields.fault("upstream", "names no [[upstream]] of this file");
                    }
                    paths.take(fields, route.path, &route.methods);
                    self.forwarded.push(Arc::new(route));
                }
            }
        }
    }

    /// Adds the shipped routes of endpoints that the file has no route for.
    fn add_shipped(&mut self, file: &Fields<'_>, paths: &mut Paths) {
        // A test reads the shipped file, so that it has no faults.
        for route in Self::shipped().unwrap_or_default().built_in {
            if !self.built_in.iter().any(|known| known.endpoint == route.endpoint) {
                if paths.conflict(route.path, &RouteMethod::ALL).is_some() {
                    let path = route.path;
                    file.fault(
                        "builtin",
                        format_args!("routes are sold too, and one of them has the path {path} of this file: add `builtin = false`"),
                    );
                }
                self.built_in.push(route);
            }
        }
    }

    /// The names of the routes in the ledger.
    pub fn names(&self) -> Vec<&'static str> {
        let built_in = self.built_in.iter().map(|route| route.path);
        built_in.chain(self.forwarded.iter().map(|route| route.name)).collect()
    }

    /// The access words of all routes.
    pub fn access(&self) -> impl Iterator<Item = &Access> {
        self.callable_in(Mode::Live).map(|(_, access)| access)
    }

    /// The path of each route that takes keys of a mode, and the words that a plan needs for it.
    pub fn callable_in(&self, mode: Mode) -> impl Iterator<Item = (&'static str, &Access)> {
        let built_in = self.built_in.iter().map(|route| (route.path, &route.access));
        let takes_mode =
            move |route: &&Arc<ForwardedRoute>| mode == Mode::Live || self.takes_test_keys(route);
        let forwarded = self.forwarded.iter().filter(takes_mode);
        built_in.chain(forwarded.map(|route| (route.path, &route.access)))
    }

    /// Each route as its customers write it, and the words that a plan needs for it.
    pub fn calls(&self) -> impl Iterator<Item = (Cow<'static, str>, &Access)> {
        let built_in = self.built_in.iter().map(|route| (route.path.into(), &route.access));
        built_in.chain(self.forwarded.iter().map(|route| (route.call().into(), &route.access)))
    }

    /// The paths of all routes.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.callable_in(Mode::Live).map(|(path, _)| path)
    }

    /// The longest deadline of a forwarded call, in seconds.
    pub fn longest_total_s(&self) -> u64 {
        self.forwarded.iter().map(|route| route.total_s).max().unwrap_or(0)
    }
}

/// The names of upstreams, including those with a fault: a route that names one has no fault of
/// its own.
#[derive(Default)]
struct Declared {
    names: Vec<String>,
    /// Whether a name could not be read.
    is_incomplete: bool,
}

impl Declared {
    fn note(&mut self, name: Option<&str>) {
        match name {
            Some(name) => self.names.push(name.to_owned()),
            None => self.is_incomplete = true,
        }
    }

    fn may_be(&self, name: &str) -> bool {
        self.is_incomplete || self.names.iter().any(|known| known == name)
    }
}

fn credits(least: i64) -> impl document::Read<Credits> {
    move |value: &DeValue<'_>| {
        let number = integer::<i64>(least..=MAX_PRICE)(value)?;
        Credits::try_from(number).map_err(|error| error.to_string())
    }
}

fn path(fields: &mut Fields<'_>) -> Option<PathPattern> {
    let path = fields.required("path", parsed::<PathPattern>)?;
    if let Some(reason) = reserved::conflict(path.literal_start()) {
        fields.fault("path", reason);
    }
    Some(path)
}

/// Whether a header may be set that passes so. `name` is in lower case, with `-` for `_`.
fn is_settable(name: &str, is_passed: fn(&str) -> bool) -> bool {
    is_passed(name) && !name.starts_with("fluence-") && name != "content-encoding"
}

fn header_name(value: &DeValue<'_>) -> Result<String, String> {
    let header = text(MAX_HEADER_NAME_CHARS)(value)?;
    const FRAMING: [&str; 6] = ["host", "connection", "content-length", "transfer-encoding", "te", "upgrade"];
    if !is_header_name(&header) {
        return Err("must be a header name of letters, digits, `-` and `_`".into());
    }
    if FRAMING.contains(&header.to_ascii_lowercase().as_str()) {
        return Err("is a header that the gateway writes itself, to frame the request".into());
    }
    Ok(header)
}

#[cfg(test)]
mod tests;
