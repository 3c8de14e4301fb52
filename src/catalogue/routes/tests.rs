//! What a file of routes may say, and what is reported.

mod changes;
mod description;
mod price;
mod upstream;

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
        (route.name, route.path, route.price.most().as_i64()),
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
fn a_route_to_nowhere_or_to_two_places_has_no_other_fault_for_it() {
    let nowhere = SELLER.replace("upstream = \"images\"\nto", "to");
    assert_eq!(messages(&nowhere), ["7: `upstream` is missing: a route has an `upstream` or an `endpoint`"]);
    let both = SELLER.replace("access =", "endpoint = \"crm\"\naccess =");
    assert_eq!(messages(&both), ["13: `endpoint` and `upstream` exclude each other"]);
    let nowhere_and_more = nowhere.replace("credits = 3", "credits = -3");
    assert_eq!(messages(&nowhere_and_more).len(), 2);
}

#[test]
fn a_name_defined_twice_is_reported_beside_other_faults_of_its_table() {
    let (upstream, route) = SELLER.split_at(SELLER.find("[[route]]").unwrap());
    let faulty = |table: &str| table.replace("targets =", "tragets =").replace("credits = 3", "credits = -3");
    let twice = format!("{upstream}{}{route}{}", faulty(upstream), faulty(route));
    let found = messages(&twice).join("\n");
    assert!(found.contains("`upstream` `images` is defined twice"), "{found}");
    assert!(found.contains("unknown field `tragets`"), "{found}");
    assert!(found.contains("`route` `image-resize` is defined twice"), "{found}");
}

#[test]
fn every_fault_is_reported_at_once_with_its_line() {
    for (before, after, expected) in [
        (
            "path = \"/images/{id}/resize\"",
            "path = \"/v1/keys\"",
            "9: `path` is under `/v1/keys`, a path of the service",
        ),
        ("path = \"/images/{id}/resize\"", "path = \"/crm\"", "one of them has the path /crm of this file"),
        ("to = \"/v2/images/{id}", "to = \"/v2/images/{other}", "`to` has a parameter `other`"),
        ("upstream = \"images\"\nto", "upstream = \"audio\"\nto", "`upstream` names no [[upstream]]"),
        ("credits = 3", "credits = 1000001", "`credits` must be a whole number from 0 to 1000000"),
        ("credits = 3", "credits = 3\nsettlement = { capture = [\"5xx\"] }", "must not list a 5xx"),
        (
            "credits = 3",
            "credits = 3\nsettlement = { capture = [] }",
            "`capture` must list at least one status",
        ),
        ("[\"POST\"]", "[\"POST\", \"FETCH\", \"POST\", 3]", "`methods` has invalid values: value 2 "),
        ("credits = 3", "credits = 3\nprice = 3", "unknown field `price`; known: "),
        ("credits = 3", "credits = 3\nidel_ms = 3", "unknown field `idel_ms` (did you mean `idle_ms`?)"),
        (
            "credits = 3",
            "credits = 3\nsettlement = { capture = [200] }",
            "`capture` has invalid values: value 1 must be a text such as \"2xx\"",
        ),
        (
            "to = \"/v2/images/{id}/resize\"",
            "to = \"/v2/{*id}\"",
            "`to` writes the parameter `id` in another way than `path`",
        ),
        (
            "https://img-2.example",
            "http://img-2.example",
            "must begin with https://, unless the upstream has `reach = \"private\"`",
        ),
        ("https://img-2.example", "https://10.0.0.1", "special address, which needs `reach = \"private\"`"),
        ("https://img-2.example", "img-2", "must be a URL such as https://img.example, without path"),
        ("https://img-2.example", "https://img-2.example/v1", "has a path"),
        ("Bearer {env:IMAGES_TOKEN}", "Bearer secret", "must name one variable as {env:NAME}"),
        ("header = \"Authorization\"", "header = \"Host\"", "is a header that the gateway writes itself"),
        ("https://img-2.example", "https://img-2.example:99999", "has a port that does not exist"),
        (
            "https://img-2.example",
            "https://img-2..example",
            "has a host that is neither a name nor an address",
        ),
        ("[[route]]", "host = \"img.internal:99999\"\n[[route]]", "`host` must be a host name"),
        ("[[route]]", "host = \"img..internal\"\n[[route]]", "`host` must be a host name"),
        ("methods = [\"POST\"]", "methods = [\"post\"]", "must be one of `GET`"),
        ("methods = [\"POST\"]", "methods = []", "must list at least one method"),
        ("access = \"images\"", "access = \"Images\"", "must be a lowercase letter"),
        ("credits = 3", "credits = 3\nretry = \"always\"", "`retry` must be one of `off`, `safe`, `keyed`"),
        ("credits = 3", "credits = 3\nbody = \"pass\"\nretry = \"safe\"", "`retry` must be \"off\" with"),
        ("credits = 3", "credits = 3\nmax_request_bytes = 16777217", "from 0 to 16777216"),
        (
            "credits = 3",
            "credits = 3\nbody = \"pass\"\nmax_request_bytes = 1073741825",
            "from 0 to 1073741824",
        ),
        (
            "credits = 3",
            "body = \"pass\"\ncredits = { hold = 9, counts = [{ of = \"seconds\", costs = 1 }], hold_by = { of = \"request:/n\", costs = 1 } }",
            "`body` must be \"read\" where `hold_by` reads the request",
        ),
        (
            "credits = 3",
            "credits = { hold = 9, counts = [{ of = \"seconds\", costs = 1 }, {}, {}, {}, {}] }",
            "`counts` must have at most 4 entries",
        ),
        ("[[route]]", "ca_file = \"ca.pem\"\n[[route]]", "`ca_file` must be an absolute path"),
        (
            "[[route]]",
            "client_cert_file = \"/c.pem\"\n[[route]]",
            "`client_cert_file` needs `client_key_file`",
        ),
        (
            "[[route]]",
            "client_key_file = \"/k.pem\"\n[[route]]",
            "`client_key_file` needs `client_cert_file`",
        ),
        ("[[route]]", "http2 = true\n[[route]]", "`http2` must be one of `off`, `on`"),
        ("[[route]]", "http2 = \"on\"\nhost = \"a\"\n[[route]]", "`host` and `http2` exclude each other"),
        (
            "credits = 3",
            "credits = { hold = 9, counts = [{ of = \"seconds\", costs = 1 }], hold_by = { of = \"request:/n/m\", costs = 1 } }\n\
             [route.request]\nset = { \"/n\" = 1 }",
            "`request` changes the member by which `hold_by` bounds the price",
        ),
        ("[[route]]", "identity = \"none\"\n[[route]]", "`identity` must be one of `plain`, `signed`"),
    ] {
        assert_fault(before, after, expected);
    }
}

