//! What is sent to an upstream again, and what never is: each arrival is counted.

use std::collections::HashMap;

use reqwest::Method;

use super::shop::Shop;
use crate::support::gateway::answer;
use crate::support::upstream::Behaviour;

/// The ids of the calls that arrived.
fn arrivals(shop: &Shop) -> HashMap<String, usize> {
    let mut arrivals = HashMap::new();
    for request in shop.server.requests() {
        let id = header(&request, "fluence-request-id").unwrap();
        *arrivals.entry(id).or_default() += 1;
    }
    arrivals
}

fn header(request: &str, name: &str) -> Option<String> {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    let mut found =
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned());
    let value = found.next();
    assert!(found.next().is_none(), "{request}");
    value
}

/// A shop whose upstream reads the first request and closes without a word, and answers all later
/// ones.
async fn that_breaks_once(retry: &str) -> Shop {
    let script = vec![Behaviour::Closes, Behaviour::Answers(200, "{}".into())];
    let breaker = "breaker = { failures = 1000, open_ms = 1000 }\n";
    Shop::selling(script, &format!("credits = 3\n{retry}\n"), breaker).await
}

#[tokio::test]
async fn only_what_the_route_allows_is_sent_again() {
    for (retry, method, arrived) in [
        ("", Method::GET, 1),
        ("retry = \"off\"", Method::GET, 1),
        ("retry = \"safe\"", Method::GET, 2),
        ("retry = \"safe\"", Method::POST, 1),
        ("retry = \"keyed\"", Method::GET, 2),
        ("retry = \"keyed\"", Method::POST, 2),
    ] {
        let shop = that_breaks_once(retry).await;
        let sent = shop.request(method.clone()).header("idempotency-key", "the-clients-own").body("pixels");
        let answered = answer(sent).await;
        let (status, balance) = if arrived == 2 { (200, 997) } else { (502, 1_000) };
        assert_eq!((answered.status, shop.balance().await), (status, balance), "{retry} {method}");
        let requests = shop.server.requests();
        assert_eq!(requests.len(), arrived, "{retry} {method}");
        let call_id = answered.header("x-request-id");
        let key = Some(call_id.to_owned()).filter(|_| retry.contains("keyed"));
        for request in &requests {
            assert_eq!(header(request, "idempotency-key"), key, "{request}");
            assert!(request.ends_with("\r\n\r\npixels"), "{request}");
        }
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn nothing_is_sent_again_once_a_byte_of_an_answer_came_or_a_status_did() {
    for behaviour in [
        Behaviour::Says(b"H".to_vec()),
        Behaviour::Says(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        Behaviour::Says(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
        Behaviour::Answers(503, "{}".into()),
    ] {
        let script = vec![behaviour.clone(), Behaviour::Answers(200, "{}".into())];
        let shop = Shop::selling(script, "credits = 3\nretry = \"keyed\"\n", "").await;
        let answered = answer(shop.request(Method::POST)).await;
        assert!([502, 503].contains(&answered.status), "{behaviour:?}: {}", answered.text);
        assert_eq!((shop.server.requests().len(), shop.balance().await), (1, 1_000), "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_late_answer_is_not_asked_for_again() {
    let lines = "credits = 3\nretry = \"keyed\"\nfirst_byte_ms = 200\n";
    let shop = Shop::selling(vec![Behaviour::Hangs], lines, "").await;
    assert_eq!(answer(shop.request(Method::POST)).await.status, 504);
    assert_eq!(shop.server.requests().len(), 1);
}

/// Calls an upstream that reads every second request of a connection and closes. Returns how often
/// each call arrived.
async fn under_resets(retry: &str, calls: usize) -> (Shop, HashMap<String, usize>, usize) {
    let breaker = "breaker = { failures = 1000, open_ms = 1000 }\n";
    let script = vec![Behaviour::AnswersOnceThenCloses("{}".into())];
    let shop = Shop::selling(script, &format!("credits = 1\n{retry}\n"), breaker).await;
    let mut answered = 0;
    for _ in 0..calls {
        answered += usize::from(answer(shop.request(Method::POST)).await.status == 200);
    }
    let arrivals = arrivals(&shop);
    (shop, arrivals, answered)
}

#[tokio::test]
async fn a_post_arrives_at_most_once_however_often_connections_break() {
    for retry in ["", "retry = \"safe\""] {
        let (shop, arrivals, answered) = under_resets(retry, 200).await;
        assert!(arrivals.values().all(|times| *times == 1), "{retry}: {arrivals:?}");
        assert!((1..200).contains(&answered), "{retry}: some break: {answered}");
        assert_eq!(shop.balance().await, 1_000 - answered as i64, "{retry}");
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn repeats_of_keyed_calls_are_bounded_by_their_budget() {
    let (shop, arrivals, answered) = under_resets("retry = \"keyed\"", 200).await;
    assert!(arrivals.values().all(|times| *times <= 2), "{arrivals:?}");
    let repeated = arrivals.values().filter(|times| **times == 2).count();
    // The reserve, and a tenth of the calls; the time of the test adds one a second.
    assert!((10..=60).contains(&repeated), "{repeated}");
    assert!(answered < 200, "beyond the budget calls fail");
    assert_eq!(shop.balance().await, 1_000 - answered as i64);
    shop.gateway.assert_books_are_right().await;
}
