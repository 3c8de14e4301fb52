//! A connection to the store, a single server or a cluster.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, IntoConnectionInfo, RedisResult,
    ServerErrorKind,
};

/// The longest time for connecting, including the handshake.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// Commands that may wait to be written to the connection. Further commands wait for room.
const WRITE_QUEUE: usize = 1024;

/// The addresses of the store.
#[derive(Clone)]
pub(super) struct Servers {
    client: ServersClient,
    address: String,
}

#[expect(clippy::large_enum_variant, reason = "a gateway has one")]
#[derive(Clone)]
enum ServersClient {
    Single(Client),
    Cluster(ClusterClient),
}

impl Servers {
    /// Parses the setting. One URL is a single server; several, separated by commas, are nodes of
    /// one cluster.
    pub(super) fn parse(urls: &str) -> RedisResult<Self> {
        let urls: Vec<&str> = urls.split(',').map(str::trim).filter(|url| !url.is_empty()).collect();
        let client = match urls.as_slice() {
            [url] => ServersClient::Single(Client::open(*url)?),
            several => {
                let builder = ClusterClientBuilder::new(several.iter().copied());
                ServersClient::Cluster(builder.retries(1).connection_timeout(CONNECT_WITHIN).build()?)
            }
        };
        let address = |url: &&str| url.into_connection_info().map(|server| server.addr().to_string());
        let addresses: Vec<String> = urls.iter().map(address).collect::<RedisResult<_>>()?;
        Ok(Self { client, address: addresses.join(",") })
    }

    /// Host and port of each server, without credentials.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) async fn connect(&self) -> RedisResult<Connection> {
        match &self.client {
            ServersClient::Single(client) => {
                // The caller sets the deadline of each answer.
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT_WITHIN))
                    .set_response_timeout(None)
                    .set_pipeline_buffer_size(WRITE_QUEUE);
                let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
                Ok(Connection::Single(connection))
            }
            ServersClient::Cluster(client) => Ok(Connection::Cluster(client.get_async_connection().await?)),
        }
    }
}

/// A connection that many requests use at once. Cheap to clone.
#[derive(Clone)]
pub(super) enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Connection {
    /// Sends one command and reads its answer.
    pub(super) async fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        match self {
            Self::Single(connection) => command.query_async(connection).await,
            Self::Cluster(connection) => command.query_async(connection).await,
        }
    }

    /// Runs a script. `keys_and_arguments` writes the number of keys, the keys and the arguments.
    pub(super) async fn run<T: FromRedisValue>(
        &mut self,
        script: &Script,
        keys_and_arguments: impl Fn(&mut Cmd),
    ) -> RedisResult<T> {
        let command = |verb: &str, script: &str| {
            let mut command = redis::cmd(verb);
            command.arg(script);
            keys_and_arguments(&mut command);
            command
        };
        match self.ask(&command("EVALSHA", &script.sha1)).await {
            // A server that lacks the script stores it now.
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                self.ask(&command("EVAL", script.text)).await
            }
            answer => answer,
        }
    }
}

/// A script, and the hash that identifies it to the store.
#[derive(Debug)]
pub(super) struct Script {
    text: &'static str,
    sha1: String,
}

impl Script {
    pub(super) fn new(text: &'static str) -> Self {
        Self { text, sha1: redis::Script::new(text).get_hash().to_owned() }
    }
}
