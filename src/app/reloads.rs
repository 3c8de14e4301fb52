//! The parts that change while the gateway serves. A part with files of its own joins the list in [`Reloads::new`].

use std::sync::Arc;

use metrics::gauge;

use crate::clock;
use crate::domain::reload::Reload;

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
    pub(super) fn run(&self) {
        self.0.iter().for_each(|part| reload(&**part));
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
