//! Known secrets, led through everything that a gateway and its commands do, are found nowhere
//! afterwards.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::ConnectOptions;

use super::program::{Program, text};
use crate::gate::people::unknown_person;
use crate::support::gateway::eventually;
use crate::support::processes::signal;

const PASSWORD: &str = "canarypasswordofthedatabase";

/// All that was said where others may read it.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<String>>);

impl Said {
    fn record(&self, text: &str) {
        let mut said = self.0.lock().unwrap();
        said.push_str(text);
        said.push('\n');
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

/// A gateway that logs all it can, and what it logged so far.
struct Serving {
    child: Child,
    address: String,
    log: Said,
}

fn serve(program: &Program, metrics: &str) -> Serving {
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    let url = program.database.options().password(PASSWORD).to_url_lossy().to_string();
    assert!(url.contains(PASSWORD), "{url}");
    command.env("DATABASE_URL", url).env("FLUENCE_LOG_LEVEL", "trace").env("FLUENCE_METRICS_LISTEN", metrics);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (log, lines) = (Said::default(), BufReader::new(child.stderr.take().unwrap()).lines());
    let (listening, listens) = std::sync::mpsc::channel();
    let of_reader = log.clone();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            of_reader.record(&line);
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            if line["message"] == "serving" {
                listening.send(text(&line, "address")).unwrap();
            }
        }
    });
    Serving { address: listens.recv().unwrap(), child, log }
}

/// A port without a listener.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Requests that end in every way, with these keys.
async fn call(address: &str, keys: &[&str], said: &Said) {
    let client = Client::builder().no_proxy().build().unwrap();
    let person = unknown_person();
    for key in keys {
        let url = |path: &str| format!("http://{address}{path}");
        let requests = [
            client.get(url("/creditos")).header("x-api-key", *key),
            client.get(url("/creditos")).header("authorization", format!("Bearer {key}")),
            client.get(url("/creditos")).header("authorization", format!("Basic {key}")),
            client.get(url("/creditos")).header("x-api-key", *key).header("authorization", "Bearer x"),
            client.get(url(&format!("/creditos?api_key={key}"))),
            client.get(url(&format!("/{key}"))),
            client.request(Method::DELETE, url("/crm")).header("x-api-key", *key),
            client.post(url("/analyze")).header("x-api-key", *key).json(&person),
            client
                .post(url("/analyze"))
                .header("x-api-key", *key)
                .header("idempotency-key", "one")
                .json(&person),
            client
                .post(url("/analyze"))
                .header("x-api-key", *key)
                .header("content-type", "application/json")
                .body("{"),
            client.post(url("/analyze")).header("x-api-key", *key).json(&json!({ "first_name": key })),
            client.get(url("/v1/account")).header("x-api-key", *key),
            client.get(url("/health")).header("x-api-key", *key).header("accept", "application/problem+json"),
        ];
        for request in requests {
            let answer = request.send().await.unwrap();
            said.record(&format!("{} {:?}", answer.status(), answer.headers()));
            said.record(&answer.text().await.unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a24_no_log_line_metric_answer_or_row_contains_a_secret() {
    let program = Program::new().await;
    let account = program.account("2025-06", "enterprise");
    let create = |name| program.json(&["key", "create", "--account", &account, "--name", name]);
    let (good, disabled, revoked) = (create("good"), create("disabled"), create("revoked"));
    let unknown = crate::support::customer::new_secret();
    let keys = [&good, &disabled, &revoked].map(|key| text(key, "key"));
    let keys: Vec<&str> = keys.iter().map(String::as_str).chain([unknown.expose()]).collect();

    let metrics = free_address();
    let serving = serve(&program, &metrics);
    let said = Said::default();
    call(&serving.address, &keys, &said).await;
    for words in [
        &["key", "disable", &text(&disabled, "id")][..],
        &["key", "revoke", &text(&revoked, "id"), "--wait"],
        &["key", "list", "--account", &account],
        &["key", "revoke", keys[0]],
        &["account", "show", &account],
        &["config", "show"],
        &["config", "show", "--json"],
    ] {
        let mut command = program.command(words);
        command.env("FLUENCE_LOG_LEVEL", "trace");
        let ran = command.output().unwrap();
        said.record(&String::from_utf8_lossy(&ran.stdout));
        // Error messages repeat the command line.
        if !words.contains(&keys[0]) {
            said.record(&String::from_utf8_lossy(&ran.stderr));
        }
    }
    call(&serving.address, &keys, &said).await;
    program.database.close_doors().await;
    call(&serving.address, &keys, &said).await;
    program.database.open_doors().await;

    let page = reqwest::get(format!("http://{metrics}/metrics")).await.unwrap().text().await.unwrap();
    assert!(page.contains("gateway_auth_total{result=\"INVALID_API_KEY\"}"), "{page}");
    said.record(&page);
    let (mut child, log) = (serving.child, serving.log);
    signal("TERM", child.id());
    tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    eventually("the log is read", async || log.text().contains("\"message\":\"stopped\"")).await;
    said.record(&log.text());
    said.record(&program.dump().await);

    let said = said.text();
    assert!(
        said.contains("REVOKED_API_KEY") && said.contains("SERVICE_UNAVAILABLE"),
        "the flows were led through"
    );
    let secrets = keys.iter().copied().chain([PASSWORD, &program.pepper]);
    for secret in secrets
        .flat_map(|secret| [secret.to_owned(), hex(secret), secret[4..36.min(secret.len())].to_owned()])
    {
        let found = said.lines().find(|line| line.contains(&secret));
        assert_eq!(found, None, "holds a secret");
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
