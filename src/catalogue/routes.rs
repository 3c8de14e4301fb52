//! The routes that are sold: the program's own endpoints, and paths that are forwarded to servers of the seller.
//! `config/routes.toml` is the shipped set, in the format of the seller's own.

use std::sync::Arc;

use toml::de::DeValue;

use super::document::{self, Fields, FileFaults, boolean, integer, list, name, parsed, text, word_of};
use super::interned::interned;
use super::reserved;
use crate::domain::credits::Credits;
use crate::domain::forwarding::{
    BreakerTerms, CapturedStatuses, ForwardedRoute, PathPattern, RouteMethod, SecretTemplate,
    UpstreamCredential, UpstreamServers,
};
use crate::domain::language::Language;
use crate::domain::plan::Access;
use crate::domain::route::{DepthPrices, Endpoint, Price, Route};
use crate::upstream::address::{Reach, parse_url};

/// The shipped routes.
pub const SHIPPED: &str = include_str!("../../config/routes.toml");

const MAX_ROUTES: usize = 1_000;
const MAX_UPSTREAMS: usize = 64;
const MAX_TARGETS: usize = 64;
const MAX_PRICE: i64 = 1_000_000;
const KIB: i64 = 1_024;
const MIB: i64 = 1_024 * KIB;

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
    /// The shipped routes of the program's own endpoints.
    pub fn shipped() -> Result<Self, FileFaults> {
        Self::parse(SHIPPED)
    }

    /// Reads a set of routes.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn parse(text: &str) -> Result<Self, FileFaults> {
        document::parse(text, |file| {
            let adds_shipped = file.optional("builtin", boolean).unwrap_or(true);
            let mut set = Self::default();
            let mut paths = Paths::default();
            file.tables("upstream", MAX_UPSTREAMS, |fields| {
                let upstream = upstream(fields)?;
                if set.upstreams.iter().any(|known| known.upstream == upstream.upstream) {
                    fields.fault("upstream", "is defined twice");
                }
                set.upstreams.push(Arc::new(upstream));
                Some(())
            });
            file.tables("route", MAX_ROUTES, |fields| {
                set.read_route(fields, &mut paths);
                Some(())
            });
            if adds_shipped && text != SHIPPED {
                set.add_shipped(file, &mut paths);
            }
            Some(set)
        })
    }

    fn read_route(&mut self, fields: &mut Fields<'_>, paths: &mut Paths) {
        match (fields.has("endpoint"), fields.has("upstream")) {
            (true, false) => {
                if let Some(route) = built_in(fields) {
                    if self.built_in.iter().any(|known| known.endpoint == route.endpoint) {
                        fields.fault("endpoint", "has a route already");
                    }
                    paths.take(fields, route.path, &RouteMethod::ALL);
                    self.built_in.push(Arc::new(route));
                }
            }
            (false, true) => {
                if let Some(route) = forwarded(fields) {
                    if self.forwarded.iter().any(|known| known.name == route.name) {
                        fields.fault("route", "is defined twice");
                    }
                    if !self.upstreams.iter().any(|known| known.upstream == route.upstream) {
                        fields.fault("upstream", "names no [[upstream]] of this file");
                    }
                    paths.take(fields, route.path, &route.methods);
                    self.forwarded.push(Arc::new(route));
                }
            }
            (true, true) => fields.fault("endpoint", "and `upstream` exclude each other"),
            (false, false) => {
                fields.fault("upstream", "is missing: a route has an `upstream` or an `endpoint`")
            }
        }
    }

    /// Adds the shipped routes of endpoints that the file has no route for.
    fn add_shipped(&mut self, file: &Fields<'_>, paths: &mut Paths) {
        // A test reads the shipped file, so that it has no faults.
        for route in Self::shipped().unwrap_or_default().built_in {
            if !self.built_in.iter().any(|known| known.endpoint == route.endpoint) {
                if !paths.take_free(route.path, &RouteMethod::ALL) {
                    let path = route.path;
                    file.fault(
                        "builtin",
                        format_args!("routes are sold too, and a route of the file has the path {path} of one: add `builtin = false`"),
                    );
                }
                self.built_in.push(route);
            }
        }
    }

    /// The names by which the ledger knows the routes.
    pub fn names(&self) -> Vec<&'static str> {
        let built_in = self.built_in.iter().map(|route| route.path);
        built_in.chain(self.forwarded.iter().map(|route| route.name)).collect()
    }

    /// The access words of all routes.
    pub fn access(&self) -> impl Iterator<Item = &Access> {
        let built_in = self.built_in.iter().map(|route| &route.access);
        built_in.chain(self.forwarded.iter().map(|route| &route.access))
    }

    /// The paths of all routes.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        let built_in = self.built_in.iter().map(|route| route.path);
        built_in.chain(self.forwarded.iter().map(|route| route.path))
    }

    /// The longest deadline of a forwarded call, in seconds.
    pub fn longest_total_s(&self) -> u64 {
        self.forwarded.iter().map(|route| route.total_s).max().unwrap_or(0)
    }
}

