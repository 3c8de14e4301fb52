//! Concurrency slots of a gateway that dies.

use futures_util::future::join_all;
use reqwest::Client;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::serving::Serving;
use crate::command::program::{Program, text};
use crate::support::gateway::eventually;
use crate::support::redis::Redis;

/// The concurrency of the professional plan of 2025-01.
const CONCURRENCY: usize = 10;

fn serve(program: &Program, redis: &Redis) -> Serving {
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("FLUENCE_REDIS_URL", redis.url()).env("FLUENCE_LIMITS_DECISION_MS", "20000");
    command.env("FLUENCE_LIMITS_LEASE_MS", "3000");
    Serving::start(command)
}

/// A call whose body never arrives: it runs until its gateway ends.
async fn unfinished(address: &str, key: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /crm HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn e05_slots_of_a_killed_gateway_are_free_on_the_others_when_its_leases_expire() {
    let redis = Redis::start().await;
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let key = text(&program.json(&["key", "create", "--account", &account, "--name", "load"]), "key");
    let (dying, other) = (serve(&program, &redis), serve(&program, &redis));
    let client = Client::builder().no_proxy().build().unwrap();
    let outcome = async || {
        let request = client.get(format!("http://{}/creditos", other.address)).header("x-api-key", &key);
        let answer = request.send().await.unwrap();
        let limit = answer.headers()["ratelimit"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), limit)
    };
    let _unfinished = join_all((0..CONCURRENCY).map(|_| unfinished(&dying.address, &key))).await;
    // Before a request to the other gateway, which uses the same rate.
    let running = format!("fluence:{{{account}}}:running");
    let connection = redis.connect().await;
    eventually("all of them run", async || {
        let leases: usize =
            redis::cmd("ZCARD").arg(&running).query_async(&mut connection.clone()).await.unwrap();
        leases == CONCURRENCY
    })
    .await;
    let (status, limit) = outcome().await;
    assert!(status == 429 && limit.starts_with("\"concurrent\""), "{status} {limit}");
    dying.kill();
    eventually("the slots are free", async || outcome().await.0 == 200).await;
}
