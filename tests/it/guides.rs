//! What the guides for clients say, tried on a real gateway.

use std::process::Stdio;

use fluence::domain::ids::{AccountId, EnvironmentId};
use fluence::domain::key::{Mode, Scope};
use fluence::storage::accounts;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::gateway::{Gateway, answer};

/// The key of a test environment of the account.
async fn test_key(gateway: &Gateway, account: AccountId) -> String {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let id = EnvironmentId::from_uuid(fluence::clock::new_id());
    accounts::create_environment(&mut connection, id, account, "trying", Mode::Test).await.unwrap();
    drop(connection);
    gateway.key(account, |new| new.environment = "trying".into()).await.1
}

/// The cells of the rows of a table that follow a heading.
fn rows<'t>(text: &'t str, heading: &str) -> Vec<Vec<&'t str>> {
    let section = text.split_once(&format!("\n{heading}\n")).unwrap().1;
    let lines =
        section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[tokio::test]
async fn the_people_of_the_guide_get_the_answers_that_it_names() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    let key = test_key(&gateway, customer.account).await;
    let before = gateway.balance(customer.account).await;
    for (guide, heading) in [
        (include_str!("../../docs/testing.md"), "## People for each outcome"),
        (include_str!("../../docs/pt/testing.md"), "## Pessoas para cada resultado"),
    ] {
        let people = rows(guide, heading);
        assert_eq!(people.len(), 5);
        for person in people {
            let body = json!({ "first_name": person[0], "last_name": person[1], "company": person[2] });
            for path in ["/crm", "/analyze"] {
                let answer = gateway.post(path, &key, &body).await;
                assert!(
                    person[3].starts_with(&answer.status.to_string()),
                    "{path} {person:?}: {}",
                    answer.text
                );
                let code = answer.body["error_code"].as_str().unwrap_or_default();
                assert!(person[3].contains(code), "{person:?}: {code}");
                assert_eq!(answer.billing()["creditos_utilizados"], 0);
            }
        }
    }
    assert_eq!(gateway.balance(customer.account).await, before);
}

#[tokio::test]
async fn the_program_that_repeats_calls_runs_as_printed() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    for guide in [include_str!("../../docs/api.md"), include_str!("../../docs/pt/api.md")] {
        let program = guide.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
        let program = program.replace("http://127.0.0.1:8000", &gateway.url());
        let mut python = Command::new("python3");
        python
            .args(["-c", &program])
            .env("FLUENCE_API_KEY", &customer.key)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = python.output().await.unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            printed.contains("'creditos_utilizados': 1"),
            "{printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(gateway.balance(customer.account).await, 998);
}

#[tokio::test]
async fn a_test_key_is_made_as_the_first_guide_says() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let (_, manager) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let guide = include_str!("../../docs/first-call.md");
    let bodies: Vec<Value> = guide
        .split("-d '")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split('\'').next().unwrap()).unwrap())
        .collect();
    let [environment, key, person] = bodies.as_slice() else { panic!("{bodies:?}") };
    let send =
        |path, key: &str, body| gateway.request(Method::POST, path).header("x-api-key", key).json(body);
    assert_eq!(answer(send("/v1/environments", &manager, environment)).await.status, 201);
    let made = answer(send("/v1/keys", &manager, key)).await;
    let secret = made.body["data"]["key"].as_str().unwrap();
    let called = answer(send("/crm", secret, person)).await;
    assert_eq!((called.status, called.header("x-credits-used")), (200, "0"));
}