/// Which paths and methods are taken. Patterns conflict as they do in the router.
#[derive(Default)]
struct Paths {
    router: matchit::Router<()>,
    taken: Vec<(&'static str, RouteMethod)>,
}

impl Paths {
    fn take(&mut self, fields: &Fields<'_>, path: &'static str, methods: &[RouteMethod]) {
        if !self.take_free(path, methods) {
            fields.fault("path", "matches the same requests as another route");
        }
    }

    /// Whether the path was free for these methods.
    fn take_free(&mut self, path: &'static str, methods: &[RouteMethod]) -> bool {
        let is_known = self.taken.iter().any(|(known, _)| *known == path);
        let is_free = match is_known {
            true => !self.taken.iter().any(|(known, method)| *known == path && methods.contains(method)),
            false => self.router.insert(path, ()).is_ok(),
        };
        self.taken.extend(methods.iter().map(|method| (path, *method)));
        is_free
    }
}

const LANGUAGES: [(&str, Language); 2] = [("en", Language::En), ("pt", Language::Pt)];
const REACHES: [(&str, bool); 2] = [("public", false), ("private", true)];

fn built_in(fields: &mut Fields<'_>) -> Option<Route> {
    let path = path(fields);
    if path.as_ref().is_some_and(PathPattern::has_parameters) {
        fields.fault("path", "must be literal for an endpoint of the program");
    }
    let endpoints = Endpoint::ALL.map(|endpoint| (endpoint.as_str(), endpoint));
    let endpoint = fields.required("endpoint", word_of(&endpoints));
    let price = price(fields);
    let access = fields.required("access", parsed::<Access>);
    let language = fields.required("language", word_of(&LANGUAGES));
    Some(Route {
        path: interned(&path?.to_string()),
        endpoint: endpoint?,
        price: price?,
        access: access?,
        language: language?,
    })
}

/// One price, or one for each depth.
fn price(fields: &mut Fields<'_>) -> Option<Price> {
    if !fields.is_table("credits") {
        return fields.required("credits", credits(1)).map(Price::Flat);
    }
    fields.table("credits", |prices| {
        let basic = prices.required("basic", credits(1));
        let standard = prices.required("standard", credits(1));
        let standard_without_posts = prices.required("standard_without_posts", credits(1));
        let premium = prices.required("premium", credits(1));
        let (standard, without_posts) = (standard?, standard_without_posts?);
        if without_posts > standard {
            prices.fault("standard_without_posts", "must not be more than `standard`, which is held");
        }
        Some(Price::ByDepth(DepthPrices {
            basic: basic?,
            standard,
            standard_without_posts: without_posts,
            premium: premium?,
        }))
    })
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

fn upstream(fields: &mut Fields<'_>) -> Option<UpstreamServers> {
    let upstream = fields.required("upstream", name);
    let is_private = fields.optional("reach", word_of(&REACHES)).unwrap_or(false);
    let reach = Reach::allowing_private(is_private);
    let targets = fields.required("targets", list(MAX_TARGETS, target(reach)));
    if targets.as_ref().is_some_and(Vec::is_empty) {
        fields.fault("targets", "must have at least one URL");
    }
    let test_targets = fields.optional("test_targets", list(MAX_TARGETS, target(reach)));
    let host = fields.optional("host", host);
    let credential = fields.table("credential", |fields| {
        let header = fields.required("header", header_name);
        let value = fields.required("value", parsed::<SecretTemplate>);
        Some(UpstreamCredential { header: header?, value: value? })
    });
    let connect_timeout_ms = fields.optional("connect_timeout_ms", integer(50..=10_000));
    let max_concurrent = fields.optional("max_concurrent", integer(1..=65_536));
    let breaker = fields.table("breaker", |fields| {
        let failures = fields.optional("failures", integer(1..=1_000)).unwrap_or(5);
        let open_ms = fields.optional("open_ms", integer(100..=300_000)).unwrap_or(10_000);
        Some(BreakerTerms { failures, open_ms })
    });
    Some(UpstreamServers {
        upstream: upstream?,
        targets: targets?,
        test_targets: test_targets.unwrap_or_default(),
        host,
        is_private,
        credential,
        connect_timeout_ms: connect_timeout_ms.unwrap_or(1_000),
        max_concurrent: max_concurrent.unwrap_or(256),
        breaker: breaker.unwrap_or(BreakerTerms { failures: 5, open_ms: 10_000 }),
    })
}

/// The base URL of a target: scheme, host and port alone, because `to` says the path.
fn target(reach: Reach) -> impl document::Read<String> {
    move |value: &DeValue<'_>| {
        let url = text(256)(value)?;
        let parsed = parse_url(&url, reach)
            .map_err(|fault| fault.to_string().replacen("settings", "`reach` of the upstream", 1))?;
        match parsed.path_and_query().map(|target| target.as_str()) {
            None | Some("/") => Ok(url.trim_end_matches('/').to_owned()),
            Some(_) => Err("has a path: `to` of a route says which path the upstream gets".into()),
        }
    }
}

/// A host with an optional port, as in `Host`.
fn host(value: &DeValue<'_>) -> Result<String, String> {
    let host = text(255)(value)?;
    let is_host = host.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._:".contains(&c));
    is_host.then_some(host).ok_or_else(|| "must be a host name such as img.internal".into())
}

fn header_name(value: &DeValue<'_>) -> Result<String, String> {
    let header = text(64)(value)?;
    let is_token = header.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
    const FRAMING: [&str; 6] = ["host", "connection", "content-length", "transfer-encoding", "te", "upgrade"];
    if !is_token || FRAMING.contains(&header.to_ascii_lowercase().as_str()) {
        return Err("must be a header name such as Authorization, and none that frames the request".into());
    }
    Ok(header)
}

fn forwarded(fields: &mut Fields<'_>) -> Option<ForwardedRoute> {
    let route = fields.required("route", name);
    let pattern = path(fields);
    let methods = fields.required("methods", list(RouteMethod::ALL.len(), method));
    if methods.as_ref().is_some_and(Vec::is_empty) {
        fields.fault("methods", "must list at least one method");
    }
    let title = fields.optional("title", text(80));
    let about = fields.optional("about", text(1_000));
    let upstream = fields.required("upstream", name);
    let to = fields.optional("to", parsed::<PathPattern>);
    if let (Some(to), Some(pattern)) = (&to, &pattern)
        && let Some(missing) = to.missing_in(pattern)
    {
        fields.fault("to", format_args!("has a parameter `{missing}` that `path` does not have"));
    }
    let access = fields.required("access", parsed::<Access>);
    let credits = fields.required("credits", credits(0));
    let capture = fields.table("settlement", |fields| fields.optional("capture", captured_statuses));
    let first_byte_ms = fields.optional("first_byte_ms", integer(100..=300_000)).unwrap_or(10_000);
    let total_s = fields.optional("total_s", integer(1..=3_600)).unwrap_or(60);
    let max_request_bytes = fields.optional("max_request_bytes", integer(0..=16 * MIB));
    let max_answer_bytes = fields.optional("max_answer_bytes", integer(KIB..=16 * MIB));
    let pattern = pattern?;
    Some(ForwardedRoute {
        name: interned(&route?),
        path: interned(&pattern.to_string()),
        methods: methods?,
        title: title.as_deref().map(interned),
        about: about.as_deref().map(interned),
        upstream: upstream?,
        to: to.unwrap_or_else(|| pattern.clone()),
        pattern,
        access: access?,
        credits: credits?,
        capture: capture.unwrap_or_default(),
        first_byte_ms,
        total_s,
        max_request_bytes: max_request_bytes.unwrap_or(MIB as usize),
        max_answer_bytes: max_answer_bytes.unwrap_or(MIB as usize),
    })
}

fn method(value: &DeValue<'_>) -> Result<RouteMethod, String> {
    let words = RouteMethod::ALL.map(|method| (method.as_str(), method));
    word_of(&words)(value)
}

fn captured_statuses(value: &DeValue<'_>) -> Result<CapturedStatuses, String> {
    let items = list(20, text(3))(value)?;
    CapturedStatuses::parse(items.iter().map(String::as_str)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::depth::Depth;

    const SELLER: &str = r#"
[[upstream]]
upstream = "images"
targets = ["https://img-1.example:8443/", "https://img-2.example"]
credential = { header = "Authorization", value = "Bearer {env:IMAGES_TOKEN}" }

[[route]]
route = "image-resize"
path = "/images/{id}/resize"
methods = ["POST"]
upstream = "images"
to = "/v2/images/{id}/resize"
access = "images"
credits = 3
"#;

    fn messages(text: &str) -> Vec<String> {
        let faults = RouteSet::parse(text).unwrap_err().0;
        faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.message)).collect()
    }

