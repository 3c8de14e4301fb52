//! Prices by figures: what a call costs, and what its receipt says of it.

use chrono::TimeDelta;
use fluence::clock::{id_of, now};
use fluence::storage::operator::busiest::of_hour;
use reqwest::Method;
use serde_json::{Value, json};

use super::shop::Shop;
use crate::command::program::{Ran, bare};
use crate::support::gateway::{Answer, answer, eventually};
use crate::support::upstream::Behaviour;

pub(super) const TOKENS: &str = "credits = { hold = 20, min = 1, missing = \"min\", counts = [\
    { of = \"json:/usage/prompt\", each = 1000, costs = 1 }, { of = \"json:/usage/completion\", each = 1000, costs = 4 }] }\n";

fn says(headers: &str, body: &str) -> Behaviour {
    let length = body.len();
    Behaviour::Says(
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n{body}")
            .into_bytes(),
    )
}

pub(super) fn usage(prompt: u32, completion: u32) -> Behaviour {
    says("", &json!({ "usage": { "prompt": prompt, "completion": completion } }).to_string())
}

async fn called(shop: &Shop) -> Answer {
    answer(shop.request(Method::POST).body("{}")).await
}

#[tokio::test]
async fn a_price_in_the_answer_is_not_avoided_by_asking_for_a_part() {
    let shop = Shop::selling(vec![usage(1_500, 600)], TOKENS, "").await;
    let sent = shop.request(Method::POST).header("range", "bytes=0-4").header("if-range", "\"v1\"");
    assert_eq!(answer(sent.body("{}")).await.header("x-credits-used"), "4");
    let request = shop.server.requests()[0].to_ascii_lowercase();
    assert!(!request.contains("range: "), "{request}");
}

#[tokio::test]
async fn tokens_in_the_answer_are_charged_and_the_receipt_shows_how() {
    let shop = Shop::selling(vec![usage(1_500, 600)], TOKENS, "").await;
    let answered = called(&shop).await;
    assert_eq!((answered.status, answered.header("x-credits-used")), (200, "4"), "{}", answered.text);
    assert_eq!(answered.header("x-credits-remaining"), "996");
    assert_eq!(shop.balance().await, 996);
    let receipt = shop.receipt(&answered).await;
    assert_eq!(
        (&receipt["credits"], &receipt["credits_held"], &receipt["outcome"]),
        (&json!(4), &json!(20), &json!("answered"))
    );
    let count = |of: &str, figure: &str, costs: u32| json!({ "of": of, "figure": figure, "each": 1000, "costs": costs });
    let price = json!({
        "base": 0, "min": 1, "held": 20, "computed": 4, "charged": 4, "missing": null,
        "counts": [count("json:/usage/prompt", "1500", 1), count("json:/usage/completion", "600", 4)],
    });
    assert_eq!(receipt["price"], price);
    shop.gateway.assert_books_are_right().await;
    // What is given back of the hold does not make the call one without a charge.
    let mut connection = shop.gateway.database.pool().acquire().await.unwrap();
    let an_hour_ago = id_of(now() - TimeDelta::hours(2));
    eventually("the charge is written", async || {
        let mut connection = shop.gateway.database.pool().acquire().await.unwrap();
        of_hour(&mut connection, an_hour_ago).await.unwrap().by_credits[0].credits == 4
    })
    .await;
    let busiest = of_hour(&mut connection, an_hour_ago).await.unwrap();
    assert_eq!((busiest.by_credits[0].calls, busiest.by_credits[0].uncharged), (1, 0));
    assert!(busiest.by_failures.is_empty(), "{:?}", busiest.by_failures);
}

