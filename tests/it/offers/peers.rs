//! Programs of others on both sides of a forwarded route: official clients of the chat protocol,
//! and libraries that verify who calls. `scripts/need.sh peers` installs them.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use fluence::domain::offer_set::SetKind;
use fluence::domain::plan::Plan;
use fluence::secret::signing::TokenSigner;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::applied;
use super::shop::Shop;
use crate::support::documented;
use crate::support::gateway::{Gateway, answer, eventually};
use crate::support::upstream::Behaviour;

const PYTHON: &str = "py";
const NODE: &str = "mjs";

/// Runs `tests/peers/NAME` in one of the languages. Returns the JSON that it prints, or what it
/// says of a failure.
async fn run(name: &str, language: &str, arguments: &[&str]) -> Result<Value, String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let interpreter = match language {
        PYTHON => tests.join(".venv/bin/python"),
        _ => PathBuf::from("node"),
    };
    assert!(
        tests.join(".venv/bin/python").exists() && tests.join("node_modules/jose").exists(),
        "libraries are missing. Run `scripts/need.sh peers`"
    );
    let mut command = Command::new(interpreter);
    command.arg(tests.join("peers").join(format!("{name}.{language}"))).args(arguments);
    let output = command.env("NO_PROXY", "*").stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.success() {
        true => Ok(serde_json::from_str(&out).unwrap()),
        false => Err(err.into_owned()),
    }
}

/// The upstream of the example, and its address.
async fn example_upstream() -> (Child, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sell-a-chat-api/upstream.py");
    let mut upstream = Command::new("python3");
    let upstream = upstream.arg(script).arg("0").stdout(Stdio::piped()).kill_on_drop(true).spawn();
    let mut upstream = upstream.unwrap();
    let mut said = String::new();
    BufReader::new(upstream.stdout.take().unwrap()).read_line(&mut said).await.unwrap();
    (upstream, said.trim().strip_prefix("listening on ").unwrap().to_owned())
}

async fn official_client_chats(language: &str) {
    let (_upstream, target) = example_upstream().await;
    let gateway = Gateway::start().await;
    // Its answers are those of the example's upstream.
    documented::except(gateway.address());
    let customer = gateway.customer_on(|plan: &mut Plan| plan.access.push("chat".parse().unwrap())).await;
    let routes = include_str!("../../../examples/sell-a-chat-api/routes.toml");
    assert!(routes.contains("http://127.0.0.1:9000"));
    applied(&gateway.database, SetKind::Routes, &routes.replace("http://127.0.0.1:9000", &target)).await;
    let is_sold = async || {
        let request =
            gateway.request(Method::POST, "/v1/chat/completions").header("x-api-key", &customer.key);
        answer(request.header("x-dry-run", "true").body("{}")).await.status == 200
    };
    eventually("the route is in force", is_sold).await;
    let base_url = format!("{}/v1", gateway.url());
    let chatted = run("chat", language, &[&base_url, &customer.key]).await.unwrap();
    let said = "You said: four words of text";
    let streamed = format!("{said} ");
    assert_eq!(
        chatted,
        json!({
            "whole": said, "tokens": [4, 6], "streamed": streamed, "counted": streamed,
            "events_not_asked_for": 0, "usage": [4, 6],
            "first": "You ", "refused": 401,
        })
    );
    // Four credits each: the one that was stopped is read to its end.
    eventually("all four are charged", async || {
        gateway.settled().await;
        gateway.balance(customer.account).await == 1_000 - 16
    })
    .await;
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn the_official_python_client_chats() {
    official_client_chats(PYTHON).await;
}

#[tokio::test]
async fn the_official_node_client_chats() {
    official_client_chats(NODE).await;
}

/// A shop whose upstream asks for signatures, and the token of a call.
async fn with_token() -> (Shop, String) {
    let shop =
        Shop::selling(vec![Behaviour::Answers(200, "{}".into())], "credits = 3\n", "identity = \"signed\"\n")
            .await;
    let sent =
        shop.request(Method::POST).header("fluence-identity", "forged").header("Fluence_Identity", "x");
    assert_eq!(answer(sent).await.status, 200);
    let request = shop.server.requests().remove(0);
    let tokens: Vec<&str> = request
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| name.to_ascii_lowercase().replace('_', "-") == "fluence-identity")
        .map(|(_, token)| token)
        .collect();
    let [token] = tokens[..] else { panic!("{request}") };
    (shop, token.to_owned())
}

async fn library_verifies(language: &str, refusals: [&str; 4]) {
    let (shop, token) = with_token().await;
    let keys = format!("{}/.well-known/fluence-identity.json", shop.gateway.url());
    let issuer = "fluence-behavioral-intelligence-api";
    let verify = async |audience: &str, issuer: &str, token: &str| {
        run("verify_identity", language, &[&keys, audience, issuer, token]).await
    };
    let mut claims = verify("images", issuer, &token).await.unwrap();
    let (iat, exp) = (claims["iat"].take().as_i64().unwrap(), claims["exp"].take().as_i64().unwrap());
    assert_eq!(exp - iat, 60);
    let customer = &shop.customer;
    let plan: (String, String) = sqlx::query_as("select edition, plan from account where id = $1")
        .bind(customer.account.as_uuid())
        .fetch_one(shop.gateway.database.pool())
        .await
        .unwrap();
    let environment = claims["env"].take();
    assert!(environment.as_str().is_some_and(|id| id.len() == 36), "{environment}");
    let expected = json!({
        "iss": issuer, "aud": "images", "sub": customer.account.to_string(), "key": customer.key_id.to_string(),
        "env": null, "mode": "live", "plan": format!("{}/{}", plan.0, plan.1), "iat": null, "exp": null,
    });
    assert_eq!(claims, expected);

    let signer = TokenSigner::new(&shop.gateway.peppers).unwrap();
    let old = json!({ "iss": issuer, "aud": "images", "iat": iat - 600, "exp": iat - 540 });
    let old = signer.sign(&old).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let tampered = format!("{signed}.{first}{}", &signature[1..]);
    let refused = [
        verify("other", issuer, &token).await,
        verify("images", "https://other.example", &token).await,
        verify("images", issuer, &old).await,
        verify("images", issuer, &tampered).await,
    ];
    for (refused, reason) in refused.into_iter().zip(refusals) {
        let said = refused.unwrap_err();
        assert!(said.contains(reason), "{reason}: {said}");
    }
}

#[tokio::test]
async fn a_python_library_verifies_who_calls_and_refuses_what_is_wrong() {
    let refusals =
        ["InvalidAudienceError", "InvalidIssuerError", "ExpiredSignatureError", "InvalidSignatureError"];
    library_verifies(PYTHON, refusals).await;
}

#[tokio::test]
async fn a_node_library_verifies_who_calls_and_refuses_what_is_wrong() {
    let refusals = ["\"aud\"", "\"iss\"", "ERR_JWT_EXPIRED", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"];
    library_verifies(NODE, refusals).await;
}

#[tokio::test]
async fn a_token_is_made_once_for_many_calls_and_no_other_upstream_gets_one() {
    let (shop, token) = with_token().await;
    for _ in 0..3 {
        assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
    }
    assert!(shop.server.requests().iter().all(|request| request.contains(&token)));
    shop.sell(&format!("http://{}", shop.server.address), "credits = 3\n", "").await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
    let last = shop.server.requests().pop().unwrap();
    assert!(!last.to_ascii_lowercase().contains("fluence-identity"), "{last}");
}
