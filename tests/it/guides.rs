//! What the guides for clients say, tried on a real gateway.

use std::process::Stdio;

use fluence::domain::ids::{AccountId, EnvironmentId};
use fluence::domain::key::{Mode, Scope};
use fluence::storage::environments;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::gateway::{Gateway, answer};
use crate::support::scratch::Scratch;

/// The key of a test environment of the account.
async fn test_key(gateway: &Gateway, account: AccountId) -> String {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let id = EnvironmentId::from_uuid(fluence::clock::new_id());
    environments::create(&mut connection, id, account, "trying", Mode::Test).await.unwrap();
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

/// The programs in Python of a text.
pub(crate) fn programs(guide: &str) -> Vec<&str> {
    guide.split("```python\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

/// The program of a text that repeats calls, with a call by it.
fn repeating_program(guide: &str) -> String {
    programs(guide)[..2].join("\n\n")
}

/// Runs a program in Python and returns what it printed to both outputs.
async fn python(program: &str, key: &str) -> String {
    let mut python = Command::new("python3");
    python.args(["-c", program]).env("FLUENCE_API_KEY", key).stdin(Stdio::null()).kill_on_drop(true);
    let output = python.output().await.unwrap();
    [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
}

#[tokio::test]
async fn the_program_that_repeats_calls_runs_as_printed() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    for guide in [include_str!("../../docs/api.md"), include_str!("../../docs/pt/api.md")] {
        let program = repeating_program(guide).replace("http://127.0.0.1:8000", &gateway.url());
        let printed = python(&program, &customer.key).await;
        assert!(printed.contains("'creditos_utilizados': 1"), "{printed}");
    }
    assert_eq!(gateway.balance(customer.account).await, 998);
}

#[tokio::test]
async fn the_program_that_imports_contacts_runs_as_printed_and_can_run_again() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let folder = Scratch::new();
    std::fs::create_dir_all(folder.path()).unwrap();
    let table = "\u{feff}first_name,last_name,company,email\nAna,Lima,Altavela,ana@example.com\n,Souza,Altavela,\nJoão,Reis,Altavela,\n";
    std::fs::write(folder.path().join("contacts.csv"), table).unwrap();
    for guide in [include_str!("../../docs/contacts.md"), include_str!("../../docs/pt/contacts.md")] {
        let program = programs(guide)[0].replace("http://127.0.0.1:8000", &gateway.url());
        let program = format!("import os; os.chdir({:?})\n{program}", folder.path());
        let printed = python(&program, &customer.key).await;
        assert!(printed.starts_with("contact 2: ") && printed.lines().count() == 1, "{printed}");
        assert!(printed.contains("VALIDATION_FAILED") && printed.contains("first_name"), "{printed}");
        let kept = gateway.get("/v1/contacts", &customer.key).await;
        let names: Vec<&Value> =
            kept.body["data"].as_array().unwrap().iter().map(|one| &one["first_name"]).collect();
        assert_eq!(names, ["Ana", "João"]);
    }
}

/// In place of the network: answers in their order, and the waits between them, which take no time.
const SCRIPTED: &str = r#"
import requests, time
answers, waits, keys = iter(ANSWERS), [], set()
time.sleep = waits.append
def post(url, headers, json, timeout):
    keys.add(headers["Idempotency-Key"])
    answer = next(answers)
    if isinstance(answer, Exception):
        raise answer
    response = requests.Response()
    response.status_code, response._content = answer[0], b'{"billing_info": "the answer"}'
    response.headers.update(answer[1])
    return response
requests.post = post
"#;

#[tokio::test]
async fn the_program_that_repeats_calls_follows_the_table_above_it() {
    let timeout = "requests.ReadTimeout()";
    for (answers, waits, ends_with) in [
        ("(200, {})", "[]", "the answer"),
        (&*format!("{timeout}, requests.ConnectionError(), (200, {{}})"), "[1, 2]", "the answer"),
        ("(409, {'Retry-After': '1'}), (503, {'Retry-After': '7'}), (200, {})", "[1, 7]", "the answer"),
        ("(500, {}), (502, {}), (504, {}), (200, {})", "[1, 2, 4]", "the answer"),
        // Several people match: a repetition gives the same answer and costs again.
        ("(409, {})", "[]", "the answer"),
        ("(402, {})", "[]", "the answer"),
        // The quota of the period: the answer comes back, and the program does not sleep for a day.
        ("(429, {'Retry-After': '86409'})", "[]", "the answer"),
        // The last attempt is followed by no wait.
        (&*["(500, {})"; 5].join(", "), "[1, 2, 4, 8]", "the answer"),
        (&*[timeout; 5].join(", "), "[1, 2, 4, 8]", "RuntimeError: no answer"),
    ] {
        for guide in [include_str!("../../docs/api.md"), include_str!("../../docs/pt/api.md")] {
            let scripted = SCRIPTED.replace("ANSWERS", &format!("[{answers}]"));
            let program = repeating_program(guide);
            let report = "import atexit\natexit.register(lambda: print('waits', waits, len(keys), 'key'))\n";
            let printed = python(&format!("{scripted}{report}{program}"), "a-key").await;
            assert!(printed.contains(ends_with), "{answers}: {printed}");
            assert!(printed.contains(&format!("waits {waits} 1 key")), "{answers}: {printed}");
        }
    }
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

#[tokio::test]
async fn a_key_is_rotated_as_the_guide_says() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    for (guide, heading, language, sentence) in [
        (
            include_str!("../../docs/keys.md"),
            "## Rotating a key without a gap",
            "en",
            "This secret no longer works: the API key was rotated and has another secret.",
        ),
        (
            include_str!("../../docs/pt/keys.md"),
            "## Trocar o segredo sem interrupção",
            "pt-BR",
            "Este segredo não funciona mais: ele foi trocado, e a chave de API tem outro.",
        ),
    ] {
        let (_, old) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
        let section = guide.split_once(heading).unwrap().1.split_once("\n## ").unwrap().0;
        let words: Vec<&str> = section.split_whitespace().collect();
        assert!(words.join(" ").contains(sentence), "{section}");
        assert!(section.contains("`key.id`") && section.contains("`data[].id`"), "{section}");
        let id = gateway.get("/v1/account", &old).await.body["key"]["id"].as_str().unwrap().to_owned();
        let listed = gateway.get("/v1/keys", &old).await.body["data"].clone();
        assert!(listed.as_array().unwrap().iter().any(|key| key["id"] == id), "{listed}");
        let path = |end: &str| format!("/v1/keys/{id}/{end}");
        assert!(section.contains("/v1/keys/KEY_ID/rotate"), "{section}");
        let body = section.split_once("-d '").unwrap().1.split('\'').next().unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let rotated = gateway.post(&path("rotate"), &old, &body).await;
        let new = rotated.body["data"]["key"].as_str().unwrap().to_owned();
        for key in [&old, &new] {
            assert_eq!(gateway.get("/creditos", key).await.status, 200);
        }
        let ended =
            answer(gateway.request(Method::POST, &path("end-overlap")).header("x-api-key", &new)).await;
        assert_eq!(ended.status, 200, "{}", ended.text);
        let asked = gateway.request(Method::GET, "/creditos").header("x-api-key", &old);
        let refused = answer(asked.header("accept-language", language)).await;
        assert_eq!(refused.outcome(), (401, "EXPIRED_API_KEY"));
        assert_eq!(refused.body["error"]["message"], sentence);
        assert_eq!(gateway.get("/creditos", &new).await.status, 200);
    }
}
