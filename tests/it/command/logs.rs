//! What the log says of requests and of trouble.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::program::{Program, text};
use super::serving::Serving;
use crate::gate::people::unknown_person;
use crate::support::customer::new_secret;

/// The id of a request, from its answer.
async fn send(request: RequestBuilder) -> String {
    let answer = request.send().await.unwrap();
    answer.headers()["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_logged_with_all_that_traces_it() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    let key = program.json(&["key", "create", "--account", &account, "--name", "k"]);
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("FLUENCE_SERVER_TRUSTED_PROXIES", "127.0.0.1")
        .env("FLUENCE_REDIS_URL", "redis://me:hunter2@127.0.0.1:1");
    let serving = Serving::start(command);
    let away = serving.line("Redis unavailable, limits are local");
    assert_eq!(away["store"], "127.0.0.1:1");
    assert!(
        away["error"].as_str().unwrap().contains("refused") && !away.to_string().contains("hunter2"),
        "{away}"
    );
    let address = serving.address();
    let client = Client::builder().no_proxy().user_agent("acme-crm/2.1").build().unwrap();
    let post = |path: &str, key: &str| {
        client.post(format!("{address}{path}")).header("x-api-key", key).json(&unknown_person())
    };

    let unknown = new_secret();
    let id = send(post("/crm", unknown.expose()).header("x-forwarded-for", "198.51.100.7")).await;
    let line = serving.request();
    assert_eq!(line["request_id"], id.as_str());
    assert_eq!(
        (
            &line["client"],
            &line["method"],
            &line["route"],
            &line["status"],
            &line["code"],
            &line["user_agent"]
        ),
        (
            &json!("198.51.100.7"),
            &json!("POST"),
            &json!("/crm"),
            &json!(401),
            &json!("INVALID_API_KEY"),
            &json!("acme-crm/2.1")
        )
    );
    assert_eq!((line.get("path"), line.get("outcome"), line.get("credits")), (None, None, None));

    send(post("/analyze", &text(&key, "key"))).await;
    let line = serving.request();
    assert_eq!(
        (&line["outcome"], &line["credits"], &line["status"]),
        (&json!("charged"), &json!(1), &json!(404))
    );
    assert_eq!((&line["key"], &line["account"]), (&key["id"], &json!(account)));

    send(client.get(format!("{address}/wp-login.php?token=x")).header("user-agent", unknown.expose())).await;
    let line = serving.request();
    assert_eq!(
        (&line["path"], &line["route"], &line["user_agent"]),
        (&json!("/wp-login.php"), &Value::Null, &json!("…"))
    );
    send(client.get(format!("{address}/{}/x", unknown.expose()))).await;
    assert_eq!(serving.request()["path"], "/…/x");

    // Probes are no news.
    send(client.get(format!("{address}/livez"))).await;
    send(client.get(format!("{address}/livez/"))).await;
    assert_eq!(serving.request()["path"], "/livez/");

    program.database.close_doors().await;
    let id = send(post("/analyze", &text(&key, "key"))).await;
    let mut lines = vec![serving.next_line()];
    while lines.last().unwrap()["target"] != "fluence::request" {
        lines.push(serving.next_line());
    }
    let of_request = lines.iter().filter(|line| line["request_id"] == id.as_str());
    assert!(of_request.count() >= 2, "the trouble and the request, {lines:#?}");
    program.database.open_doors().await;
    serving.stop();
}

/// A scraper asks every few seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_of_the_metrics_is_no_news() {
    let program = Program::new().await;
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("FLUENCE_METRICS_LISTEN", "127.0.0.1:0");
    let serving = Serving::start(command);
    let metrics = text(&serving.line("serving metrics"), "address");
    let address = serving.address();
    let client = Client::builder().no_proxy().build().unwrap();
    send(client.get(format!("http://{metrics}/metrics"))).await;
    send(client.get(format!("{address}/no-page"))).await;
    assert_eq!(serving.request()["path"], "/no-page");
    serving.stop();
}
