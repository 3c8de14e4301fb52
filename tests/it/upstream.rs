//! Requests to another server, over real sockets.

mod pool;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use bytes::Bytes;
use fluence::domain::ids::AccountId;
use fluence::outbound::address::AddressPolicy;
use fluence::outbound::url::parse_url;
use fluence::upstream::client::{Upstream, UpstreamConfig};
use fluence::upstream::error::UpstreamError;
use fluence::upstream::settings::UpstreamSettings;
use secrecy::SecretString;
use uuid::Uuid;

use crate::support::gateway::settings;
use crate::support::upstream::{Behaviour, ScriptedServer};

fn config(url: &str) -> UpstreamConfig {
    UpstreamConfig {
        name: "test",
        url: parse_url(url, AddressPolicy::Private).unwrap(),
        reach: AddressPolicy::Private,
        settings: UpstreamSettings {
            credential: SecretString::from("not-a-secret"),
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(5),
            max_answer_bytes: NonZeroUsize::new(10_000).unwrap(),
            max_concurrent: NonZeroUsize::new(4).unwrap(),
            breaker_failures: NonZeroU32::new(100).unwrap(),
            breaker_open: Duration::from_secs(100),
            ..settings(&[]).enrichment
        },
    }
}

fn upstream(config: UpstreamConfig) -> Upstream {
    Upstream::new(config).unwrap()
}

const ACCOUNT: AccountId = AccountId::from_uuid(Uuid::from_u128(1));
const OTHER: AccountId = AccountId::from_uuid(Uuid::from_u128(2));

async fn ask(upstream: &Upstream) -> Result<Option<String>, UpstreamError> {
    ask_for(ACCOUNT, upstream).await
}

async fn ask_for(account: AccountId, upstream: &Upstream) -> Result<Option<String>, UpstreamError> {
    let understood = |answer: &[u8]| Ok(String::from_utf8_lossy(answer).into_owned());
    upstream.post(account, Bytes::from("{}"), understood).await
}

/// Sends a request to a server that behaves this way on every connection. Also returns the number
/// of connections.
async fn ask_server_that(behaviour: Behaviour) -> (Result<Option<String>, UpstreamError>, usize) {
    let server = ScriptedServer::start(vec![behaviour]).await;
    let answer = ask(&upstream(config(&server.url()))).await;
    (answer, server.connections())
}