    #[test]
    fn the_shipped_routes_cost_what_the_contract_says() {
        let held = |route: &Route| Depth::ALL.map(|tier| route.price.held(tier).as_i64());
        let prices: Vec<_> =
            RouteSet::shipped().unwrap().built_in.iter().map(|route| (route.path, held(route))).collect();
        let expected = [
            ("/crm_basico", [1, 1, 1]),
            ("/crm", [2, 2, 2]),
            ("/analyze", [1, 1, 1]),
            ("/analyze-comprehensive", [1, 2, 2]),
        ];
        assert_eq!(prices, expected);
    }

    #[test]
    fn a_route_of_the_seller_is_sold_beside_the_shipped_ones_or_alone() {
        let set = RouteSet::parse(SELLER).unwrap();
        assert_eq!(set.built_in.len(), 4);
        let [route] = &set.forwarded[..] else { panic!("{set:?}") };
        assert_eq!(
            (route.name, route.path, route.credits.as_i64()),
            ("image-resize", "/images/{id}/resize", 3)
        );
        assert_eq!(set.upstreams[0].targets, ["https://img-1.example:8443", "https://img-2.example"]);
        let alone = RouteSet::parse(&format!("builtin = false\n{SELLER}")).unwrap();
        assert_eq!((alone.built_in.len(), alone.forwarded.len()), (0, 1));
        let dearer = SHIPPED.replacen("credits = 2", "credits = 5", 1);
        let set = RouteSet::parse(&dearer).unwrap();
        assert_eq!(set.built_in[1].price.held(Depth::Premium).as_i64(), 5);
        assert_eq!(set.built_in.len(), 4);
    }

