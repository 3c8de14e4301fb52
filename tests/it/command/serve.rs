//! `fluence serve`, from its command line to its exit status.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use serde_json::Value;

use super::program::Program;
use crate::support::processes::signal;

/// A gateway that has said where it listens.
struct Serving {
    child: Child,
    lines: Vec<String>,
}

/// Starts a gateway and waits for its demonstration.
fn serve(program: &Program) -> Serving {
    let mut command = program.command(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let curls = out.lines().map(Result::unwrap).filter(|line| line.starts_with("curl ")).take(4).collect();
    Serving { child, lines: curls }
}

/// What stands between two marks of a line.
fn between<'a>(line: &'a str, before: &str, after: char) -> Option<&'a str> {
    line.split_once(before)?.1.split(after).next()
}

#[tokio::test]
async fn the_demonstration_lines_are_answered_and_a_signal_ends_it_in_order() {
    let program = Program::new().await;
    let mut serving = serve(&program);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut key = "";
    for line in &serving.lines {
        let url = between(line, "curl -sS ", ' ').unwrap();
        key = between(line, "X-API-Key: ", '\'').unwrap();
        let request = match between(line, "-d '", '\'') {
            Some(body) => client.post(url).header("Content-Type", "application/json").body(body.to_owned()),
            None => client.get(url),
        };
        let answer = request.header("X-API-Key", key).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{line}");
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["status"] == "healthy" || answer["success"] == true, "{answer}");
    }
    signal("TERM", serving.child.id());
    let mut log = String::new();
    serving.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(serving.child.wait().unwrap().code(), Some(0), "{log}");
    assert!(log.contains("\"signal\":\"SIGTERM\"") && !log.contains(key), "{log}");
    let open: i64 = sqlx::query_scalar("select count(*) from ledger_epoch where closed_at is null")
        .fetch_one(program.database.pool())
        .await
        .unwrap();
    assert_eq!(open, 0);
    assert_eq!(program.balance("01900000-0000-7000-8000-00000000d3e0"), 996);
}

#[tokio::test]
async fn the_development_mode_is_refused_on_a_public_address() {
    let program = Program::new().await;
    let failed = program.run(&["serve", "--dev", "--listen", "0.0.0.0:0"]);
    assert_eq!((failed.status, failed.out.as_str()), (1, ""));
    let last = failed.err.lines().last().unwrap();
    assert!(last.starts_with("fluence: --dev serves requests without a key"), "{last}");
}

#[tokio::test]
async fn serve_ends_even_if_its_log_is_not_read() {
    let program = Program::new().await;
    let mut serving = serve(&program);
    let url = between(&serving.lines[0], "curl -sS ", ' ').unwrap();
    let catalogue = format!("http://{}/tiers", url.split('/').nth(2).unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    // Each is a line, and a pipe takes 64 KiB.
    for _ in 0..500 {
        assert_eq!(client.get(&catalogue).send().await.unwrap().status().as_u16(), 200);
    }
    signal("TERM", serving.child.id());
    let ended = tokio::task::spawn_blocking(move || (serving.child.wait().unwrap(), serving));
    let (status, _) = tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}
