//! Upstreams that answer wrongly in less usual ways, and clients that claim to be someone.

use fluence::domain::offer_set::SetKind;
use reqwest::Method;

use super::applied;
use super::shop::Shop;
use crate::support::gateway::{answer, eventually};
use crate::support::upstream::{Behaviour, ScriptedServer};

const PATIENT: &str = "breaker = { failures = 1000, open_ms = 1000 }\n";

async fn that_says(text: String) -> Shop {
    let script = vec![Behaviour::Says(text.into_bytes()), Behaviour::Answers(200, "{}".into())];
    Shop::selling(script, "credits = 3\n", PATIENT).await
}

#[tokio::test]
async fn a_head_beyond_its_limits_is_a_failing_upstream() {
    let long = format!("HTTP/1.1 200 OK\r\nx-long: {}\r\ncontent-length: 0\r\n\r\n", "x".repeat(200_000));
    let many = format!("HTTP/1.1 200 OK\r\n{}content-length: 0\r\n\r\n", "x-a: 1\r\n".repeat(101));
    for head in [long, many] {
        let shop = that_says(head).await;
        let got = answer(shop.request(Method::POST)).await;
        assert_eq!((got.status, shop.balance().await), (502, 1_000), "{}", got.text);
    }
}

#[tokio::test]
async fn bytes_behind_an_answer_are_no_part_of_the_next_one() {
    for head in ["HTTP/1.1 204 No Content\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n"] {
        let forged = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged";
        let shop = that_says(format!("{head}\r\n{forged}")).await;
        let first = answer(shop.request(Method::POST)).await;
        assert!(
            [200, 204, 502].contains(&first.status) && first.text.is_empty() != (first.status == 502),
            "{head}"
        );
        let second = answer(shop.request(Method::POST)).await;
        assert_eq!((second.status, second.text.as_str()), (200, "{}"), "{head}");
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn an_answer_that_is_coded_for_its_connection_is_not_passed_on() {
    for coding in ["gzip, chunked", "identity, chunked", "gzip\r\ntransfer-encoding: chunked"] {
        let shop = that_says(format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: {coding}\r\n\r\n5\r\ncoded\r\n0\r\n\r\n"
        ))
        .await;
        let got = answer(shop.request(Method::POST)).await;
        assert_eq!((got.status, shop.balance().await), (502, 1_000), "{coding}: {}", got.text);
    }
}

#[tokio::test]
async fn a_few_informational_answers_are_skipped_and_more_are_a_failing_upstream() {
    let hint = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    let answered = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    for (hints, status, balance) in [(3, 200, 997), (16, 200, 997), (17, 502, 1_000), (500, 502, 1_000)] {
        let shop = that_says(format!("{}{answered}", hint.repeat(hints))).await;
        let got = answer(shop.request(Method::POST)).await;
        assert_eq!((got.status, shop.balance().await), (status, balance), "{hints}: {}", got.text);
        // Each answer has heads of its own.
        assert_eq!(answer(shop.request(Method::POST)).await.status, 200);
    }
}

#[tokio::test]
async fn an_answer_in_chunks_and_with_a_length_is_a_failing_upstream() {
    let (length, coding) = ("content-length: 2\r\n", "transfer-encoding: chunked\r\n");
    for head in [[length, coding].concat(), [coding, length].concat(), coding.repeat(2)] {
        let shop = that_says(format!("HTTP/1.1 200 OK\r\n{head}\r\n2\r\n{{}}\r\n0\r\n\r\n")).await;
        let got = answer(shop.request(Method::POST)).await;
        assert_eq!((got.outcome(), shop.balance().await), ((502, "UPSTREAM_ERROR"), 1_000), "{head}");
    }
}

#[tokio::test]
async fn no_kind_of_route_passes_a_forged_identity_on() {
    for route in [
        "credits = 0\n",
        "credits = 3\n",
        "credits = 3\nbody = \"pass\"\n",
        "credits = 3\nstream = {}\n",
        "credits = 3\nretry = \"keyed\"\n",
        "credits = { counts = [{ of = \"seconds\", costs = 0 }], min = 1, hold = 3 }\n",
    ] {
        let shop = Shop::selling(
            vec![Behaviour::Answers(200, "{}".into())],
            route,
            "identity = \"signed\"\ncredential = { header = \"X-Token\", value = \"{env:CARGO_PKG_NAME}\" }\n",
        )
        .await;
        let mut request = shop.request(Method::POST);
        for name in [
            "account",
            "key",
            "environment",
            "mode",
            "plan",
            "request-id",
            "credits-held",
            "hops",
            "identity",
        ] {
            for spelling in [
                format!("fluence-{name}"),
                format!("Fluence_{name}"),
                format!("FLUENCE-{}", name.replace('-', "_")),
                format!("fluence_{}", name.to_uppercase().replace('-', "_")),
            ] {
                request = request.header(spelling, "1");
            }
        }
        for name in
            ["x-token", "x_token", "X-TOKEN", "x-forwarded-for", "x_forwarded_for", "x-forwarded-proto"]
        {
            request = request.header(name, "666");
        }
        assert_eq!(answer(request).await.status, 200, "{route}");
        let request = shop.server.requests().remove(0);
        let mut names: Vec<String> = Vec::new();
        for (name, value) in request.lines().filter_map(|line| line.split_once(": ")) {
            let name = name.to_ascii_lowercase().replace('_', "-");
            assert_ne!(value, "666", "{request}");
            assert!(!names.contains(&name), "{name} twice: {request}");
            if name == "fluence-hops" {
                // A client that claims hops only shortens its own way.
                assert_eq!(value, "2", "{request}");
            } else if name.starts_with("fluence-") && name != "fluence-credits-held" {
                assert_ne!(value, "1", "{request}");
            }
            names.push(name);
        }
        assert!(names.iter().filter(|name| name.starts_with("fluence-")).count() == 9, "{request}");
    }
}

#[tokio::test]
async fn a_call_that_has_passed_three_gateways_ends_here_and_costs_nothing() {
    for route in ["credits = 0\n", "credits = 3\n", "credits = 3\nbody = \"pass\"\n"] {
        let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], route, "").await;
        let after =
            async |hops: &'static str| answer(shop.request(Method::POST).header("fluence-hops", hops)).await;
        for hops in ["3", "4", "255"] {
            assert_eq!(after(hops).await.outcome(), (508, "LOOP_DETECTED"), "{hops}");
        }
        assert_eq!((shop.server.connections(), shop.balance().await), (0, 1_000));
        for hops in ["2", "", "many", "-1"] {
            assert_eq!(after(hops).await.status, 200, "{hops}");
        }
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_hanging_upstream_does_not_affect_the_others() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    let hanging = ScriptedServer::start(vec![Behaviour::Hangs]).await;
    let route = |name: &str| {
        format!(
            "[[route]]\nroute = \"{name}\"\npath = \"/{name}\"\nmethods = [\"POST\"]\nupstream = \"{name}\"\naccess = \
             \"images\"\ncredits = 1\n"
        )
    };
    let upstream = |name: &str, target| {
        format!(
            "[[upstream]]\nupstream = \"{name}\"\nreach = \"private\"\ntargets = [\"http://{target}\"]\nmax_concurrent = 4\n\
             connect_timeout_ms = 50\n"
        )
    };
    let text = [
        upstream("hangs", hanging.address),
        upstream("serves", shop.server.address),
        route("hangs"),
        route("serves"),
    ]
    .concat();
    applied(&shop.gateway.database, SetKind::Routes, &text).await;
    let call = |name: &str| {
        let request = shop.gateway.request(Method::POST, &format!("/{name}"));
        request.header("x-api-key", &shop.customer.key)
    };
    eventually("the routes are in force", async || answer(call("serves")).await.status == 200).await;
    let waiting: Vec<_> = (0..2).map(|_| tokio::spawn(call("hangs").send())).collect();
    eventually("the account's places are taken", async || hanging.requests().len() == 2).await;
    let refused = answer(call("hangs")).await;
    assert_eq!((refused.status, refused.header("retry-after").is_empty()), (503, false), "{}", refused.text);
    for _ in 0..10 {
        assert_eq!(answer(call("serves")).await.status, 200);
    }
    waiting.into_iter().for_each(|call| call.abort());
}

