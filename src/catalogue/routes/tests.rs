//! What a file of routes may say, and what is reported.

use super::*;
use crate::domain::depth::Depth;
use crate::domain::forwarding::{RequestBody, RetryRule, UpstreamIdentity};

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
fn every_fault_is_reported_at_once_with_its_line() {
    for (before, after, expected) in [
        ("path = \"/images/{id}/resize\"", "path = \"/v1/keys\"", "9: `path` is under a path of the service"),
        ("path = \"/images/{id}/resize\"", "path = \"/crm\"", "has the path /crm of one"),
        ("to = \"/v2/images/{id}", "to = \"/v2/images/{other}", "`to` has a parameter `other`"),
        ("upstream = \"images\"\nto", "upstream = \"audio\"\nto", "`upstream` names no [[upstream]]"),
        ("credits = 3", "credits = 1000001", "`credits` must be a whole number from 0 to 1000000"),
        ("credits = 3", "credits = 3\nsettlement = { capture = [\"5xx\"] }", "must not list a 5xx"),
        ("credits = 3", "credits = 3\nprice = 3", "`price` is not known here; known: "),
        ("credits = 3", "credits = 3\nidel_ms = 3", "is not known here (did you mean `idle_ms`?)"),
        (
            "credits = 3",
            "credits = 3\nsettlement = { capture = [200] }",
            "`capture` has a value that must be a text such as \"2xx\"",
        ),
        (
            "to = \"/v2/images/{id}/resize\"",
            "to = \"/v2/{*id}\"",
            "`to` writes the parameter `id` in another way than `path`",
        ),
        (
            "https://img-2.example",
            "http://img-2.example",
            "`targets` has a value that must begin with https://",
        ),
        ("https://img-2.example", "https://10.0.0.1", "has a loopback, private or other special address"),
        ("https://img-2.example", "https://img-2.example/v1", "has a path"),
        ("Bearer {env:IMAGES_TOKEN}", "Bearer secret", "must name one variable as {env:NAME}"),
        ("header = \"Authorization\"", "header = \"Host\"", "must be a header name"),
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
fn a_faulty_upstream_is_one_fault() {
    for (before, after) in [
        ("https://img-2.example", "img-2"),
        ("upstream = \"images\"\ntargets", "upstream = \"Images\"\ntargets"),
        ("upstream = \"images\"\ntargets", "upstream = 1\ntargets"),
        ("upstream = \"images\"\ntargets", "targets"),
    ] {
        let faults = messages(&SELLER.replacen(before, after, 1));
        assert_eq!(faults.len(), 1, "{faults:?}");
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
    let names =
        "`path` is /images/{id}/resize of another route but for the names of parameters: use the same names";
    assert_eq!(with("/images/{name}/resize", "GET").as_deref(), Some(names));
    for path in ["/images/{name}/resize", "/images/{id}/resize"] {
        let same = "`path` matches the same requests as /images/{id}/resize of another route";
        assert_eq!(with(path, "POST").as_deref(), Some(same));
    }
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

#[test]
fn a_price_that_a_client_can_avoid_by_leaving_is_worth_a_warning() {
    let warnings = |missing: &str, lines: &str| {
        let price = format!(
            "credits = {{ hold = 9, min = 1, missing = \"{missing}\", counts = [{{ of = \"json:/n\", costs = 1 }}] }}\n{lines}"
        );
        RouteSet::parse(&SELLER.replacen("credits = 3\n", &price, 1)).unwrap().warnings()
    };
    let found = warnings("min", "stream = {}\n");
    assert!(
        found.len() == 1 && found[0].starts_with("route image-resize: a client that leaves"),
        "{found:?}"
    );
    for (missing, lines) in
        [("hold", "stream = {}\n"), ("min", "stream = {}\nsettlement = { left = \"finish\" }\n"), ("min", "")]
    {
        assert_eq!(warnings(missing, lines), Vec::<String>::new(), "{missing} {lines}");
    }
}

#[test]
fn a_credential_takes_the_place_of_no_word_of_the_gateway() {
    let with =
        |header: &str| SELLER.replacen("header = \"Authorization\"", &format!("header = \"{header}\""), 1);
    for header in [
        "Fluence-Account",
        "fluence_plan",
        "X-Forwarded-For",
        "X_Forwarded_Host",
        "Forwarded",
        "Via",
        "X-Request-Id",
        "X-Real-IP",
        "X-Dry-Run",
        "Idempotency-Key",
        "Expect",
        "Keep-Alive",
        "Proxy-Authorization",
        "Content-Encoding",
    ] {
        let faults = messages(&with(header));
        assert!(
            faults.iter().any(|fault| fault.contains("5: `header` is a header that the gateway writes")),
            "{header}: {faults:?}"
        );
    }
    for header in ["authorization", "Cookie", "X-API-Key", "X-Token", "Ocp-Apim-Subscription-Key"] {
        assert!(RouteSet::parse(&with(header)).is_ok(), "{header}");
    }
}

/// Asserts that the seller's file has a fault once `after` stands in it for `before`.
fn assert_fault(before: &str, after: &str, expected: &str) {
    let text = SELLER.replacen(before, after, 1);
    assert_ne!(text, SELLER, "{before}");
    let found = RouteSet::parse(&text).err().map(|_| messages(&text)).unwrap_or_default();
    assert!(found.iter().any(|fault| fault.contains(expected)), "{after}: {found:?}");
}

#[test]
fn every_fault_of_what_a_route_sets_and_removes_is_reported() {
    for (tables, expected) in [
        (
            "[route.request]\nset = { Cookie = \"a\" }",
            "16: `set` has `Cookie`, which is a header that the gateway writes or withholds itself",
        ),
        ("[route.request]\nset = { Fluence-Plan = \"a\" }", "16: `set` has `Fluence-Plan`"),
        ("[route.request]\nset = { Host = \"a\" }", "16: `set` has `Host`, which must be"),
        ("[route.request]\nset = { X-A = 1 }", "because it is a header"),
        ("[route.request]\nset = { X-A = \"a\", x-a = \"b\" }", "is set or removed twice"),
        ("[route.request]\nset = { X-A = \"a\", x_a = \"b\" }", "is set or removed twice"),
        ("[route.answer]\nremove = [\"X_A\"]\nset = { X-A = \"a\" }", "is set or removed twice"),
        ("[route.answer]\nset = { Idempotent-Replayed = \"true\" }", "`set` has `Idempotent-Replayed`"),
        (
            "[route.request]\nremove = [\"/a\"]\nset = { \"/a\" = 1 }",
            "17: `set` has `/a`, which is set or removed twice",
        ),
        ("[route.request]\nset = { \"/a\" = 1, \"/a/b\" = 2 }", "which is set within another member"),
        ("[route.request]\nset = { \"/\" = 1 }", "which must be a JSON pointer"),
        ("[route.request]\nset = { \"/a\" = [1] }", "must be a text of at most"),
        ("[route.request]\nremove = [\"a b\"]", "16: `remove` has a value that must be a header"),
        ("[route.request]\nwhen = \"/a\"", "16: `when` needs members"),
        ("[route.answer]\nwhen = \"/a\"", "16: `when` is not known here"),
        (
            "[route.request]\nremove = [\"/a\"]\nextra_event = \"/c\"",
            "17: `extra_event` needs members in `set`",
        ),
        (
            "[route.request]\nset = { \"/a\" = 1 }\nextra_event = \"c\"",
            "17: `extra_event` must be a JSON pointer",
        ),
        ("[route.answer]\nextra_event = \"/c\"", "16: `extra_event` is not known here"),
        (
            "body = \"pass\"\n[route.request]\nremove = [\"/a\"]",
            "`request` changes members of the body, so `body` must be \"read\"",
        ),
        (
            "stream = {}\n[route.answer]\nremove = [\"/a\"]",
            "`answer` changes members of the body, so `stream` cannot",
        ),
        ("[route.answer]\nset = { X-Credits-Used = \"0\" }", "16: `set` has `X-Credits-Used`"),
    ] {
        assert_fault("credits = 3", &format!("credits = 3\n{tables}"), expected);
    }
}

#[test]
fn what_a_route_and_its_upstream_say_is_what_they_do() {
    let with = |route: &str, upstream: &str| {
        let text = SELLER.replacen("credits = 3", &format!("credits = 3\n{route}"), 1);
        let set = RouteSet::parse(&text.replacen("[[route]]", &format!("{upstream}\n[[route]]"), 1)).unwrap();
        (set.forwarded[0].clone(), set.upstreams[0].clone())
    };
    let (route, upstream) = with("", "");
    assert_eq!(
        (route.body, route.retry, route.max_request_bytes),
        (RequestBody::Read, RetryRule::Off, 1 << 20)
    );
    assert_eq!((upstream.http2, upstream.identity), (false, UpstreamIdentity::Plain));
    assert_eq!((&upstream.ca_file, &upstream.client), (&None, &None));
    let (route, upstream) = with(
        "body = \"pass\"\nmax_request_bytes = 1073741824",
        "ca_file = \"/ca.pem\"\nclient_cert_file = \"/c.pem\"\nclient_key_file = \"/k.pem\"\nhttp2 = \"on\"\nidentity = \"signed\"",
    );
    assert_eq!((route.body, route.max_request_bytes), (RequestBody::Pass, 1 << 30));
    assert_eq!((upstream.http2, upstream.identity), (true, UpstreamIdentity::Signed));
    let client = upstream.client.as_ref().map(|client| (client.cert_file.to_str(), client.key_file.to_str()));
    assert_eq!(client, Some((Some("/c.pem"), Some("/k.pem"))));
    for (word, rule) in [("safe", RetryRule::Safe), ("keyed", RetryRule::Keyed)] {
        assert_eq!(with(&format!("retry = \"{word}\""), "").0.retry, rule);
    }
}

#[test]
fn what_a_route_sets_and_removes_is_a_header_or_a_member() {
    let changes = "credits = 3\n[route.request]\nwhen = \"/stream\"\nremove = [\"X-Debug\", \"/user\"]\n\
                   set = { X-Tenant = \"acme\", \"/a\" = true, \"/b\" = 0x10, \"/c\" = 1.5, \"/d\" = \"x\\\"y\" }\n\
                   [route.answer]\nset = { X-By = \"acme\" }";
    let text = SELLER.replacen("credits = 3", changes, 1);
    let set = RouteSet::parse(&text).unwrap();
    let (request, answer) = (&set.forwarded[0].request, &set.forwarded[0].answer);
    assert_eq!(request.headers.set, [("x-tenant".to_owned(), "acme".to_owned())]);
    assert_eq!((&request.headers.remove[..], request.members.remove.len()), (&["x-debug".to_owned()][..], 1));
    let members: Vec<_> =
        request.members.set.iter().map(|(at, value)| (at.to_string(), value.as_str())).collect();
    let expected = [("/a", "true"), ("/b", "16"), ("/c", "1.5"), ("/d", "\"x\\\"y\"")];
    assert_eq!(members, expected.map(|(at, value)| (at.to_owned(), value)));
    assert_eq!(request.members.when.as_ref().map(ToString::to_string).as_deref(), Some("/stream"));
    assert!(answer.members.is_empty() && answer.headers.set[0].0 == "x-by");
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

#[test]
fn a_price_by_figures_says_what_it_counts_and_what_it_costs_without() {
    let with = |price: &str| SELLER.replacen("credits = 3", &format!("credits = {{ {price} }}"), 1);
    let set = RouteSet::parse(&with(
        "base = 2, min = 1, hold = 9, missing = \"hold\", counts = [{ of = \"header:X-Used\", each = 1000, costs = 4 }]",
    ))
    .unwrap();
    let price = &set.forwarded[0].price;
    assert_eq!((price.least().as_i64(), price.most().as_i64()), (2, 9));
    let counts = "counts = [{ of = \"header:X-Used\", costs = 1 }]";
    for (price, expected) in [
        ("hold = 9", "`counts` is missing"),
        ("hold = 9, missing = \"min\", counts = []", "`counts` must have at least one"),
        (&format!("missing = \"min\", {counts}"), "`hold` is missing"),
        (&format!("hold = 9, {counts}"), "`missing` must say what a call costs"),
        (&format!("hold = 9, missing = \"free\", {counts}"), "`missing` must be one of"),
        (&format!("hold = 0, missing = \"min\", {counts}"), "`hold` must be a whole number from 1"),
        (&format!("hold = 2, min = 3, missing = \"min\", {counts}"), "`hold` must not be less than `min`"),
        (&format!("hold = 2, base = 3, missing = \"min\", {counts}"), "`hold` must not be less than `base`"),
        ("hold = 9, counts = [{ of = \"bytes\", costs = 1 }]", "`of` must be \"header:NAME\""),
        (
            "hold = 9, counts = [{ of = \"seconds\", each = 0, costs = 1 }]",
            "`each` must be a whole number from 1",
        ),
        ("hold = 9, counts = [{ of = \"seconds\" }]", "`costs` is missing"),
        (
            "hold = 9, counts = [{ of = \"seconds\", each = 999983, costs = 1 }, { of = \"kib:answer\", each = 999979, costs = 1 }]",
            "common multiple",
        ),
        (
            "hold = 9, counts = [{ of = \"seconds\", costs = 1 }], hold_by = { of = \"/x\", costs = 1 }",
            "`of` must be \"request:/POINTER\"",
        ),
        (
            &format!(
                "hold = 9, missing = \"min\", counts = [{}]",
                "{ of = \"seconds\", costs = 1 },".repeat(5)
            ),
            "at most 4",
        ),
    ] {
        let found = messages(&with(price));
        assert!(found.iter().any(|fault| fault.contains(expected)), "{price}: {found:?}");
    }
}
