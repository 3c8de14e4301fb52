//! chromedriver, and the session of one Chromium.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use serde_json::{Value, json};

/// How often a new process may look for a port.
const MAX_STARTS: usize = 5;

pub(super) struct Driver {
    process: Child,
    client: reqwest::Client,
    session: String,
    /// The browser's own folder, removed with it.
    profile: std::path::PathBuf,
}

impl Driver {
    pub(super) async fn start() -> Self {
        let (process, port) = (0..MAX_STARTS).find_map(|_| chromedriver()).expect("chromedriver gets a port");
        let profile = std::env::temp_dir().join(format!("fluence-browser-{:016x}", rand::random::<u64>()));
        let mut driver = Self {
            process,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            session: format!("http://127.0.0.1:{port}/session"),
            profile,
        };
        let made = driver.send(reqwest::Method::POST, "", driver.capabilities()).await;
        let id = made["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {made}"));
        driver.session = format!("{}/{id}", driver.session);
        driver
    }

    fn capabilities(&self) -> Value {
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--no-first-run".to_owned(),
            "--no-proxy-server".to_owned(),
            "--lang=en".to_owned(),
            format!("--user-data-dir={}", self.profile.display()),
        ];
        // Chromium's sandbox does not run as root.
        if geteuid().is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } })
    }

    async fn send(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let separator = if path.is_empty() { "" } else { "/" };
        let request = self.client.request(method.clone(), format!("{}{separator}{path}", self.session));
        let request = if method == reqwest::Method::GET { request } else { request.json(&body) };
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let value = &answer["value"];
        assert!(value["error"].is_null() || value["stacktrace"].is_null(), "{path}: {}", value["message"]);
        value.clone()
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Value {
        self.send(reqwest::Method::POST, path, body).await
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.send(reqwest::Method::GET, path, Value::Null).await
    }
}

/// Starts chromedriver and returns the port that it chose. It chooses one that is free in IPv4, and
/// ends if another process has the same port in IPv6.
fn chromedriver() -> Option<(Child, u16)> {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // With its browser, so that both can be ended together.
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("chromedriver cannot run: {error}. Run `scripts/need.sh browser`"));
    let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut ports = lines.filter_map(|line| {
        let rest = line.split_once("started successfully on port ")?.1;
        rest.trim_end_matches('.').parse().ok()
    });
    if let Some(port) = ports.next() {
        return Some((process, port));
    }
    let _ = process.wait();
    None
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