fn reason(answer: Result<Option<String>, UpstreamError>) -> String {
    match answer {
        Err(UpstreamError::Failed(reason) | UpstreamError::Unusable(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_is_asked_with_its_own_credential_and_answers() {
    let server = ScriptedServer::start(vec![Behaviour::Answers(200, "[]".into())]).await;
    assert_eq!(ask(&upstream(config(&server.url()))).await, Ok(Some("[]".into())));
    let request = server.requests().remove(0);
    let head = request.to_ascii_lowercase();
    assert!(request.starts_with("POST /lookup HTTP/1.1\r\n"), "{request}");
    for line in
        ["authorization: bearer not-a-secret", "content-type: application/json", "user-agent: fluence/"]
    {
        assert!(head.contains(line), "{request}");
    }
    assert!(request.ends_with("\r\n\r\n{}"), "{request}");
}

#[tokio::test]
async fn not_found_is_an_answer_and_not_a_failure() {
    let mut once = config(&ScriptedServer::start(vec![Behaviour::Closes]).await.url());
    once.settings.breaker_failures = NonZeroU32::MIN;
    let server = ScriptedServer::start(vec![Behaviour::Answers(404, String::new())]).await;
    let upstream =
        upstream(UpstreamConfig { url: parse_url(&server.url(), AddressPolicy::Private).unwrap(), ..once });
    assert_eq!(ask(&upstream).await, Ok(None));
    assert_eq!(ask(&upstream).await, Ok(None), "the breaker is closed");
}

#[tokio::test]
async fn a_connection_is_reused() {
    let server = ScriptedServer::start(vec![Behaviour::Answers(200, "[]".into())]).await;
    let upstream = upstream(config(&server.url()));
    for _ in 0..3 {
        ask(&upstream).await.unwrap();
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 3));
}

#[tokio::test]
async fn a_server_that_closes_before_a_byte_is_asked_once_more() {
    let script = vec![Behaviour::Closes, Behaviour::Answers(200, "[]".into())];
    let server = ScriptedServer::start(script).await;
    assert_eq!(ask(&upstream(config(&server.url()))).await, Ok(Some("[]".into())));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_server_that_closes_a_used_connection_before_a_byte_is_asked_once_more() {
    let script = vec![Behaviour::AnswersOnceThenCloses("[1]".into()), Behaviour::Answers(200, "[2]".into())];
    let server = ScriptedServer::start(script).await;
    let upstream = upstream(config(&server.url()));
    assert_eq!(ask(&upstream).await, Ok(Some("[1]".into())));
    assert_eq!(ask(&upstream).await, Ok(Some("[2]".into())));
}

#[tokio::test]
async fn a_server_that_always_closes_is_asked_only_twice() {
    let (answer, connections) = ask_server_that(Behaviour::Closes).await;
    assert!(matches!(answer, Err(UpstreamError::Failed(_))), "{answer:?}");
    assert_eq!(connections, 2);
}

#[tokio::test]
async fn a_server_that_breaks_off_after_a_byte_is_not_asked_again() {
    for said in ["H", "HTTP/1.1 200 OK\r\ncontent-le", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n[]"] {
        let (answer, connections) = ask_server_that(Behaviour::Says(said.into())).await;
        assert!(matches!(answer, Err(UpstreamError::Failed(_))), "{said:?}: {answer:?}");
        assert_eq!(connections, 1, "{said:?}");
    }
}

#[tokio::test]
async fn i08_garbage_is_a_failure() {
    for said in [
        "SSH-2.0-OpenSSH\r\n".to_owned(),
        "\0\0\0".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n[]".to_owned(),
        format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-a: b\r\n".repeat(5_000)),
    ] {
        let (answer, connections) = ask_server_that(Behaviour::Says(said.into_bytes())).await;
        assert!(matches!(answer, Err(UpstreamError::Failed(_))), "{answer:?}");
        assert_eq!(connections, 1);
    }
}

#[tokio::test]
async fn a_nonsensical_answer_is_a_failure() {
    let server = ScriptedServer::start(vec![Behaviour::Answers(200, "<html>".into())]).await;
    let upstream = upstream(config(&server.url()));
    let nonsense = UpstreamError::Failed("answered nonsense".into());
    let answer = upstream.post(ACCOUNT, Bytes::from("{}"), |_| Err::<(), _>(nonsense.clone())).await;
    assert_eq!(answer, Err(nonsense));
}

#[tokio::test]
async fn any_other_status_is_a_failure_and_a_redirect_is_not_followed() {
    for status in [201, 204, 301, 400, 401, 429, 500, 503] {
        let (answer, _) = ask_server_that(Behaviour::Answers(status, String::new())).await;
        assert_eq!(reason(answer), format!("answered {status}"));
    }
    let target = ScriptedServer::start(vec![Behaviour::Answers(200, "[]".into())]).await;
    let redirect = format!("HTTP/1.1 307 Moved\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", target.url());
    let (answer, _) = ask_server_that(Behaviour::Says(redirect.into_bytes())).await;
    assert_eq!(reason(answer), "answered 307");
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn an_answer_too_large_is_cut_off_declared_or_not() {
    let (declared, _) = ask_server_that(Behaviour::Answers(200, " ".repeat(10_001))).await;
    assert_eq!(reason(declared), "answered with more than 10000 bytes");
    let (endless, _) = ask_server_that(Behaviour::Floods).await;
    assert_eq!(reason(endless), "answered with more than 10000 bytes");
    let (fits, _) = ask_server_that(Behaviour::Answers(200, " ".repeat(10_000))).await;
    assert_eq!(fits.unwrap().unwrap().len(), 10_000);
}

#[tokio::test]
async fn i17_an_encoded_answer_is_never_decoded() {
    let said = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n[]";
    let (answer, _) = ask_server_that(Behaviour::Says(said.into())).await;
    assert_eq!(reason(answer), "answered in an encoding that was not requested");
}

#[tokio::test]
async fn a_server_that_hangs_or_drips_times_out() {
    for behaviour in [Behaviour::Hangs, Behaviour::Drips] {
        let server = ScriptedServer::start(vec![behaviour]).await;
        let mut config = config(&server.url());
        config.settings.total_timeout = Duration::from_millis(200);
        assert_eq!(ask(&upstream(config)).await, Err(UpstreamError::Timeout));
        assert_eq!(server.connections(), 1, "a slow answer is not requested again");
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_failure() {
    let server = ScriptedServer::start(vec![Behaviour::Closes]).await;
    let url = server.url();
    drop(server);
    tokio::task::yield_now().await;
    let answer = ask(&upstream(config(&url))).await;
    assert!(matches!(answer, Err(UpstreamError::Failed(_))), "{answer:?}");
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_not_asked_for_a_while() {
    let server = ScriptedServer::start(vec![Behaviour::Answers(500, String::new())]).await;
    let mut config = config(&server.url());
    config.settings.breaker_failures = NonZeroU32::new(3).unwrap();
    let upstream = upstream(config);
    for _ in 0..3 {
        assert_eq!(reason(ask(&upstream).await), "answered 500");
    }
    let refused = ask(&upstream).await;
    let Err(UpstreamError::Unavailable { retry_after }) = refused else { panic!("{refused:?}") };
    assert!(retry_after > Duration::from_secs(90), "{retry_after:?}");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn an_error_in_one_request_does_not_open_the_breaker() {
    for (status, body) in [(200, "[]"), (400, ""), (422, "")] {
        let server = ScriptedServer::start(vec![Behaviour::Answers(status, body.into())]).await;
        let mut config = config(&server.url());
        config.settings.breaker_failures = NonZeroU32::MIN;
        let upstream = upstream(config);
        for _ in 0..3 {
            let faulty = |_: &[u8]| Err::<(), _>(UpstreamError::Unusable("answered 200".into()));
            let answer = upstream.post(ACCOUNT, Bytes::from("{}"), faulty).await;
            assert_eq!(answer, Err(UpstreamError::Unusable(format!("answered {status}"))));
        }
        assert_eq!(server.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn every_failure_of_the_server_itself_opens_the_breaker() {
    for behaviour in [
        Behaviour::Closes,
        Behaviour::Hangs,
        Behaviour::Floods,
        Behaviour::Says(b"SSH-2.0\r\n".to_vec()),
        Behaviour::Answers(301, String::new()),
        Behaviour::Answers(500, String::new()),
        Behaviour::Answers(401, String::new()),
        Behaviour::Answers(403, String::new()),
        Behaviour::Answers(429, String::new()),
    ] {
        let server = ScriptedServer::start(vec![behaviour.clone()]).await;
        let mut config = config(&server.url());
        let settings = &mut config.settings;
        (settings.breaker_failures, settings.total_timeout) = (NonZeroU32::MIN, Duration::from_millis(200));
        let upstream = upstream(config);
        assert!(ask(&upstream).await.is_err());
        let refused = ask(&upstream).await;
        assert!(matches!(refused, Err(UpstreamError::Unavailable { .. })), "{behaviour:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_server_that_recovers_is_asked_again() {
    let script = vec![Behaviour::Says(b"x".to_vec()), Behaviour::Answers(200, "[]".into())];
    let server = ScriptedServer::start(script).await;
    let mut config = config(&server.url());
    (config.settings.breaker_failures, config.settings.breaker_open) = (NonZeroU32::MIN, Duration::ZERO);
    let upstream = upstream(config);
    assert!(ask(&upstream).await.is_err());
    assert_eq!(ask(&upstream).await, Ok(Some("[]".into())));
}

#[tokio::test]
async fn i18_requests_in_progress_are_limited() {
    let server = ScriptedServer::start(vec![Behaviour::Hangs]).await;
    let mut config = config(&server.url());
    let settings = &mut config.settings;
    (settings.max_concurrent, settings.connect_timeout) =
        (NonZeroUsize::new(2).unwrap(), Duration::from_millis(100));
    let upstream = upstream(config);
    let (_, _, third) = tokio::join!(
        async { tokio::time::timeout(Duration::from_secs(1), ask_for(ACCOUNT, &upstream)).await },
        async { tokio::time::timeout(Duration::from_secs(1), ask_for(OTHER, &upstream)).await },
        async {
            // The first two have their permits by the time they are connected.
            crate::support::gateway::eventually("two are being asked", async || server.requests().len() == 2)
                .await;
            ask(&upstream).await
        }
    );
    assert!(matches!(third, Err(UpstreamError::Unavailable { .. })), "{third:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn one_account_leaves_half_of_the_permits_to_others() {
    let server = ScriptedServer::start(vec![Behaviour::Hangs]).await;
    let mut config = config(&server.url());
    config.settings.max_concurrent = NonZeroUsize::new(4).unwrap();
    let upstream = upstream(config);
    let greedy = futures_util::future::join_all((0..10).map(|_| ask(&upstream)));
    let watched = async {
        let asked = async |count| {
            let is_so = async || server.requests().len() == count;
            crate::support::gateway::eventually("that many requests are in progress", is_so).await;
        };
        asked(2).await;
        tokio::select! {
            _ = futures_util::future::join(ask_for(OTHER, &upstream), ask_for(OTHER, &upstream)) => {}
            () = asked(4) => {}
        }
        server.requests().len()
    };
    let count = tokio::select! { _ = greedy => 0, count = watched => count };
    assert_eq!(count, 4);
}

#[tokio::test]
async fn i01_a_name_or_address_that_leads_here_is_not_connected_to() {
    let server = ScriptedServer::start(vec![Behaviour::Answers(200, "[]".into())]).await;
    let port = server.address.port();
    for host in
        ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.1", "0"]
    {
        let url = format!("https://{host}:{port}/");
        // As if the check of the URL were missing.
        let upstream = upstream(UpstreamConfig {
            url: url.parse().unwrap(),
            reach: AddressPolicy::Public,
            ..config(&server.url())
        });
        assert!(matches!(ask(&upstream).await, Err(UpstreamError::Failed(_))), "{host}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn i15_a_server_without_a_valid_certificate_never_receives_a_name() {
    let server = ScriptedServer::start(vec![Behaviour::Answers(200, "[]".into())]).await;
    let mut config = config(&server.url().replace("http:", "https:"));
    config.settings.connect_timeout = Duration::from_millis(200);
    assert!(matches!(ask(&upstream(config)).await, Err(UpstreamError::Failed(_))));
    assert_eq!(server.requests().len(), 0);
}
