//! The writer as the rest of the program sees it: ask for a hold.

use std::time::Duration;

use tokio::sync::mpsc;

use super::liveness::WriterLife;
use super::message::LedgerUnavailable;
use super::reply::{Granted, Reply};
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::HoldRequest;

/// Asks the writer for holds. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ledger {
    asks: mpsc::Sender<Ask>,
    longest_wait: Duration,
    life: WriterLife,
}

/// A hold asked for, and where the answer goes.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) request: HoldRequest,
    pub(crate) reply: Reply,
}

impl Ledger {
    pub(crate) fn new(asks: mpsc::Sender<Ask>, longest_wait: Duration, life: WriterLife) -> Self {
        Self { asks, longest_wait, life }
    }

    /// Whether the writer lives.
    pub fn life(&self) -> &WriterLife {
        &self.life
    }

    /// Sets credits aside, durably. A caller that stops waiting is not charged.
    pub async fn hold(&self, request: HoldRequest) -> Result<Granted, LedgerUnavailable> {
        let (reply, answer) = Reply::to_here();
        self.asks.try_send(Ask { request, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LedgerUnavailable::QueueFull,
            mpsc::error::TrySendError::Closed(_) => LedgerUnavailable::Stopped,
        })?;
        match tokio::time::timeout(self.longest_wait, answer).await {
            Ok(Ok(answer)) => {
                kill_point::pass(KillPoint::HoldReceived);
                answer
            }
            Ok(Err(_)) => Err(LedgerUnavailable::Stopped),
            Err(_) => Err(LedgerUnavailable::TooSlow),
        }
    }
}
