//! Which headers pass, compared with nginx: the same requests go through both to one server, and
//! each difference is listed here with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;

use fluence::outbound::headers::is_passed_back;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::shop::Shop;
use crate::support::nginx::Nginx;
use crate::support::upstream::Behaviour;

/// Lines that clients send. `KEY` is the caller's key, `NUMBER` that of the request.
const LINES: [&str; 50] = [
    "Accept: */*",
    "Accept: text/html, application/json;q=0.5",
    "Accept-Encoding: gzip, br",
    "Accept-Language: pt-BR",
    "Authorization: Bearer KEY",
    "Cache-Control: no-cache",
    "Connection: close, x-named",
    "Content-Language: pt",
    "Content-Type: image/png",
    "Cookie: session=1",
    "DNT: 1",
    "Fluence-Account: forged",
    "Fluence-Hops: 1",
    "Fluence-Identity: forged",
    "Fluence_Mode: test",
    "FLUENCE-Plan: forged",
    "Forwarded: for=6.6.6.6",
    "From: a@example.com",
    "HTTP2-Settings: AAMAAABk",
    "Idempotency-Key: key-NUMBER",
    "If-Match: \"1\"",
    "If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT",
    "If-None-Match: \"1\"",
    "Keep-Alive: timeout=5",
    "Origin: https://app.example",
    "Pragma: no-cache",
    "Prefer: return=minimal",
    "Proxy-Authorization: Basic eDp5",
    "Proxy-Connection: keep-alive",
    "Range: bytes=0-1",
    "Referer: https://app.example/",
    "TE: trailers",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate: a=b",
    "Trailer: x-after",
    "Upgrade: websocket",
    "User-Agent: test/1",
    "Via: 1.1 front",
    "X-Custom: one",
    "X-Custom: two",
    "X-Dry-Run: false",
    "X-Empty:",
    "X-Forwarded-For: 6.6.6.6",
    "X-Forwarded-Host: forged.example",
    "X-Forwarded-Port: 1",
    "X-Forwarded-Proto: https",
    "X-Named: by connection",
    "X-Real-IP: 6.6.6.6",
    "X-Request-Id: of-the-client",
    "x_real_ip: 6.6.6.6",
];
const REQUESTS: usize = 300;
const SEED: u64 = 20_261_127;

/// What nginx passes and the gateway does not.
const NGINX_ALONE: [&str; 17] = [
    // The caller's credentials, and what it says to the gateway.
    "authorization",
    "cookie",
    "idempotency-key",
    "x-api-key",
    "x-dry-run",
    // Headers of one connection (RFC 9110, section 7.6.1; RFC 9113, section 8.2.2) and what
    // `Connection` names.
    "http2-settings",
    "proxy-authorization",
    "proxy-connection",
    "trailer",
    "x-named",
    // Where a request comes from, by the client's own word.
    "fluence-identity",
    "forwarded",
    "x-forwarded-port",
    "x-real-ip",
    // The id of a call is the gateway's.
    "x-request-id",
    // What the route removes.
    "dnt",
    "prefer",
];
/// What the gateway says itself.
const GATEWAY_ALONE: [&str; 14] = [
    "fluence-account",
    "fluence-credits-held",
    "fluence-environment",
    "fluence-hops",
    "fluence-key",
    "fluence-mode",
    "fluence-plan",
    "fluence-request-id",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    // What the route sets.
    "from",
    "x-tenant",
];
/// What both send, each with its own value: a forged value is replaced.
const CHANGED: [&str; 9] = [
    "fluence-account",
    "fluence-hops",
    "fluence-mode",
    "fluence-plan",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    // The route sets it.
    "from",
];

type Headers = BTreeMap<String, Vec<String>>;

/// The headers of a head, with `-` for `_`.
fn headers(head: &str) -> Headers {
    let mut headers = Headers::new();
    for line in head.split("\r\n\r\n").next().unwrap().lines().skip(1) {
        let (name, value) = line.split_once(':').unwrap();
        headers.entry(name.to_ascii_lowercase().replace('_', "-")).or_default().push(value.trim().to_owned());
    }
    headers
}

/// Sends a request on a connection of its own. Returns the head of the answer.
async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.ends_with("{}")
        {
            return format!("{head}\r\n\r\n");
        }
        assert!(
            stream.read_buf(&mut read).await.unwrap() > 0,
            "{request}: {}",
            String::from_utf8_lossy(&read)
        );
    }
}

/// Differences of two sides: what only one has, what only the other has, and what has other
/// values.
#[derive(Default)]
struct Differences([BTreeSet<String>; 3]);

impl Differences {
    fn note(&mut self, one: &Headers, other: &Headers) {
        for (name, values) in one {
            match other.get(name) {
                None => self.0[0].insert(name.clone()),
                Some(others) if others != values => self.0[2].insert(name.clone()),
                Some(_) => false,
            };
        }
        let alone = other.keys().filter(|name| !one.contains_key(*name));
        self.0[1].extend(alone.cloned());
    }

    fn assert_are(&self, expected: [&[&str]; 3]) {
        let expected =
            expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
        assert_eq!(self.0, expected);
    }
}

