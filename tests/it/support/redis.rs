//! A Redis server of a test's own.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use redis::aio::MultiplexedConnection;

use super::gateway::eventually;
use super::processes;
use super::scratch::Scratch;

/// A running server on a loopback port; ends with the test.
pub(crate) struct Redis {
    port: u16,
    options: &'static [&'static str],
    folder: Scratch,
    child: Child,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The only node of a cluster.
    pub(crate) async fn start_cluster() -> Self {
        let redis = Self::start_with(&["--cluster-enabled", "yes"]).await;
        let mut connection = redis.connect().await;
        let slots = redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16383).clone();
        slots.exec_async(&mut connection).await.unwrap();
        eventually("the cluster is whole", async || {
            let info: String =
                redis::cmd("CLUSTER").arg("INFO").query_async(&mut connection.clone()).await.unwrap();
            info.contains("cluster_state:ok")
        })
        .await;
        redis
    }

    async fn start_with(options: &'static [&'static str]) -> Self {
        loop {
            // Another process may take the port first. Then another port is tried.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            // A node of a cluster talks to others 10,000 ports further up.
            if port >= 55_535 {
                continue;
            }
            let folder = Scratch::new();
            std::fs::create_dir_all(folder.path()).unwrap();
            let child = spawn(port, &folder, options);
            let mut redis = Self { port, options, folder, child };
            if redis.answers().await {
                return redis;
            }
        }
    }

    /// Whether it answers before it ends.
    async fn answers(&mut self) -> bool {
        loop {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            let client = redis::Client::open(self.url()).unwrap();
            if let Ok(mut connection) = client.get_multiplexed_async_connection().await
                && redis::cmd("PING").exec_async(&mut connection).await.is_ok()
            {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    pub(crate) fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// The same server through another port.
    pub(crate) fn url_at(&self, port: u16) -> String {
        format!("redis://127.0.0.1:{port}/")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// Ends it without notice.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again, empty, where it was.
    pub(crate) async fn start_again(&mut self) {
        self.child = spawn(self.port, &self.folder, self.options);
        assert!(self.answers().await, "the port was taken meanwhile");
    }

    /// Stops it from doing anything, with all connections open.
    pub(crate) fn pause(&self) {
        processes::signal("STOP", self.child.id());
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        processes::signal("CONT", self.child.id());
    }
}

fn spawn(port: u16, folder: &Scratch, options: &[&str]) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"]).arg(folder.path());
    command.args(["--save", "", "--appendonly", "no"]).args(options);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is installed: `make test`")
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
