//! Values that are well-formed, and yet faulty or worth a warning.

use super::super::{Sources, load};
use super::{environment, faulty};
use crate::catalogue::plans::{self, Catalogue};

#[test]
fn a_network_with_host_bits_is_refused_with_the_right_one() {
    let error = load(&environment(&[("FLUENCE_SERVER_TRUSTED_PROXIES", "10.0.0.7/8")])).unwrap_err();
    assert_eq!(error.0[0].setting, "FLUENCE_SERVER_TRUSTED_PROXIES");
    assert!(error.0[0].advice.contains("10.0.0.0/8"), "{error}");
}

#[test]
fn a_product_name_is_one_line_of_at_most_40_characters() {
    let shown = |sources: &Sources| load(sources).unwrap().product_name.to_string();
    assert_eq!(shown(&Sources::default()), "Fluence");
    assert_eq!(shown(&environment(&[("FLUENCE_PRODUCT_NAME", " Ação & Cia ")])), "Ação & Cia");
    let of_file = |name: &str| {
        let text = format!("product_name = {}", toml::Value::from(name));
        Sources { file: Some(("f.toml".into(), text)), ..Sources::default() }
    };
    for (name, advice) in [
        (" ", "must not be empty"),
        ("a\r\nBcc: b@c.example", "must not hold control characters"),
        (&"a".repeat(41), "must have at most 40 characters"),
    ] {
        let fault = load(&of_file(name)).unwrap_err().0.remove(0);
        assert_eq!(fault.advice, advice, "{name:?}");
        assert!(fault.setting.starts_with("product_name in f.toml"), "{}", fault.setting);
    }
}

#[test]
fn a_misspelt_log_level_is_a_fault() {
    assert_eq!(faulty(&environment(&[("FLUENCE_LOG_LEVEL", "infoo")])), ["FLUENCE_LOG_LEVEL"]);
    assert_eq!(faulty(&environment(&[("FLUENCE_LOG_FORMAT", "yaml")])), ["FLUENCE_LOG_FORMAT"]);
}

#[test]
fn a_stage_prefix_that_hides_a_path_is_a_fault() {
    for prefix in ["/v1", "/crm", "/health"] {
        assert_eq!(faulty(&environment(&[("FLUENCE_STAGE_PREFIXES", prefix)])), ["FLUENCE_STAGE_PREFIXES"]);
    }
}

#[test]
fn believing_every_proxy_and_placeholders_in_public_are_worth_a_warning() {
    let warnings = |pairs: &[(&str, &str)]| load(&environment(pairs)).unwrap().warnings();
    assert!(warnings(&[]).is_empty());
    assert_eq!(warnings(&[("FLUENCE_SERVER_TRUSTED_PROXIES", "0.0.0.0/0")]).len(), 1);
    let public = [("FLUENCE_LISTEN", "0.0.0.0:8000")];
    let warning = &warnings(&public)[0];
    assert!(warning.contains("support_contact"), "{warning}");
    // The gateway's own pages explain the errors and the prices.
    assert!(!warning.contains("docs_url") && !warning.contains("upgrade_url"), "{warning}");
    let elsewhere = [public[0], ("FLUENCE_UPGRADE_URL", "https://example.com/upgrade")];
    assert!(warnings(&elsewhere)[0].contains("upgrade_url"));
}

