//! The programs of the reference pages: each operation in each language, run against a real
//! gateway. One process of a language runs all of its programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use fluence::app::documented;
use fluence::domain::key::Scope;
use fluence::openapi::{Client, Facts, Operation, all};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::customer::Customer;
use crate::support::documented::{assert_valid, escaped};
use crate::support::gateway::{Gateway, answer, settings};
use crate::support::scratch::Scratch;

fn facts() -> Facts {
    documented(&settings(&[])).unwrap()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a program is run with.
struct Step {
    operation: Operation,
    file: PathBuf,
    environment: BTreeMap<String, String>,
}

/// A gateway with a customer whose key may do everything.
struct Stage {
    gateway: Gateway,
    customer: Customer,
}

impl Stage {
    async fn new() -> Self {
        let gateway = Gateway::without_trust().await;
        gateway.with_sample_people().await;
        let mut customer = gateway.customer("2025-06", "enterprise").await;
        let (id, key) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
        (customer.key_id, customer.key) = (id, key);
        Self { gateway, customer }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.gateway.request(Method::POST, path).header("x-api-key", &self.customer.key);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = answer(request).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer.body["data"].clone()
    }

    /// The id that the path of an operation needs, of something of its own that the operation can
    /// act on.
    async fn prepared(&self, operation: &Operation) -> Option<(&'static str, String)> {
        let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
        if operation.path.starts_with("/v1/contacts/{id}") {
            let person = json!({ "first_name": "Iara", "last_name": operation.id, "company": "Moinho Alto" });
            return Some(("CONTACT_ID", id(&self.post("/v1/contacts", person).await)));
        }
        if operation.path.starts_with("/v1/environments/{id}") {
            let new = json!({ "name": operation.id, "mode": "test" });
            return Some(("ENVIRONMENT_ID", id(&self.post("/v1/environments", new).await)));
        }
        if operation.path == "/v1/ledger/{call_id}" {
            let marina = json!({ "first_name": "Marina", "last_name": "Duarte Prado", "company": "Horizonte Sistemas" });
            let called = answer(self.gateway.posting("/analyze", &self.customer.key, &marina)).await;
            return Some(("CALL_ID", called.header("x-request-id").to_owned()));
        }
        if operation.path.starts_with("/v1/keys/{id}") {
            let key = id(&self.post("/v1/keys", json!({ "name": operation.id })).await);
            match operation.id {
                "endOverlap" | "cancelRotation" => {
                    self.post(&format!("/v1/keys/{key}/rotate"), json!({ "overlap_seconds": 60 })).await;
                }
                "enableKey" => {
                    self.post(&format!("/v1/keys/{key}/disable"), Value::Null).await;
                }
                _ => {}
            }
            return Some(("KEY_ID", key));
        }
        assert!(!operation.path.contains('{'), "{} has an id of an unknown kind", operation.path);
        None
    }

    /// Writes the programs of a client, with what each needs.
    async fn steps(&self, client: Client, folder: &Path) -> Vec<Step> {
        let mut steps = Vec::new();
        for operation in all(&facts()) {
            let file = folder.join(format!("{}.{}", operation.id, client.ending()));
            let mut program = client.program(&operation, &self.gateway.url());
            if client == Client::Go {
                // All in one program: what differs from the page is the name of the function.
                program = program.replace("func main()", &format!("func {}()", go_name(&operation)));
            }
            fs::write(&file, program).unwrap();
            let mut environment: BTreeMap<String, String> =
                self.prepared(&operation).await.into_iter().map(|(name, id)| (name.to_owned(), id)).collect();
            environment.insert("FLUENCE_API_KEY".to_owned(), self.customer.key.clone());
            steps.push(Step { operation, file, environment });
        }
        steps
    }
}

fn go_name(operation: &Operation) -> String {
    format!("run_{}", operation.id)
}

/// The command that runs the programs, in a folder that holds them.
fn command(client: Client, steps: &[Step], folder: &Path) -> Command {
    let runners = repository().join("tests/it/programs");
    let plan = folder.join("plan");
    let (interpreter, runner) = match client {
        Client::Curl => ("sh", "run.sh"),
        Client::Python => ("python3", "run.py"),
        Client::Fetch | Client::Axios => ("node", "run.mjs"),
        Client::Go => ("go", "run.go"),
        Client::Php => ("php", "run.php"),
        Client::Ruby => ("ruby", "run.rb"),
    };
    let mut command = Command::new(interpreter);
    let lines = steps.iter().map(|step| {
        let variables: Vec<String> =
            step.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {} {}\n", step.operation.id, step.file.display(), variables.join(" "))
    });
    let json: Vec<Value> = steps
        .iter()
        .map(|step| {
            json!({ "operation": step.operation.id, "file": step.file, "environment": step.environment })
        })
        .collect();
    let text = if client == Client::Curl { lines.collect() } else { json!(json).to_string() };
    fs::write(&plan, text).unwrap();
    match client {
        Client::Go => {
            let names: String = steps
                .iter()
                .map(|step| format!("\t\"{}\": {},\n", step.operation.id, go_name(&step.operation)))
                .collect();
            let table = format!("package main\n\nvar programs = map[string]func(){{\n{names}}}\n");
            fs::write(folder.join("programs.go"), table).unwrap();
            fs::copy(runners.join(runner), folder.join("main.go")).unwrap();
            let mut files: Vec<PathBuf> = steps.iter().map(|step| step.file.clone()).collect();
            files.extend([folder.join("programs.go"), folder.join("main.go")]);
            command.arg("run").args(files);
        }
        _ => {
            command.arg(runners.join(runner));
        }
    }
    command.arg(plan);
    command
}

/// Runs every program of a client and compares what each printed with the document.
async fn every_operation_answers(client: Client) {
    let stage = Stage::new().await;
    let scratch = Scratch::new();
    let folder = scratch.path().join("programs");
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(repository().join("examples/node_modules"), folder.join("node_modules"))
        .unwrap();
    let steps = stage.steps(client, &folder).await;
    let ran = command(client, &steps, &folder).stdin(Stdio::null()).kill_on_drop(true).output();
    let ran = ran.await.unwrap();
    let (out, err) =
        (String::from_utf8(ran.stdout).unwrap(), String::from_utf8_lossy(&ran.stderr).into_owned());
    assert!(ran.status.success(), "{out}\n{err}");
    let printed: BTreeMap<&str, &str> =
        out.split("=== ").skip(1).filter_map(|part| part.split_once('\n')).collect();
    assert_eq!(printed.len(), steps.len(), "{err}");
    for Step { operation, .. } in &steps {
        let text = printed[operation.id];
        let (head, body) =
            text.split_at(text.find('{').unwrap_or_else(|| panic!("{}: {text}", operation.id)));
        let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {text}"));
        let status = operation.successes[0].status;
        if client != Client::Curl {
            assert_eq!(head.trim(), status.to_string(), "{}: {text}", operation.id);
        }
        let pointer = format!(
            "/paths/{}/{}/responses/{status}/content/application~1json/schema",
            escaped(operation.path),
            operation.verb.as_str()
        );
        assert_valid(&pointer, &body, operation.id);
    }
}

#[tokio::test]
async fn curl_calls_every_operation() {
    every_operation_answers(Client::Curl).await;
}

#[tokio::test]
async fn python_calls_every_operation() {
    every_operation_answers(Client::Python).await;
}

#[tokio::test]
async fn fetch_calls_every_operation() {
    every_operation_answers(Client::Fetch).await;
}

#[tokio::test]
async fn axios_calls_every_operation() {
    every_operation_answers(Client::Axios).await;
}

#[tokio::test]
async fn go_calls_every_operation() {
    every_operation_answers(Client::Go).await;
}

#[tokio::test]
async fn php_calls_every_operation() {
    every_operation_answers(Client::Php).await;
}

#[tokio::test]
async fn ruby_calls_every_operation() {
    every_operation_answers(Client::Ruby).await;
}

#[tokio::test]
async fn the_pages_have_the_programs_with_the_address_of_the_reader() {
    let gateway = Gateway::start().await;
    for operation in all(&facts()) {
        let path = format!("/docs/reference/{}.md", operation.id);
        let page = gateway.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
        for client in Client::ALL {
            let program = client.program(&operation, &gateway.url());
            assert!(page.contains(&program), "{path} has another program for {}", client.title());
        }
    }
}

/// The files of `examples/reference/`, by their paths below it.
fn files() -> BTreeMap<PathBuf, String> {
    let facts = facts();
    let mut files = BTreeMap::new();
    for client in Client::ALL {
        for operation in all(&facts) {
            let name = format!("{}.{}", operation.id, client.ending());
            let program = client.program(&operation, "http://127.0.0.1:8000");
            files.insert(Path::new(&client.title().to_lowercase()).join(name), program);
        }
    }
    files
}

#[test]
fn the_programs_stand_as_files_in_the_examples() {
    let folder = repository().join("examples/reference");
    let files = files();
    if std::env::var_os("WRITE_DOCS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        for (path, program) in &files {
            fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            fs::write(folder.join(path), program).unwrap();
        }
    }
    let mut found = BTreeSet::new();
    for language in fs::read_dir(&folder).unwrap() {
        for file in fs::read_dir(language.unwrap().path()).unwrap() {
            found.insert(file.unwrap().path().strip_prefix(&folder).unwrap().to_owned());
        }
    }
    assert_eq!(found, files.keys().cloned().collect(), "run `WRITE_DOCS=1 make test ARGS=programs`");
    for (path, program) in files {
        let text = fs::read_to_string(folder.join(&path)).unwrap();
        assert_eq!(text, program, "{}: run `WRITE_DOCS=1 make test ARGS=programs`", path.display());
    }
}