#[tokio::test]
async fn more_than_the_hold_is_never_charged() {
    let shop = Shop::selling(vec![usage(900_000, 900_000)], TOKENS, "").await;
    let answered = called(&shop).await;
    assert_eq!((answered.header("x-credits-used"), shop.balance().await), ("20", 980));
    let price = &shop.receipt(&answered).await["price"];
    assert_eq!((&price["computed"], &price["charged"]), (&json!(4_500), &json!(20)));
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_missing_figure_is_charged_as_the_route_says_and_zero_is_no_missing_figure() {
    for (rule, charged, outcome) in
        [("min", 2, "figure_missing"), ("hold", 9, "figure_missing"), ("release", 0, "uncounted")]
    {
        let price = format!(
            "credits = {{ hold = 9, min = 2, missing = \"{rule}\", counts = [{{ of = \"header:X-Units\", costs = 3 }}] }}\n"
        );
        let shop = Shop::selling(vec![says("", "{}")], &price, "").await;
        let answered = called(&shop).await;
        assert_eq!(answered.status, 200);
        assert_eq!(1_000 - shop.balance().await, charged, "{rule}");
        let receipt = shop.receipt(&answered).await;
        assert_eq!(receipt["outcome"], outcome, "{rule}");
        let expected = if charged == 0 { Value::Null } else { json!(rule) };
        assert_eq!(receipt["price"]["missing"], expected, "{rule}");
        shop.gateway.assert_books_are_right().await;
    }
    let price = "credits = { hold = 9, min = 2, missing = \"hold\", counts = [{ of = \"header:X-Units\", costs = 3 }] }\n";
    for (headers, charged) in [
        ("x-units: 0\r\n", 2),
        ("x-units: 2\r\n", 6),
        ("x-units: 1.5\r\n", 5),
        ("x-units: 1\r\nx-units: 1\r\n", 9),
        ("x-units: -1\r\n", 9),
        ("x-units: NaN\r\n", 9),
        ("x-units: one\r\n", 9),
    ] {
        let shop = Shop::selling(vec![says(headers, "{}")], price, "").await;
        let answered = called(&shop).await;
        assert_eq!((answered.status, 1_000 - shop.balance().await), (200, charged), "{headers}");
    }
}

#[tokio::test]
async fn an_encoded_answer_has_no_figure() {
    let shop = Shop::selling(
        vec![says("content-encoding: br\r\n", "{\"usage\":{\"prompt\":9,\"completion\":9}}")],
        TOKENS,
        "",
    )
    .await;
    let answered = called(&shop).await;
    assert_eq!(answered.status, 200);
    assert_eq!(shop.receipt(&answered).await["outcome"], "figure_missing");
    let request = shop.server.requests().remove(0).to_ascii_lowercase();
    assert!(request.contains("\r\naccept-encoding: identity\r\n"), "{request}");
}

#[tokio::test]
async fn a_request_that_bounds_its_price_has_less_held() {
    let price = "credits = { hold = 20, missing = \"hold\", counts = [{ of = \"header:X-Units\", costs = 1 }], \
                 hold_by = { of = \"request:/max_tokens\", each = 100, costs = 1, plus = 2 } }\n";
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], price, "").await;
    for (body, held) in [
        (r#"{"max_tokens":300}"#, 5),
        (r#"{"max_tokens":1}"#, 3),
        (r#"{"max_tokens":99999}"#, 20),
        (r#"{"max_tokens":null}"#, 20),
        ("{}", 20),
        (r#"{"MAX_TOKENS":1}"#, 20),
        ("no JSON", 20),
    ] {
        let asked = answer(shop.request(Method::POST).header("x-dry-run", "true").body(body)).await;
        assert_eq!((asked.status, &asked.body["dry_run"]["credits"]), (200, &json!(held)), "{body}");
        assert_eq!(asked.body["dry_run"]["credits_min"], 0, "{body}");
        let answered = answer(shop.request(Method::POST).body(body)).await;
        assert_eq!(answered.header("x-credits-used"), held.to_string(), "{body}");
    }
    // What stands there is not what the upstream reads.
    let encoded = shop.request(Method::POST).header("content-encoding", "gzip").body(r#"{"max_tokens":1}"#);
    assert_eq!(answer(encoded).await.header("x-credits-used"), "20");
    let requests = shop.server.requests().len();
    for body in [
        r#"{"max_tokens":-1}"#,
        r#"{"max_tokens":"5"}"#,
        r#"{"max_tokens":1e300}"#,
        r#"{"max_tokens":1,"max_tokens":2}"#,
        r#"{"max_tokens":1,"MAX_TOKENS":2}"#,
        "{\"max_to\u{212a}ens\":2,\"max_tokens\":1}",
        "{\"max_tokens\":1,\"max_token\u{17f}\":2}",
    ] {
        let refused = answer(shop.request(Method::POST).body(body)).await;
        assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"), "{body}");
        assert!(refused.text.contains("/max_tokens"), "{}", refused.text);
    }
    assert_eq!(shop.server.requests().len(), requests);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn sizes_and_time_are_measured_by_the_gateway() {
    let price = "credits = { base = 2, hold = 90, counts = [{ of = \"kib:request\", each = 2, costs = 1 }, \
                 { of = \"kib:answer\", costs = 10 }, { of = \"seconds\", each = 1000000, costs = 1 }] }\n";
    let shop = Shop::selling(vec![Behaviour::Answers(200, "x".repeat(1_025))], price, "").await;
    let answered = answer(shop.request(Method::POST).body("y".repeat(5 * 1_024 + 1))).await;
    // 2, 6 begun KiB by 2, 2 begun KiB of the answer, and a part of one.
    assert_eq!(answered.header("x-credits-used"), "26");
    let figures = &shop.receipt(&answered).await["price"]["counts"];
    assert_eq!((&figures[0]["figure"], &figures[1]["figure"]), (&json!("6"), &json!("2")));
    assert_eq!(shop.balance().await, 974);
}

#[tokio::test]
async fn an_answer_that_is_not_charged_for_needs_no_figure() {
    let shop = Shop::selling(vec![Behaviour::Answers(404, "{}".into())], TOKENS, "").await;
    let answered = called(&shop).await;
    assert_eq!((answered.status, shop.balance().await), (404, 1_000));
    let receipt = shop.receipt(&answered).await;
    assert_eq!((&receipt["outcome"], &receipt["price"]), (&json!("uncharged_status"), &Value::Null));
}

#[tokio::test]
async fn a_replay_is_charged_once_at_its_first_price() {
    let shop = Shop::selling(vec![usage(3_000, 1_000), usage(9_000, 9_000)], TOKENS, "").await;
    for _ in 0..2 {
        let got = answer(shop.request(Method::POST).header("idempotency-key", "k").body("{}")).await;
        assert_eq!((got.status, &got.body["usage"]["prompt"]), (200, &json!(3_000)));
    }
    assert_eq!((shop.server.requests().len(), shop.balance().await), (1, 993));
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn what_receipts_show_is_never_changed() {
    let shop = Shop::selling(vec![usage(1, 1)], TOKENS, "").await;
    called(&shop).await;
    shop.gateway.settled().await;
    for statement in ["update call_price set detail = '{}'", "delete from call_price", "truncate call_price"]
    {
        let refused = sqlx::query(statement).execute(shop.gateway.database.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
}

/// The text of the console's receipt of a call, and what `fluence explain` prints of it.
pub(super) async fn explained(shop: &Shop, answered: &Answer) -> [String; 2] {
    let id = answered.header("x-request-id");
    let mut admin = shop.gateway.admin(shop.customer.account).await;
    let page = admin.get(&format!("/console/{}/ledger/calls/{id}", shop.customer.account)).await.body;
    let url = shop.gateway.database.url();
    let printed: Ran = bare(&["explain", id]).env("DATABASE_URL", url).output().unwrap().into();
    [page, printed.out]
}

#[tokio::test]
async fn the_console_and_explain_show_how_a_price_came_about() {
    let shop = Shop::selling(vec![usage(1_500, 600)], TOKENS, "").await;
    let [page, printed] = explained(&shop, &called(&shop).await).await;
    for shown in ["How the price was computed", "<code>json:/usage/prompt</code>", ">1500<", ">1,000<"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("the most that a call can cost"), "{page}");
    for line in ["json:/usage/prompt      1500        1       1000", "comes to  4", "charged   4"] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    let shop = Shop::selling(vec![usage(60_000, 0)], TOKENS, "").await;
    let [page, printed] = explained(&shop, &called(&shop).await).await;
    assert!(page.contains("the most that a call can cost"), "{page}");
    assert!(printed.contains("comes to  60") && printed.contains("charged   20"), "{printed}");
    let shop = Shop::selling(vec![says("", "{}")], TOKENS, "").await;
    let [page, printed] = explained(&shop, &called(&shop).await).await;
    assert!(page.contains("The service did not report what was used."), "{page}");
    assert!(printed.contains("so the route applies its rule `min`."), "{printed}");
}