    #[test]
    fn every_fault_is_reported_at_once_with_its_line() {
        for (before, after, expected) in [
            (
                "path = \"/images/{id}/resize\"",
                "path = \"/v1/keys\"",
                "9: `path` is under a path of the service",
            ),
            ("path = \"/images/{id}/resize\"", "path = \"/crm\"", "has the path /crm of one"),
            ("to = \"/v2/images/{id}", "to = \"/v2/images/{other}", "`to` has a parameter `other`"),
            ("upstream = \"images\"\nto", "upstream = \"audio\"\nto", "`upstream` names no [[upstream]]"),
            ("credits = 3", "credits = 1000001", "`credits` must be a whole number from 0 to 1000000"),
            ("credits = 3", "credits = 3\nsettlement = { capture = [\"5xx\"] }", "must not list a 5xx"),
            ("credits = 3", "credits = 3\nprice = 3", "`price` is not known here"),
            (
                "https://img-2.example",
                "http://img-2.example",
                "`targets` has a value that must begin with https://",
            ),
            ("https://img-2.example", "https://10.0.0.1", "has a loopback, private or other special address"),
            ("https://img-2.example", "https://img-2.example/v1", "has a path"),
            ("Bearer {env:IMAGES_TOKEN}", "Bearer secret", "must name one variable as {env:NAME}"),
            ("header = \"Authorization\"", "header = \"Host\"", "must be a header name"),
            ("methods = [\"POST\"]", "methods = [\"post\"]", "must be one of `GET`"),
            ("methods = [\"POST\"]", "methods = []", "must list at least one method"),
            ("access = \"images\"", "access = \"Images\"", "must be a lower-case letter"),
        ] {
            let text = SELLER.replacen(before, after, 1);
            assert_ne!(text, SELLER, "{before}");
            let found = RouteSet::parse(&text).err().map(|_| messages(&text)).unwrap_or_default();
            assert!(found.iter().any(|fault| fault.contains(expected)), "{after}: {found:?}");
        }
    }

    #[test]
    fn two_routes_share_a_path_by_their_methods_only() {
        let other = |path: &str, method: &str| {
            format!(
                "{SELLER}\n[[route]]\nroute = \"other\"\npath = \"{path}\"\nmethods = [\"{method}\"]\nupstream = \"images\"\n\
                 access = \"images\"\ncredits = 1\n"
            )
        };
        assert!(RouteSet::parse(&other("/images/{id}/resize", "GET")).is_ok());
        assert!(RouteSet::parse(&other("/images/{id}/resize", "POST")).is_err());
        assert!(RouteSet::parse(&other("/images/{other}/resize", "GET")).is_err());
        assert!(RouteSet::parse(&other("/images/{*rest}", "GET")).is_err());
        assert!(RouteSet::parse(&other("/images/new/resize", "GET")).is_ok());
    }

    #[test]
    fn an_endpoint_is_sold_once_and_has_a_price() {
        assert!(RouteSet::parse(&format!("{SHIPPED}{SHIPPED}")).is_err());
        let free = SHIPPED.replacen("credits = 2", "credits = 0", 1);
        assert!(messages(&free)[0].contains("`credits` must be a whole number from 1 to 1000000"));
        let dear = SHIPPED.replacen("standard_without_posts = 1", "standard_without_posts = 3", 1);
        assert!(messages(&dear)[0].contains("must not be more than `standard`"));
    }
}
