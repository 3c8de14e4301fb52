//! A proxy between a gateway and its database that can silence or cut some of its connections, or
//! all.

use std::sync::Arc;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// The state of the connections whose first packet contains `whose`. Other connections work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// Everything passes.
    Working,
    /// Nothing passes and nothing closes, as when a firewall drops its state.
    Silent { whose: &'static str },
    /// Connections are cut, new ones too.
    Cut { whose: &'static str },
}

/// The application name of a gateway's change feed.
pub(crate) const LISTENER: &str = "fluence-listener";
/// The application name of a gateway's ledger writer.
pub(crate) const WRITER: &str = "fluence-ledger";
/// In the first packet of every connection.
pub(crate) const ALL_CONNECTIONS: &str = "user";

/// A running proxy.
pub(crate) struct DatabaseProxy {
    options: PgConnectOptions,
    network: Arc<watch::Sender<Network>>,
}

impl DatabaseProxy {
    /// A proxy to the server of `options`, which listens on a Unix socket.
    pub(crate) async fn start(options: PgConnectOptions) -> Self {
        let Some(folder) = options.get_socket() else { panic!("the tests' server listens on a Unix socket") };
        let socket = folder.join(format!(".s.PGSQL.{}", options.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let network = Arc::new(watch::Sender::new(Network::Working));
        let of_task = network.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(carry(client, server, of_task.subscribe()));
            }
        });
        let to = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .username(options.get_username())
            .ssl_mode(PgSslMode::Disable)
            .database(options.get_database().unwrap());
        Self { options: to, network }
    }

    /// How to connect through it.
    pub(crate) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Changes how connections fare from now on.
    pub(crate) fn turns(&self, network: Network) {
        self.network.send_replace(network);
    }
}

async fn carry(mut client: TcpStream, mut server: UnixStream, mut network: watch::Receiver<Network>) {
    let mut first = vec![0; 1 << 12];
    let Ok(count @ 1..) = client.read(&mut first).await else { return };
    let concerns = |whose: &str| first[..count].windows(whose.len()).any(|part| part == whose.as_bytes());
    let carrying = async {
        server.write_all(&first[..count]).await?;
        tokio::io::copy_bidirectional(&mut client, &mut server).await
    };
    let trouble = async {
        let concerning = network.wait_for(|network| match network {
            Network::Working => false,
            Network::Silent { whose } | Network::Cut { whose } => concerns(whose),
        });
        concerning.await.is_ok_and(|network| matches!(*network, Network::Silent { .. }))
    };
    let is_dead = tokio::select! {
        biased;
        is_dead = trouble => is_dead,
        _ = carrying => false,
    };
    if is_dead {
        // What has gone dead once stays so; both ends are kept, so that neither notices.
        std::future::pending::<()>().await;
    }
}
