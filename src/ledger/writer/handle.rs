//! The handle through which calls reach the writer.

use std::time::Duration;

use tokio::sync::mpsc;

use super::liveness::Liveness;
use super::message::{HoldError, LedgerUnavailable};
use super::reply::{Granted, Reply};
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::HoldRequest;

/// Requests holds from the writer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ledger {
    holds: mpsc::Sender<HoldCommand>,
    max_wait: Duration,
    liveness: Liveness,
}

/// A requested hold, and the reply to it.
#[derive(Debug)]
pub(crate) struct HoldCommand {
    pub(crate) request: HoldRequest,
    pub(crate) reply: Reply,
}

impl Ledger {
    pub(crate) fn new(holds: mpsc::Sender<HoldCommand>, max_wait: Duration, liveness: Liveness) -> Self {
        Self { holds, max_wait, liveness }
    }

    pub fn liveness(&self) -> &Liveness {
        &self.liveness
    }

    /// Holds credits durably. A caller that stops waiting is not charged.
    pub async fn hold(&self, request: HoldRequest) -> Result<Granted, HoldError> {
        let (reply, answer) = Reply::to_here();
        self.holds.try_send(HoldCommand { request, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LedgerUnavailable::QueueFull,
            mpsc::error::TrySendError::Closed(_) => LedgerUnavailable::Stopped,
        })?;
        match tokio::time::timeout(self.max_wait, answer).await {
            Ok(Ok(answer)) => {
                kill_point::pass(KillPoint::HoldReceived);
                answer
            }
            Ok(Err(_)) => Err(LedgerUnavailable::Stopped.into()),
            Err(_) => Err(LedgerUnavailable::TooSlow.into()),
        }
    }
}
