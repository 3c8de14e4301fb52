//! Which addresses, origins and paths are those of the console.

use super::*;
use crate::console::has_only_forms;

fn base(url: &str) -> Result<Base, NoConsole> {
    Base::of(url, "0.0.0.0:8000".parse().unwrap(), false, false)
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

#[test]
fn pages_need_https_or_loopback() {
    assert_eq!(base(""), Err(NoConsole::NoAddress));
    assert_eq!(base("http://api.acme.test"), Err(NoConsole::PlainHttp));
    assert!(base("https://api.acme.test").unwrap().is_https());
    for url in ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000/"] {
        assert!(!base(url).unwrap().is_https(), "{url}");
    }
    assert!(Base::of("http://api.acme.test", "0.0.0.0:1".parse().unwrap(), false, true).is_ok());
    assert_eq!(
        base("https://API.acme.test:443/x").unwrap().link("/console"),
        "https://api.acme.test/console"
    );
}

#[test]
fn j01_a_form_comes_from_our_own_origin() {
    let base = base("https://api.acme.test").unwrap();
    assert!(base.is_from_here(&headers(&[("origin", "https://api.acme.test")])));
    assert!(base.is_from_here(&headers(&[("sec-fetch-site", "same-origin")])));
    for lines in [
        &[][..],
        &[("origin", "null")],
        &[("origin", "https://api.acme.test.evil.example")],
        &[("origin", "http://api.acme.test")],
        &[("origin", "https://api.acme.test"), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("host", "api.acme.test"), ("referer", "https://api.acme.test/console")],
    ] {
        assert!(!base.is_from_here(&headers(lines)), "{lines:?}");
    }
}

#[test]
fn j01_without_an_address_only_names_of_loopback_are_ours() {
    let base = Base::of("", "127.0.0.1:8000".parse().unwrap(), false, false).unwrap();
    assert!(base.is_from_here(&headers(&[("host", "localhost:8000"), ("origin", "http://localhost:8000")])));
    assert!(
        !base
            .is_from_here(&headers(&[("host", "evil.example:8000"), ("origin", "http://evil.example:8000")]))
    );
    assert!(!base.is_from_here(&headers(&[("host", "localhost:8000"), ("origin", "http://localhost:9000")])));
}

#[test]
fn j08_log_in_leads_only_to_paths_of_the_console() {
    let base = Base::default();
    for path in [
        "/console",
        "/console/me",
        "/console/0190-ab/keys/new",
        "/console/0190-ab/usage?by=key&from=2026-11-01&text=a+%22b",
    ] {
        assert_eq!(base.safe_path(path), path);
    }
    for query in ["\"><b>", "a=//evil.example", "a\r\nb", "a?b", &"x".repeat(701)] {
        assert_eq!(base.safe_path(&format!("/console/me?{query}")), "/console/me", "{query}");
    }
    for path in [
        "",
        "/",
        "//evil.example",
        "/console//evil",
        "/consolex",
        "https://evil.example",
        "/console/../x",
        "/console/%2f",
        "/?next=/console",
        "//evil.example?/console",
    ] {
        assert_eq!(base.safe_path(path), "/console", "{path}");
    }
}

#[test]
fn log_in_goes_on_to_a_page_and_never_to_where_only_forms_are_sent() {
    let base = Base::default();
    for (path, page) in [
        ("/console/log-out", "/console"),
        ("/console/log-out?a=b", "/console"),
        ("/console/me/sessions", "/console/me"),
        ("/console/me/second-factor/off", "/console/me/second-factor"),
        ("/console/0190-ab/members/0191/invite", "/console/0190-ab/members/0191"),
        ("/console/0190-ab/playground/key", "/console/0190-ab/playground"),
        ("/console/0190-ab/usage?by=key", "/console/0190-ab/usage?by=key"),
        ("https://evil.example", "/console"),
    ] {
        assert_eq!(base.next_page(path, has_only_forms(Realm::Console)), page, "{path}");
    }
    let base = base.for_operators();
    let next_page = |path| base.next_page(path, has_only_forms(Realm::Operator));
    assert_eq!(next_page("/operator/log-out"), "/operator");
    assert_eq!(next_page("/operator/accounts"), "/operator/accounts");
}

#[test]
fn j08_operator_log_in_leads_only_to_paths_of_the_operators_console() {
    let base = Base::default().for_operators();
    for path in ["/operator", "/operator/accounts", "/operator/accounts/0190-ab/grant"] {
        assert_eq!(base.safe_path(path), path);
    }
    for path in ["", "/", "//evil.example", "/operator//x", "/operatorx", "/console", "/operator/../x"] {
        assert_eq!(base.safe_path(path), "/operator", "{path}");
    }
}
