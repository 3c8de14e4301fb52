//! Which headers pass in either direction, in every spelling.

use super::*;

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let line = |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.iter().map(line) {
        headers.append(name, value);
    }
    headers
}

fn request(headers: &HeaderMap) -> HeaderMap {
    of_request(headers, &IdentityHeaders::default())
}

fn answer(headers: &HeaderMap) -> HeaderMap {
    of_answer(headers, &IdentityHeaders::default(), false)
}

fn names(headers: &HeaderMap) -> Vec<&str> {
    headers.keys().map(HeaderName::as_str).collect()
}

#[test]
fn no_spelling_of_a_credential_or_identity_reaches_an_upstream() {
    for name in [
        "X-API-Key",
        "x_api_key",
        "Authorization",
        "Cookie",
        "Idempotency-Key",
        "X-Dry-Run",
        "Forwarded",
        "X-Forwarded-For",
        "X_Forwarded_Proto",
        "X-Real-IP",
        "x_real_ip",
        "Fluence-Account",
        "fluence_account",
        "FLUENCE-Mode",
        "Fluence_Credits-Held",
        "Proxy-Authorization",
        "proxy_connection",
        "Via",
        "Expect",
        "Transfer-Encoding",
        "transfer_encoding",
        "Content-Length",
        "Host",
        "TE",
        "Upgrade",
        "Keep-Alive",
        "Trailer",
        "HTTP2-Settings",
        "X-Request-Id",
    ] {
        assert_eq!(names(&request(&headers(&[(name, "x")]))), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn no_spelling_of_another_method_path_or_host_reaches_an_upstream() {
    for name in [
        "X-HTTP-Method-Override",
        "X_HTTP_Method_Override",
        "X-HTTP-Method",
        "X-Method-Override",
        "x_method-override",
        "X-Original-URL",
        "X_Original_Url",
        "X-Original-URI",
        "X-Original-Method",
        "X-Original-Host",
        "X-Rewrite-URL",
        "X_REWRITE_URL",
        "X-Rewrite-URI",
        "X-Override-URL",
        "X-HTTP-Path-Override",
        "X-HTTP-Host-Override",
        "X-Host",
    ] {
        assert_eq!(names(&request(&headers(&[(name, "x")]))), Vec::<&str>::new(), "{name}");
    }
    let kept = ["x-original-filename", "x-method", "x-hostname"];
    assert_eq!(names(&request(&headers(&kept.map(|name| (name, "x"))))), kept);
}

#[test]
fn what_connection_names_stays_on_this_connection() {
    let sent = headers(&[
        ("connection", "close, X-Secret"),
        ("connection", "other"),
        ("x-secret", "1"),
        ("other", "2"),
        ("accept", "a"),
    ]);
    assert_eq!(names(&request(&sent)), ["accept"]);
    assert_eq!(names(&answer(&sent)), ["accept"]);
}

#[test]
fn everything_else_passes_with_all_its_values() {
    let sent = headers(&[
        ("accept", "a"),
        ("accept", "b"),
        ("content-type", "image/png"),
        ("x-mine", "1"),
        ("user-agent", "u"),
    ]);
    let passed = request(&sent);
    assert_eq!(passed, sent);
}

#[test]
fn a_trace_passes_only_if_it_is_one() {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let sent = headers(&[("traceparent", trace), ("tracestate", "a=b")]);
    assert_eq!(request(&sent), sent);
    for bad in ["", "00-x", &trace.replace("0af", "0AF"), &format!("{trace}0")] {
        assert!(request(&headers(&[("traceparent", bad), ("tracestate", "a=b")])).is_empty(), "{bad}");
    }
}

#[test]
fn an_answer_tells_nothing_of_its_server_and_moves_no_money() {
    for name in [
        "Server",
        "X-Powered-By",
        "Set-Cookie",
        "Strict-Transport-Security",
        "Access-Control-Allow-Origin",
        "X-RateLimit-Limit",
        "RateLimit",
        "RateLimit-Policy",
        "X-Credits-Used",
        "x_credits_used",
        "X-Request-Id",
        "Idempotent-Replayed",
        "X-Original-Request-Id",
        "idempotent_replayed",
        "X-Development-Mode",
        "Clear-Site-Data",
        "Alt-Svc",
        "WWW-Authenticate",
        "Fluence-Account",
        "Transfer-Encoding",
        "Content-Length",
        "Connection",
    ] {
        assert_eq!(names(&answer(&headers(&[(name, "x")]))), Vec::<&str>::new(), "{name}");
    }
    let kept = headers(&[
        ("cache-control", "max-age=5"),
        ("etag", "\"1\""),
        ("location", "/x"),
        ("content-encoding", "gzip"),
    ]);
    assert_eq!(answer(&kept), kept);
    assert_eq!(
        names(&of_answer(&headers(&[("content-length", "7")]), &IdentityHeaders::default(), true)),
        ["content-length"]
    );
}

#[test]
fn a_header_of_the_gateway_takes_the_place_of_every_spelling() {
    let mut sent = headers(&[("x_token", "1"), ("X-Token", "2"), ("x-other", "3")]);
    remove(&mut sent, &"x-token".parse().unwrap());
    assert_eq!(names(&sent), ["x-other"]);
}

#[test]
fn a_prefix_of_the_seller_is_the_gateways_word_too() {
    let own: IdentityHeaders = "Acme-".parse().unwrap();
    let sent =
        headers(&[("Acme-Account", "1"), ("acme_mode", "1"), ("Fluence-Account", "1"), ("acmes", "1")]);
    assert_eq!(names(&of_request(&sent, &own)), ["acmes"]);
    assert_eq!(names(&of_answer(&sent, &own, false)), ["acmes"]);
    assert_eq!((own.hops.as_str(), own.via.to_str().unwrap()), ("acme-hops", "1.1 acme"));
}

#[test]
fn a_route_removes_and_sets_every_spelling() {
    let mut sent = headers(&[("x_debug", "1"), ("X-Debug", "2"), ("x-kept", "3"), ("x-tenant", "4")]);
    let changes = HeaderChanges {
        set: vec![("x-tenant".into(), "acme".into()), ("x-new".into(), "n".into())],
        remove: vec!["x-debug".into(), "x-missing".into()],
    };
    change(&mut sent, &changes);
    assert_eq!(sent, headers(&[("x-kept", "3"), ("x-tenant", "acme"), ("x-new", "n")]));
}
