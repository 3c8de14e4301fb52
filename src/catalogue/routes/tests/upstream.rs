//! What an upstream is, and what a route says of it.

use super::*;
use crate::domain::forwarding::{RequestBody, RetryRule, UpstreamIdentity};

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
