//! Tools of others read the document: Schemathesis looks for answers that are not what it says, and
//! a generator makes a client from it. `scripts/need.sh openapi` installs both.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use fluence::domain::ids::EnvironmentId;
use fluence::domain::key::Mode;
use fluence::domain::key::Scope;
use fluence::storage::environments;
use tokio::process::Command;

use crate::guides::programs;
use crate::support::gateway::Gateway;
use crate::support::scratch::Scratch;

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A tool of the Python environment.
pub(crate) fn tool(name: &str) -> Command {
    let path = tests_folder().join(".venv/bin").join(name);
    assert!(path.exists(), "{} is missing. Run `scripts/need.sh openapi`", path.display());
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs a tool to its end and returns what it printed, having ended well.
pub(crate) async fn ran(mut command: Command) -> String {
    let output = command.output().await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

/// Runs Schemathesis on some operations with an unused key of a test environment that has every
/// scope.
async fn find_nothing(gateway: &Gateway, selection: [&str; 2]) {
    let customer = gateway.customer("2025-06", "enterprise").await;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let id = EnvironmentId::from_uuid(fluence::clock::new_id());
    environments::create(&mut connection, id, customer.account, "fuzzing", Mode::Test).await.unwrap();
    drop(connection);
    let of_fuzzing = |key: &mut fluence::storage::keys::NewKey| {
        key.environment = "fuzzing".into();
        key.terms.scopes = Scope::ALL.to_vec();
    };
    let (_, key) = gateway.key(customer.account, of_fuzzing).await;
    // The tool writes into the folder in which it runs.
    let scratch = Scratch::new();
    std::fs::create_dir_all(scratch.path()).unwrap();
    let mut schemathesis = tool("st");
    schemathesis
        .current_dir(scratch.path())
        .arg(format!("--config-file={}", tests_folder().join("schemathesis.toml").display()))
        .args(["--no-color", "run", &format!("{}/openapi.json", gateway.url())])
        .args(["--header", &format!("X-API-Key: {key}"), "--checks=all", "--continue-on-failure"])
        .args(["--max-examples=20", "--seed=1", "--generation-database=none", "--report-dir=/nonexistent"])
        .args(selection);
    let out = ran(schemathesis).await;
    for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
        assert!(out.contains(&format!("✅ {phase}\n")), "{phase}: {out}");
    }
}

/// Settings under which wrong keys are not throttled: the tool sends many on purpose.
const WITHOUT_THROTTLE: [(&str, &str); 1] = [("FLUENCE_KEYS_MAX_FAILED_ATTEMPTS", "1000000")];

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() {
    let gateway = Gateway::start_with(&WITHOUT_THROTTLE).await;
    gateway.with_sample_people().await;
    find_nothing(&gateway, ["--exclude-path-regex", r"^/v1/keys/\{id\}"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_about_changes_of_keys_its_own_included() {
    let gateway = Gateway::start_with(&WITHOUT_THROTTLE).await;
    find_nothing(&gateway, ["--include-path-regex", r"^/v1/keys/\{id\}"]).await;
}

/// Generates a Python client of a gateway, as docs/api.md says. Returns its folder.
pub(crate) async fn generated_client(gateway: &Gateway, scratch: &Scratch) -> PathBuf {
    std::fs::create_dir_all(scratch.path()).unwrap();
    let client = scratch.path().join("client");
    let mut generator = tool("openapi-python-client");
    generator
        .args(["generate", "--url", &format!("{}/openapi.json", gateway.url()), "--output-path"])
        .arg(&client);
    let out = ran(generator).await;
    assert!(!out.contains("WARNING parsing"), "{out}");
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_makes_a_paid_call() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let scratch = Scratch::new();
    let client = generated_client(&gateway, &scratch).await;
    for guide in [include_str!("../../../docs/api.md"), include_str!("../../../docs/pt/api.md")] {
        let program = programs(guide)[2].replace("http://127.0.0.1:8000", &gateway.url());
        let mut call = tool("python");
        call.args(["-c", &program]).env("PYTHONPATH", &client).env("FLUENCE_API_KEY", &customer.key);
        assert_eq!(ran(call).await, "Duarte Prado 2\n");
    }
    assert_eq!(gateway.balance(customer.account).await, 996);
}
