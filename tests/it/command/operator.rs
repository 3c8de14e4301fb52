//! `fluence operator`, and what it leaves in the audit log.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::program::{Program, text};
use crate::support::processes::signal;

#[tokio::test]
async fn operators_are_added_listed_changed_and_removed_by_command() {
    let program = Program::new().await;
    let ana = ["--email", "ana@example.com", "--name", "Ana"];
    let add = |role| [&["operator", "add"][..], &ana, &["--role", role]].concat();
    let added = program.json(&add("support"));
    assert_eq!((text(&added, "email").as_str(), &added["minutes"]), ("ana@example.com", &60.into()));
    assert!(text(&added, "link").starts_with("http://127.0.0.1:8001/operator/link?token="), "{added}");
    let again = program.run(&add("admin"));
    assert_eq!(
        again.failure(),
        "operator ana@example.com already exists; `fluence operator link` makes a new link"
    );
    program.json(&["operator", "role", "ANA@example.com", "admin"]);
    let list = program.json(&["operator", "list"]);
    let operators = list["operators"].as_array().unwrap();
    assert_eq!(operators.len(), 1, "{list}");
    assert_eq!((&operators[0]["name"], &operators[0]["role"]), (&"Ana".into(), &"admin".into()));
    assert_eq!(operators[0]["has_second_factor"], false);
    for words in [["operator", "link"], ["operator", "reset"]] {
        let made = program.json(&[&words[..], &["ana@example.com"]].concat());
        assert_ne!(text(&made, "link"), text(&added, "link"), "{words:?}");
    }
    program.json(&["operator", "remove", "ana@example.com"]);
    assert_eq!(program.json(&["operator", "list"])["operators"].as_array().unwrap().len(), 0);
    let gone = program.run(&["operator", "link", "ana@example.com"]);
    assert_eq!(gone.failure(), "operator ana@example.com does not exist; `fluence operator list` lists all");
    program.json(&add("viewer"));
    let log = program.json(&["audit"]);
    let actions: Vec<&str> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["action"].as_str())
        .filter(|action| action.starts_with("operator."))
        .collect();
    let expected = ["added", "changed", "linked", "reset", "removed", "added"];
    assert_eq!(actions, expected.map(|action| format!("operator.{action}")));
}

#[tokio::test]
async fn the_demonstration_opens_the_operators_console_with_a_link_and_a_code() {
    let program = Program::new().await;
    let mut command = program.command(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let link = lines.find(|line| line.contains("/operator/link?token=")).expect("a link is printed");
    let code = lines.next().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = client.get(&link).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("operator@example.com"));
    assert_eq!(code.len(), 16, "{code}");
    signal("TERM", child.id());
    // What is left of standard output is read, so that the program is not stopped by a full pipe.
    lines.for_each(drop);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn an_address_that_is_not_safe_for_operators_keeps_the_gateway_from_starting() {
    let program = Program::new().await;
    for (listen, base, fault) in [
        ("0.0.0.0:8001", "", "operator.base_url"),
        ("0.0.0.0:8001", "http://ops.acme.test", "operator.base_url"),
        ("127.0.0.1:8000", "", "operator.listen"),
        ("8001", "", "operator.listen"),
    ] {
        let mut command = program.command(&["config", "check"]);
        let out = command
            .env("FLUENCE_OPERATOR_LISTEN", listen)
            .env("FLUENCE_OPERATOR_BASE_URL", base)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
        let variable = fault.to_uppercase().replace('.', "_");
        let is_named = said.contains(fault) || said.contains(&format!("FLUENCE_{variable}"));
        assert!(!out.status.success() && is_named, "{listen} {base}: {said}");
    }
}
