//! Starts the server, restarts it if it ends, and stops it.

use std::time::Duration;

use tokio::net::UnixStream;
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::cluster;
use super::error::LocalPostgresError;
use super::locks::StartLock;
use super::postmaster::{Answer, Postmaster, STOPPED_WITHIN};
use super::stale::{self, Obstacle};

const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL_EVERY: Duration = Duration::from_millis(20);
const OBSTACLE_PAUSE: Duration = Duration::from_millis(200);
const ADOPTED_POLL_EVERY: Duration = Duration::from_secs(1);
const RESTART_PAUSE_AT_MOST: Duration = Duration::from_secs(30);

/// A server that answers.
#[derive(Debug)]
pub(super) enum Server {
    /// A child of this process.
    Ours(Child),
    /// Started by another process, which may have ended.
    Adopted,
}

impl Postmaster {
    /// Adopts the running server, or starts one, and waits until it answers.
    pub(super) async fn bring_up(&self, _inside: &StartLock) -> Result<Server, LocalPostgresError> {
        cluster::ensure(self.folder(), self.programs()).await?;
        let deadline = Instant::now() + READY_WITHIN;
        let mut started: Option<(Child, u64)> = None;
        loop {
            match (self.ask().await?, started.take()) {
                (Answer::Ready, Some((child, _))) => return Ok(Server::Ours(child)),
                (Answer::Ready, None) => return Ok(Server::Adopted),
                (Answer::Absent, None) => started = Some(self.spawn()?),
                (Answer::NotYet, None) => {}
                (_, Some((mut child, log_begins_at))) => match child.try_wait() {
                    Ok(None) => started = Some((child, log_begins_at)),
                    _ => self.clear_the_way(log_begins_at).await?,
                },
            }
            if Instant::now() >= deadline {
                let tail = self.log_tail(0);
                let seconds = READY_WITHIN.as_secs();
                return Err(LocalPostgresError::NotReady { seconds, log: self.folder().log(), tail });
            }
            sleep(POLL_EVERY).await;
        }
    }

    /// Restarts the server until `stop`. Returns the last one.
    pub(super) async fn keep_up(&self, mut server: Server, stop: CancellationToken) -> Server {
        loop {
            tokio::select! {
                () = stop.cancelled() => return server,
                () = self.gone(&mut server) => {}
            }
            tracing::error!(log = %self.folder().log().display(), "private PostgreSQL ended; starting it again");
            let mut pause = POLL_EVERY;
            server = loop {
                match self.bring_up_in_turn().await {
                    Ok(server) => break server,
                    Err(error) => tracing::error!(%error, "private PostgreSQL does not start"),
                }
                pause = (pause * 4).min(RESTART_PAUSE_AT_MOST);
                tokio::select! {
                    () = stop.cancelled() => return Server::Adopted,
                    () = sleep(pause) => {}
                }
            };
            tracing::info!("private PostgreSQL runs again");
        }
    }

    /// Stops the server. Open transactions are rolled back; everything committed is on disk.
    pub(super) async fn shut_down(
        &self,
        server: Server,
        _inside: &StartLock,
    ) -> Result<(), LocalPostgresError> {
        let outcome = self.stop().await;
        if let Server::Ours(mut child) = server
            && outcome.is_ok()
        {
            let _ = timeout(STOPPED_WITHIN, child.wait()).await;
        }
        outcome
    }

    async fn bring_up_in_turn(&self) -> Result<Server, LocalPostgresError> {
        let start_lock = StartLock::enter(self.folder()).await?;
        self.bring_up(&start_lock).await
    }

    /// After a failed start: removes the obstacle, or returns the reason.
    async fn clear_the_way(&self, log_begins_at: u64) -> Result<(), LocalPostgresError> {
        let tail = self.log_tail(log_begins_at);
        match stale::diagnose(self.folder(), &tail) {
            Obstacle::None => {
                return Err(LocalPostgresError::Exited { log: self.folder().log(), tail });
            }
            Obstacle::ForeignProcess => {
                tracing::warn!(
                    "removing lock files of the private PostgreSQL that name an unrelated process"
                );
                stale::remove_lock_files(self.folder())?;
            }
            Obstacle::Unreachable => {
                tracing::warn!("private PostgreSQL runs but cannot be reached; restarting it");
                self.stop().await?;
            }
            Obstacle::Orphans => sleep(OBSTACLE_PAUSE).await,
        }
        Ok(())
    }

    async fn gone(&self, server: &mut Server) {
        match server {
            Server::Ours(child) => drop(child.wait().await),
            Server::Adopted => {
                while UnixStream::connect(self.folder().socket()).await.is_ok() {
                    sleep(ADOPTED_POLL_EVERY).await;
                }
            }
        }
    }
}