#[tokio::test]
async fn an_answer_without_one_clear_length_or_status_is_a_failing_upstream() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2x\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length : 2\r\n",
        "HTTP/1.1 99 X\r\ncontent-length: 2\r\n",
        "HTTP/1.1 2000 X\r\ncontent-length: 2\r\n",
        "HTTP/7.1 200 OK\r\ncontent-length: 2\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n",
    ] {
        let shop = that_says(format!("{head}\r\n{{}}")).await;
        let got = answer(shop.request(Method::POST)).await;
        assert_eq!((got.outcome(), shop.balance().await), ((502, "UPSTREAM_ERROR"), 1_000), "{head}");
        // Its connection is not used again.
        assert_eq!(answer(shop.request(Method::POST)).await.status, 200, "{head}");
        assert_eq!(shop.server.connections(), 2, "{head}");
        shop.gateway.assert_books_are_right().await;
    }
}

#[tokio::test]
async fn a_flood_of_informational_answers_ends_and_costs_nothing() {
    let hints = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(200_000);
    let shop = that_says(hints).await;
    let got = answer(shop.request(Method::POST)).await;
    assert_eq!((got.status, shop.balance().await), (502, 1_000), "{}", got.text);
    shop.gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn an_unknown_name_is_a_failing_upstream() {
    let shop = Shop::with(vec![Behaviour::Closes]).await;
    shop.sell("http://no-such-name.invalid", "credits = 3\n", "connect_timeout_ms = 1000\n").await;
    let got = answer(shop.request(Method::POST)).await;
    assert_eq!((got.outcome(), shop.balance().await), ((502, "UPSTREAM_ERROR"), 1_000), "{}", got.text);
}

#[tokio::test]
async fn a_parameter_that_servers_may_read_as_another_path_reaches_no_upstream() {
    let shop = Shop::with(vec![Behaviour::Answers(200, "{}".into())]).await;
    for id in ["a%2Fb", "a%5Cb", "%00", "a%0d%0ab", "%7f"] {
        let request = shop.gateway.request(Method::POST, &format!("/images/{id}/resize"));
        let got = answer(request.header("x-api-key", &shop.customer.key)).await;
        assert_eq!(got.outcome(), (400, "BAD_REQUEST"), "{id}: {}", got.text);
    }
    assert_eq!((shop.server.connections(), shop.balance().await), (0, 1_000));
}

#[tokio::test]
async fn a_path_that_servers_may_read_as_that_of_a_dearer_route_reaches_no_upstream() {
    let dear = "credits = 3\n[[route]]\nroute = \"dear\"\npath = \"/images/dear/resize\"\nmethods = [\"POST\"]\n\
                upstream = \"images\"\naccess = \"images\"\ncredits = 50\n";
    let shop = Shop::selling(vec![Behaviour::Answers(200, "{}".into())], dear, "").await;
    let call = async |id: &str| {
        let request = shop.gateway.request(Method::POST, &format!("/images/{id}/resize"));
        answer(request.header("x-api-key", &shop.customer.key)).await
    };
    let plainly = ["d%65ar", "DEAR", "dear;x=1", "dear%3Bx", "dear.", "/dear"];
    let decoded_twice = ["d%2565ar", "dear%2500", "x%252f..%252fdear", "%c1%a4ear"];
    for id in plainly.into_iter().chain(decoded_twice) {
        let got = call(id).await;
        let expected = if id == "/dear" { (404, "ENDPOINT_NOT_FOUND") } else { (400, "BAD_REQUEST") };
        assert_eq!(got.outcome(), expected, "{id}: {}", got.text);
    }
    assert_eq!((shop.server.connections(), shop.balance().await), (0, 1_000));
    for (id, left) in [("dear", 950), ("de%20ar", 947), ("Deare", 944)] {
        assert_eq!(call(id).await.status, 200, "{id}");
        assert_eq!(shop.balance().await, left, "{id}");
    }
}
