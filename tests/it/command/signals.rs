//! SIGHUP, sent to the real program.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use fluence::secret::generate_pepper;

use super::program::{Program, Ran, bare};
use super::serving::Serving;
use crate::support::gateway::eventually;
use crate::support::processes::alive;
use crate::support::scratch::Scratch;
use crate::support::tls::{Certificates, connect};

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reloads_the_log_level_and_tells_what_needs_a_restart() {
    let (program, scratch) = (Program::new().await, Scratch::new());
    std::fs::create_dir_all(scratch.path()).unwrap();
    let file = scratch.path().join("fluence.toml");
    write(&file, "[log]\nlevel = \"info\"");
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("FLUENCE_CONFIG", &file);
    let serving = Serving::start(command);
    let address = serving.address();
    let call = || reqwest::get(format!("{address}/nowhere"));

    write(&file, "region = \"sul\"\n[log]\nlevel = \"info,fluence::request=off\"");
    serving.hang_up();
    let said = serving.line("SIGHUP: changed settings need a restart");
    assert_eq!(said["settings"], "region");
    assert_eq!(call().await.unwrap().status(), 404);

    write(&file, "[log]\nlevel = \"loud\"");
    serving.hang_up();
    let faulty = serving.next_line();
    let message = faulty["message"].as_str().unwrap();
    assert!(message.starts_with("SIGHUP: faulty settings"), "the call was not logged: {faulty}");
    assert!(faulty["error"].as_str().unwrap().contains("line 2, column 1: must be error, warn"), "{faulty}");

    write(&file, "");
    serving.hang_up();
    serving.line("SIGHUP: settings reloaded");
    assert_eq!(call().await.unwrap().status(), 404);
    let logged = serving.next_line();
    assert_eq!(logged["status"], 404, "{logged}");
    serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_tells_which_secrets_of_files_have_changed() {
    let (program, scratch) = (Program::new().await, Scratch::new());
    std::fs::create_dir_all(scratch.path()).unwrap();
    let (pepper, redis) = (scratch.path().join("pepper"), scratch.path().join("redis"));
    write(&pepper, &program.pepper);
    write(&redis, "redis://:one@127.0.0.1:1/0");
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env_remove("FLUENCE_PEPPER").env("FLUENCE_PEPPER_FILE", &pepper);
    command.env("FLUENCE_REDIS_URL_FILE", &redis);
    let serving = Serving::start(command);
    serving.address();
    serving.hang_up();
    serving.line("SIGHUP: settings reloaded");
    write(&redis, "redis://:two@127.0.0.1:1/0");
    serving.hang_up();
    assert_eq!(serving.line("SIGHUP: changed settings need a restart")["settings"], "redis_url");
    write(&pepper, &generate_pepper());
    serving.hang_up();
    assert_eq!(serving.line("SIGHUP: changed settings need a restart")["settings"], "redis_url, pepper");
    serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_takes_up_a_new_certificate_and_keeps_the_old_one_if_it_is_faulty() {
    let (program, certificates) = (Program::new().await, Certificates::new());
    for name in ["one", "two", "served"] {
        certificates.make(name, false, None);
    }
    certificates.replace("served", "one");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let with_tls = |words: &[&str]| {
        let mut command = program.command(words);
        command
            .env("FLUENCE_TLS_CERT_FILE", certificates.path("served.pem"))
            .env("FLUENCE_TLS_KEY_FILE", certificates.path("served.key"))
            .env("FLUENCE_METRICS_LISTEN", &free);
        command
    };
    let serving = Serving::start(with_tls(&["serve", "--listen", "127.0.0.1:0"]));
    let address = serving.address().trim_start_matches("http://").parse().unwrap();
    let is_served = async |name: &str| connect(address, &certificates.client(name, None)).await.is_ok();
    assert!(is_served("one").await && !is_served("two").await);
    let healthy: Ran = with_tls(&["healthcheck", "--json"]).output().unwrap().into();
    assert_eq!(healthy.json()["ready"], true);
    let metrics =
        async || reqwest::get(format!("http://{free}/metrics")).await.unwrap().text().await.unwrap();
    let started = metrics().await;
    assert!(started.contains("gateway_tls_expires_at_seconds "), "known before any reload: {started}");

    certificates.replace("served", "two");
    serving.hang_up();
    assert_eq!(serving.line("files reloaded")["part"], "tls");
    serving.line("SIGHUP: settings reloaded");
    assert!(is_served("two").await && !is_served("one").await);

    std::fs::write(certificates.path("served.key"), "no key").unwrap();
    serving.hang_up();
    let failed = serving.line("reloading files failed");
    assert!(failed["error"].as_str().unwrap().contains("has no private key"), "{failed}");
    assert!(is_served("two").await);
    serving.line("SIGHUP: settings reloaded");
    let metrics = metrics().await;
    assert!(metrics.contains("gateway_config_faulty{part=\"tls\"} 1"), "{metrics}");
    // Every part is read again, changed or not.
    assert!(metrics.contains("gateway_config_faulty{part=\"upstream files\"} 0"), "{metrics}");
    assert!(metrics.contains("gateway_tls_expires_at_seconds "), "{metrics}");
    serving.stop();

    let refused: Ran = with_tls(&["serve"]).output().unwrap().into();
    assert!(refused.failure().starts_with("TLS: ") && refused.err.contains("has no private key"));
}

fn command(scratch: &Scratch, words: &[&str]) -> Ran {
    bare(words).env("FLUENCE_DATA_DIR", scratch.path()).output().unwrap().into()
}

/// The terminal is one that the `script` program makes.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_terminal_closes_stops_and_leaves_no_server_behind() {
    let scratch = Scratch::new();
    let serve = bare(&["serve", "--listen", "127.0.0.1:0"]);
    let line = format!("exec {} serve --listen 127.0.0.1:0", serve.get_program().to_str().unwrap());
    let mut terminal = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("SHELL", "/bin/sh")
        .env("FLUENCE_DATA_DIR", scratch.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("serving")), "it serves");
    let postmaster = scratch.postmaster().unwrap();
    // Commands on the same folder find it, whatever its port.
    let demo = command(&scratch, &["demo", "--json"]);
    let url = demo.json()["calls"][0]["curl"].as_str().unwrap().to_owned();
    assert!(url.contains("http://127.0.0.1:") && !url.contains(":8000/"), "{url}");
    assert_eq!(command(&scratch, &["healthcheck", "--json"]).json()["ready"], true);
    assert_eq!(command(&scratch, &["healthcheck", "--url", "http://127.0.0.1:1"]).status, 1);
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    eventually("the private server stops", async || !alive(postmaster)).await;
    assert_eq!(scratch.postmaster(), None);
}
