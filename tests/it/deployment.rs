//! The container files and alert rules agree with the program. `deploy/check/run.sh` runs them.

use std::collections::BTreeSet;
use std::time::Duration;

use fluence::config::{Sources, load};
use fluence::domain::offer_set::SetKind;
use serde_json::{Value, json};

use crate::gate::people::unknown_person;
use crate::offers::applied;
use crate::support::gateway::Gateway;
use crate::support::redis::Redis;
use crate::support::upstream::{Behaviour, ScriptedServer};

const COMPOSE: &str = include_str!("../../compose.yaml");
const DOCKERFILE: &str = include_str!("../../Dockerfile");
const ENV_EXAMPLE: &str = include_str!("../../.env.example");
const FLUENCE_ENV_EXAMPLE: &str = include_str!("../../fluence.env.example");
const ALERTS: &str = include_str!("../../deploy/alerts.yml");
const DASHBOARD: &str = include_str!("../../deploy/grafana/gateway.json");
const ALERT_TESTS: &str = include_str!("../../deploy/alerts_test.yml");
const INCIDENTS: &str = include_str!("../../docs/operations/incidents.md");
/// Routes whose price depends on what an upstream reports.
const CHAT_ROUTES: &str = include_str!("../../examples/sell-a-chat-api/routes.toml");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The words of a text that begin like this, without what follows them.
fn words<'t>(text: &'t str, beginning: &str) -> BTreeSet<&'t str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with(beginning) && word.len() > beginning.len()).collect()
}

#[test]
fn image_and_compose_file_have_the_version_of_the_program() {
    assert!(COMPOSE.contains(&format!("${{GATEWAY_IMAGE:-fluence:{VERSION}}}")));
    assert!(COMPOSE.contains(&format!("VERSION: {VERSION}\n")));
    assert!(DOCKERFILE.contains(&format!("ARG VERSION={VERSION}\n")));
}

#[test]
fn every_variable_that_compose_reads_is_explained() {
    let read = COMPOSE.split("${").skip(1).map(|rest| rest.split([':', '}']).next().unwrap());
    // `make deploy` sets it.
    for name in read.filter(|name| *name != "REVISION") {
        assert!(ENV_EXAMPLE.contains(&format!("{name}=")), "{name} is not in .env.example");
    }
}

#[test]
fn every_setting_of_the_container_files_exists() {
    let names = words(FLUENCE_ENV_EXAMPLE, "FLUENCE_").into_iter().chain(words(COMPOSE, "FLUENCE_"));
    for name in names.filter(|name| *name != "FLUENCE_OPERATOR") {
        let environment = [(name.trim_end_matches("_FILE").to_owned(), "1".to_owned())].into();
        let sources = Sources { environment, ..Sources::default() };
        let faults = load(&sources).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!faults.contains("no such setting"), "{name}: {faults}");
    }
}

#[test]
fn the_dashboard_is_well_formed_and_its_panels_do_not_overlap() {
    let board: Value = serde_json::from_str(DASHBOARD).unwrap();
    let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
    let panels = board["panels"].as_array().unwrap();
    assert!(panels.len() > 30);
    for panel in panels {
        let title = panel["title"].as_str().filter(|title| !title.is_empty()).unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        let at = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(at("x") + at("w") <= 24, "{title}");
        for cell in
            (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y)))
        {
            assert!(cells.insert(cell), "{title} overlaps another panel");
        }
        let is_row = panel["type"] == "row";
        assert!(is_row || panel["fieldConfig"]["defaults"]["unit"].is_string(), "{title} has no unit");
        assert!(is_row || !panel["targets"].as_array().unwrap().is_empty(), "{title} shows nothing");
    }
}

fn alerts() -> Vec<&'static str> {
    ALERTS.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect()
}

#[test]
fn every_alert_has_a_test_and_a_paragraph_in_the_runbook() {
    assert!(alerts().len() > 10);
    for alert in alerts() {
        assert!(ALERT_TESTS.contains(&format!("alertname: {alert}\n")), "{alert} has no test");
        assert!(INCIDENTS.contains(&format!("\n## {alert}\n")), "{alert} has no paragraph");
        let runbook = format!("runbook: docs/operations/incidents.md#{}\n", alert.to_lowercase());
        assert!(ALERTS.contains(&runbook), "{alert} does not name its paragraph");
    }
}

/// Metrics of TLS and of the private database, which `deploy/check/metrics.sh` sees.
const ELSEWHERE: [&str; 3] =
    ["gateway_tls_expires_at_seconds", "gateway_config_faulty", "gateway_backup_timestamp_seconds"];

/// The metrics that the alert rules read, without the suffixes of histograms. `promtool` checks the
/// rest of an expression.
fn metrics_of_alerts() -> BTreeSet<String> {
    let rules = ALERTS.lines().filter(|line| !line.contains("runbook:")).collect::<Vec<_>>().join("\n");
    let names = words(&rules, "gateway_").into_iter().filter(|name| !ELSEWHERE.contains(name));
    names.map(|name| name.trim_end_matches("_bucket").trim_end_matches("_count").to_owned()).collect()
}

#[tokio::test]
async fn a_gateway_under_traffic_exports_every_metric_of_the_alerts() {
    let (store, upstream) =
        (Redis::start().await, ScriptedServer::start(vec![Behaviour::people(&json!([]))]).await);
    let gateway = Gateway::start_with(&[
        ("FLUENCE_METRICS_LISTEN", "127.0.0.1:0"),
        ("FLUENCE_REDIS_URL", &store.url()),
        ("FLUENCE_ENRICHMENT_URL", &upstream.url()),
        ("FLUENCE_ENRICHMENT_ALLOW_PRIVATE_ADDRESSES", "true"),
    ])
    .await;
    let customer = gateway.professional().await;
    let body = unknown_person();
    gateway.post("/analyze", &customer.key, &body).await;
    gateway.post("/analyze", "an-imported-key-for-tests-1", &body).await;
    sqlx::query("update api_key set name = 'changed'").execute(gateway.database.pool()).await.unwrap();
    applied(&gateway.database, SetKind::Routes, CHAT_ROUTES).await;
    let mut missing = metrics_of_alerts();
    let found = tokio::time::timeout(Duration::from_secs(20), async {
        while !missing.is_empty() {
            let text = gateway.metrics().await;
            missing.retain(|name| !text.contains(&format!("# TYPE {name} ")));
        }
    });
    let _ = found.await;
    assert_eq!(missing, BTreeSet::new());
    let text = gateway.metrics().await;
    for selector in [
        r#"gateway_degraded{reason="redis"}"#,
        r#"gateway_connections_total{how="refused"}"#,
        r#"gateway_auth_total{result=""#,
    ] {
        assert!(text.contains(selector), "{selector} is not in {text}");
        assert!(ALERTS.contains(selector.split('{').next().unwrap()));
    }
    assert!(metrics_of_alerts().len() > 10);
}