#[tokio::test]
async fn the_server_gets_what_nginx_passes_but_for_a_short_list() {
    let shop = Shop::selling(
        vec![Behaviour::Answers(200, "{}".into())],
        "credits = 1\nmax_request_bytes = 100\n[route.request]\nset = { X-Tenant = \"acme\", From = \"set@example.com\" }\n\
         remove = [\"DNT\", \"prefer\"]\n",
        "",
    )
    .await;
    let nginx = Nginx::start(shop.server.address).await;
    let mut random = StdRng::seed_from_u64(SEED);
    let mut differences = Differences::default();
    for number in 0..REQUESTS {
        // Each line alone, then mixtures.
        let mut lines: Vec<&str> = match LINES.get(number) {
            Some(line) => vec![line],
            None => LINES.sample(&mut random, 8).copied().collect(),
        };
        let is_chunked = random.random_bool(0.5);
        let (line, body) = match is_chunked {
            true => ("Transfer-Encoding: chunked", "6\r\npixels\r\n0\r\n\r\n"),
            false => ("Content-Length: 6", "pixels"),
        };
        lines.push(line);
        let key = &shop.customer.key;
        let lines = lines.join("\r\n").replace("KEY", key).replace("NUMBER", &number.to_string());
        let request = format!(
            "POST /images/{number}/resize?width=9 HTTP/1.1\r\nHost: api.example\r\nX-API-Key: {key}\r\n{lines}\r\n\r\n{body}"
        );
        exchange(nginx.address, &request).await;
        exchange(shop.gateway.address(), &request).await;
        let mut arrived = shop.server.requests();
        let (by_gateway, by_nginx) = (arrived.pop().unwrap(), arrived.pop().unwrap());
        for arrived in [&by_gateway, &by_nginx] {
            let line = format!("POST /v2/{number}?width=9 HTTP/1.1\r\n");
            assert!(
                arrived.starts_with(&line) && arrived.ends_with("\r\n\r\npixels"),
                "{request}: {arrived}"
            );
            assert!(arrived.contains("ontent-") && !arrived.contains("chunked"), "{arrived}");
        }
        let (mut by_nginx, mut by_gateway) = (headers(&by_nginx), headers(&by_gateway));
        // Each names its own upstream.
        assert_eq!(by_nginx.remove("host"), by_gateway.remove("host"));
        differences.note(&by_nginx, &by_gateway);
    }
    differences.assert_are([&NGINX_ALONE, &GATEWAY_ALONE, &CHANGED]);
}

/// What clients and proxies say, among the headers that the gateway has a constant for.
const OF_REQUESTS: [&str; 5] =
    ["idempotency-key", "x-api-key", "x-dry-run", "x-forwarded-for", "x-forwarded-proto"];

/// The headers that the gateway's own code names.
fn own_headers() -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> = ["src/http", "src/gate"].iter().map(PathBuf::from).collect();
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let named = text.split("HeaderName::from_static(\"").skip(1);
            found.extend(named.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    found
}

#[test]
fn no_upstream_says_what_the_gateway_says() {
    let own = own_headers();
    assert!(own.contains("idempotent-replayed") && own.contains("x-credits-used"), "{own:?}");
    for name in own.iter().filter(|name| !OF_REQUESTS.contains(&name.as_str())) {
        assert!(!is_passed_back(name), "{name} of an upstream reaches clients");
    }
}

/// Lines that servers answer with.
const ANSWERED: &str = "Access-Control-Allow-Origin: *\r\nAge: 5\r\nAllow: GET\r\nCache-Control: max-age=5\r\n\
    Content-Disposition: inline\r\nContent-Language: pt\r\nContent-Type: application/json\r\nETag: \"1\"\r\n\
    Fluence-Account: forged\r\nKeep-Alive: timeout=5\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n\
    Link: </a>; rel=next\r\nProxy-Authenticate: Basic\r\nRateLimit: \"a\";r=1\r\nServer: secret/1\r\n\
    Set-Cookie: a=b\r\nStrict-Transport-Security: max-age=1\r\nVary: Accept\r\nWWW-Authenticate: Basic\r\n\
    X-Credits-Used: 0\r\nX-Custom: one\r\nX-Custom: two\r\nX-Powered-By: secret\r\nX-RateLimit-Limit: 1\r\n\
    X-Request-Id: of-the-server\r\n";

#[tokio::test]
async fn the_client_gets_what_nginx_passes_but_for_a_short_list() {
    let answer = format!("HTTP/1.1 200 OK\r\n{ANSWERED}Content-Length: 2\r\n\r\n{{}}");
    let route = "credits = 3\n[route.answer]\nset = { X-Served-By = \"acme\", Vary = \"Origin\" }\nremove = [\"Age\", \"link\"]\n";
    let shop = Shop::selling(vec![Behaviour::Says(answer.into_bytes())], route, "").await;
    let nginx = Nginx::start(shop.server.address).await;
    let key = &shop.customer.key;
    let request = format!("GET /images/1/resize HTTP/1.1\r\nHost: api.example\r\nX-API-Key: {key}\r\n\r\n");
    let by_nginx = headers(&exchange(nginx.address, &request).await);
    let by_gateway = headers(&exchange(shop.gateway.address(), &request).await);
    let mut differences = Differences::default();
    differences.note(&by_nginx, &by_gateway);
    differences.assert_are([
        // The upstream's own affairs, and what only the gateway may say.
        &[
            "access-control-allow-origin",
            "connection",
            "fluence-account",
            "proxy-authenticate",
            "server",
            "set-cookie",
            "strict-transport-security",
            "www-authenticate",
            "x-powered-by",
            // What the route removes.
            "age",
            "link",
        ],
        &[
            "ratelimit-policy",
            "x-content-type-options",
            "x-credits-remaining",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "x-served-by",
        ],
        &["ratelimit", "vary", "x-credits-used", "x-ratelimit-limit", "x-request-id"],
    ]);
}
