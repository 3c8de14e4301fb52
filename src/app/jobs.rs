//! The periodic jobs of a gateway that serves.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::background::every;
use crate::background::readiness::{Needed, Readiness};
use crate::background::sign_up_grants::SignUpGrants;
use crate::background::sweep::{RETENTION_EVERY, Sweep, TIDY_EVERY};
use crate::config::Settings;
use crate::console::Alerts;
use crate::gate::auth::last_used::LastUsed;
use crate::gate::limits::limiter::RateLimits;
use crate::gate::refusal_counts::RefusedCalls;
use crate::mail::sender::Sender;
use crate::management::plan_moves::mover::PlanMover;

const PROBE_EVERY: Duration = Duration::from_secs(1);
const COUNT_REFUSED_EVERY: Duration = Duration::from_secs(5);
/// Each look takes a slice of the accounts.
const LOOK_FOR_ALERTS_EVERY: Duration = Duration::from_secs(10);
/// An operator watches the run.
const MOVE_PLANS_EVERY: Duration = Duration::from_secs(2);
/// A person waits for the message.
const SEND_MAIL_EVERY: Duration = Duration::from_secs(2);

/// What the jobs work on.
pub(super) struct Jobs {
    pub(super) pool: PgPool,
    pub(super) sweep: Sweep,
    pub(super) readiness: Readiness,
    pub(super) needed: Needed,
    pub(super) limits: RateLimits,
    pub(super) last_used: LastUsed,
    pub(super) refused: RefusedCalls,
    pub(super) mail: Sender,
    pub(super) grants: SignUpGrants,
    pub(super) plan_moves: PlanMover,
    /// `None`: this gateway has no console, whose pages alerts lead to.
    pub(super) alerts: Option<Alerts>,
    pub(super) stop: CancellationToken,
}

impl Jobs {
    /// Starts all jobs. Returns once readiness is known.
    pub(super) async fn start(self, settings: &Settings) {
        self.readiness.probe(&self.needed).await;
        let (flush_every, sweep_every) = (settings.keys.last_used_every, settings.ledger.sweep_every);
        let jobs = Arc::new(self);
        jobs.spawn("readiness", PROBE_EVERY, |jobs| async move { jobs.readiness.probe(&jobs.needed).await });
        jobs.spawn(
            "last use of keys",
            flush_every,
            |jobs| async move { jobs.last_used.flush(&jobs.pool).await },
        );
        jobs.spawn("refused calls", COUNT_REFUSED_EVERY, |jobs| async move {
            jobs.refused.flush(&jobs.pool).await;
        });
        jobs.spawn("e-mails", SEND_MAIL_EVERY, |jobs| async move { jobs.mail.send_due().await });
        jobs.spawn("plan moves", MOVE_PLANS_EVERY, |jobs| async move { jobs.plan_moves.run_due().await });
        jobs.spawn("alerts", LOOK_FOR_ALERTS_EVERY, |jobs| async move {
            if let Some(alerts) = &jobs.alerts {
                alerts.look().await;
                alerts.remind_of_resets().await;
            }
        });
        jobs.spawn("holds and usage", sweep_every, |jobs| async move { jobs.sweep.holds_and_usage().await });
        jobs.spawn("due accounts", sweep_every, |jobs| async move { jobs.sweep.due_accounts().await });
        jobs.spawn("retention", RETENTION_EVERY, |jobs| async move { jobs.sweep.retention().await });
        jobs.spawn("tidy", TIDY_EVERY, |jobs| async move {
            jobs.limits.remove_idle();
            jobs.sweep.tidy().await;
            jobs.grants.give_due().await;
        });
    }

    /// Runs a job every period, until the stop.
    fn spawn<F, Fut>(self: &Arc<Self>, name: &'static str, period: Duration, run: F)
    where
        F: Fn(Arc<Self>) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let jobs = self.clone();
        tokio::spawn(every(name, period, self.stop.clone(), move || run(jobs.clone())));
    }
}
