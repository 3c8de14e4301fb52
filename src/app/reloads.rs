//! The parts that change while the gateway serves. A part with files of its own joins the list in
//! [`Reloads::new`].

use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::background::every;
use crate::clock;
use crate::domain::reload::Reload;

/// Interval at which files are compared with those in force.
const WATCH_EVERY: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Reloads(Arc<[Arc<dyn Reload>]>);

impl std::fmt::Debug for Reloads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|part| part.part())).finish()
    }
}

impl Reloads {
    pub(super) fn new(parts: Vec<Arc<dyn Reload>>) -> Self {
        Self(parts.into())
    }

    /// Reads the files of every part again. A part whose files are faulty keeps what it has.
    pub(super) async fn run(&self) {
        self.reload_where(|_| true).await;
    }

    /// Reloads the parts whose files change, until `stop`: a renewal needs no signal.
    pub(super) fn watch(&self, stop: CancellationToken) {
        let reloads = self.clone();
        let look = move || {
            let reloads = reloads.clone();
            async move { reloads.reload_where(|part| part.has_changed()).await }
        };
        tokio::spawn(every("files", WATCH_EVERY, stop, look));
    }

    /// Reads files off the threads that serve: a disk may be slow, or away.
    async fn reload_where(&self, is_meant: fn(&dyn Reload) -> bool) {
        let parts = self.0.clone();
        let reloading = spawn_blocking(move || {
            parts.iter().filter(|part| is_meant(&***part)).for_each(|part| reload(&**part))
        });
        if let Err(error) = reloading.await {
            tracing::error!(%error, "file reload panicked");
        }
    }
}

fn reload(part: &dyn Reload) {
    let name = part.part();
    match part.reload() {
        Ok(has_changed) => {
            if has_changed {
                tracing::info!(part = name, "files reloaded");
            }
            gauge!("gateway_config_applied_timestamp_seconds", "part" => name)
                .set(clock::now().timestamp() as f64);
            gauge!("gateway_config_faulty", "part" => name).set(0.0);
        }
        Err(error) => {
            tracing::error!(part = name, error, "reloading files failed; the gateway keeps the current ones");
            gauge!("gateway_config_faulty", "part" => name).set(1.0);
        }
    }
}