#[test]
fn paths_that_differ_only_in_parameter_names_are_distinguished_from_equal_ones() {
    let with = |path: &str, method: &str| {
        let route = format!(
            "[[route]]\nroute = \"other\"\npath = \"{path}\"\nmethods = [\"{method}\"]\nupstream = \"images\"\n\
             access = \"images\"\ncredits = 1\n"
        );
        RouteSet::parse(&format!("{SELLER}{route}")).err().map(|faults| faults.0[0].message.clone())
    };
    assert_eq!(with("/images/{id}/resize", "GET"), None);
    let names = "`path` differs from /images/{id}/resize of another route only in parameter names: use the same names";
    assert_eq!(with("/images/{name}/resize", "GET").as_deref(), Some(names));
    for path in ["/images/{name}/resize", "/images/{id}/resize"] {
        let same = "`path` matches the same requests as /images/{id}/resize of another route";
        assert_eq!(with(path, "POST").as_deref(), Some(same));
    }
    assert_eq!(with("/images/{name}/crop", "GET"), None);
    let beside = with("/images/{*rest}", "GET").unwrap();
    assert!(beside.starts_with("`path` has a parameter where /images/{id}/resize of another"), "{beside}");
}

#[test]
fn a_timeout_beyond_the_deadline_is_a_fault_only_in_new_files() {
    for timeout in ["first_byte_ms", "idle_ms"] {
        let text = format!("{SELLER}{timeout} = 5001\ntotal_s = 5\n");
        let faults = RouteSet::parse_new(&text).unwrap_err().to_string();
        assert_eq!(faults, format!("line 15: `{timeout}` must not be longer than `total_s` (5 s)"));
        // A gateway starts on what an older program applied.
        assert!(RouteSet::parse(&text).is_ok());
        assert!(RouteSet::parse_new(&text.replace("5001", "5000")).is_ok());
    }
    assert!(RouteSet::parse_new(&format!("{SELLER}total_s = 5\n")).is_ok());
}

/// Asserts that the seller's file has a fault once `after` stands in it for `before`.
fn assert_fault(before: &str, after: &str, expected: &str) {
    let text = SELLER.replacen(before, after, 1);
    assert_ne!(text, SELLER, "{before}");
    let found = RouteSet::parse(&text).err().map(|_| messages(&text)).unwrap_or_default();
    assert!(found.iter().any(|fault| fault.contains(expected)), "{after}: {found:?}");
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