#[test]
fn a_port_or_host_that_does_not_exist_is_a_fault_of_every_url() {
    for (variable, url) in [
        ("FLUENCE_BASE_URL", "https://HOST"),
        ("FLUENCE_OPERATOR_BASE_URL", "https://HOST"),
        ("FLUENCE_UPGRADE_URL", "https://HOST/plans#prices"),
        ("FLUENCE_DOCS_URL", "https://HOST/errors"),
        ("FLUENCE_ENRICHMENT_URL", "https://HOST/lookup"),
        ("FLUENCE_LEAKS_GITHUB_KEYS_URL", "https://HOST/keys"),
        ("FLUENCE_REDIS_URL", "redis://HOST"),
        ("DATABASE_URL", "postgresql://me@HOST/fluence"),
        ("FLUENCE_MAIL_SMTP_URL", "smtps://me:password@HOST"),
    ] {
        let with = |host: &str| {
            environment(&[(variable, &url.replace("HOST", host)), ("FLUENCE_LEAKS_GITHUB", "true")])
        };
        assert_eq!(faulty(&with("acme.test:99999")), [variable]);
        assert!(load(&with("acme.test:8443")).is_ok(), "{variable}");
        if url.starts_with("https://") {
            assert_eq!(faulty(&with("acme..test")), [variable]);
            assert_eq!(faulty(&with("me:password@acme.test")), [variable]);
        }
    }
    assert!(load(&environment(&[("FLUENCE_UPGRADE_URL", "/plans")])).is_ok());
}

#[test]
fn listeners_have_addresses_of_their_own() {
    for (listen, metrics, is_valid) in [
        ("127.0.0.1:8000", "127.0.0.1:8000", false),
        ("0.0.0.0:8000", "127.0.0.1:8000", false),
        ("127.0.0.1:8000", "0.0.0.0:8000", false),
        ("[::]:8000", "127.0.0.1:8000", false),
        ("0.0.0.0:8000", "[::1]:8000", true),
        ("127.0.0.1:8000", "127.0.0.2:8000", true),
        ("127.0.0.1:8000", "127.0.0.1:9100", true),
        ("127.0.0.1:0", "127.0.0.1:0", true),
    ] {
        let pairs = [("FLUENCE_LISTEN", listen), ("FLUENCE_METRICS_LISTEN", metrics)];
        let faults = load(&environment(&pairs)).err().map(|error| error.0).unwrap_or_default();
        let faults: Vec<_> = faults.into_iter().map(|fault| fault.setting).collect();
        let expected: &[&str] = if is_valid { &[] } else { &["FLUENCE_METRICS_LISTEN"] };
        assert_eq!(faults, expected, "{listen} {metrics}");
    }
}

#[test]
fn a_sender_that_no_e_mail_can_have_is_a_fault_that_names_its_setting() {
    for from in ["nonsense", "a@acme.test, b@acme.test"] {
        assert_eq!(faulty(&environment(&[("FLUENCE_MAIL_FROM", from)])), ["FLUENCE_MAIL_FROM"]);
    }
    assert!(load(&environment(&[("FLUENCE_MAIL_FROM", "Acme <no-reply@acme.test>")])).is_ok());
}

#[test]
fn a_plan_of_sign_ups_that_the_catalogue_lacks_is_worth_a_warning_where_sign_up_is_open() {
    let shipped = Catalogue::shipped().unwrap();
    let sold = plans::SHIPPED.replace("edition = \"start\"", "edition = \"begin\"");
    let other = Catalogue::parse(&sold).unwrap();
    let warning = |pairs: &[(&str, &str)], catalogue: &Catalogue| {
        load(&environment(pairs)).unwrap().sign_up_warning(catalogue)
    };
    assert_eq!(warning(&[], &shipped), None);
    assert!(warning(&[], &other).unwrap().contains("console.sign_up_plan is start/start"));
    let named = ("FLUENCE_CONSOLE_SIGN_UP_PLAN", "begin/start");
    assert_eq!((warning(&[named], &other), warning(&[named], &shipped).is_some()), (None, true));
    for closed in [("FLUENCE_CONSOLE_SIGN_UP", "invited"), ("FLUENCE_CONSOLE_ENABLED", "false")] {
        assert_eq!(warning(&[closed], &other), None);
    }
    let public = [("FLUENCE_LISTEN", "0.0.0.0:8000"), ("FLUENCE_BASE_URL", "https://acme.test")];
    assert_eq!(warning(&public, &other), None, "sign-up is open only on loopback");
}

#[test]
fn a_call_may_not_outlive_its_hold() {
    assert_eq!(faulty(&environment(&[("FLUENCE_CALLS_DEADLINE_S", "60")])), ["FLUENCE_CALLS_DEADLINE_S"]);
}
