//! Streams whose clients have left are read to their end, so that their price is the true one.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use super::StreamEnd;
use super::running::Stream;
use crate::domain::ids::AccountId;

/// Bounds of reading on: time, bytes and streams at once. Beyond them a call is settled by what was
/// counted.
const FINISH_WITHIN: Duration = Duration::from_secs(30);
const MAX_BYTES: u64 = 8 * 1_024 * 1_024;
const MAX_STREAMS: usize = 512;
/// One account cannot keep the streams of others from being finished.
const MAX_STREAMS_OF_ACCOUNT: usize = 128;

/// The streams that are read on, by account.
static TAKEN: LazyLock<Mutex<HashMap<AccountId, usize>>> = LazyLock::new(Mutex::default);

/// The permit to read a stream on.
struct StreamPermit(AccountId);

impl StreamPermit {
    fn take(account: AccountId) -> Option<Self> {
        let mut taken = taken();
        let all: usize = taken.values().sum();
        let of_account = taken.get(&account).copied().unwrap_or(0);
        if all >= MAX_STREAMS || of_account >= MAX_STREAMS_OF_ACCOUNT {
            return None;
        }
        taken.insert(account, of_account + 1);
        Some(Self(account))
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut taken = taken();
        match taken.get_mut(&self.0) {
            Some(streams) if *streams > 1 => *streams -= 1,
            _ => drop(taken.remove(&self.0)),
        }
    }
}

fn taken() -> MutexGuard<'static, HashMap<AccountId, usize>> {
    TAKEN.lock()
}

/// Reads the rest of a stream in a task of its own, and settles the call.
pub(super) fn in_the_background(mut stream: Box<Stream>) {
    let left = StreamEnd::Left { was_sent: stream.bytes > 0 };
    let (Ok(runtime), Some(permit)) = (Handle::try_current(), StreamPermit::take(stream.attached.account))
    else {
        metrics::counter!("gateway_streams_not_finished_total").increment(1);
        stream.settle(left);
        return;
    };
    let tasks = stream.attached.tasks.clone();
    let work = async move {
        let until = stream.limits.ends_at.min(Instant::now() + FINISH_WITHIN);
        let end = timeout_at(until, read_to_end(&mut stream)).await.unwrap_or(left);
        stream.settle(end);
        drop(permit);
    };
    tasks.spawn_on(work, &runtime);
}

async fn read_to_end(stream: &mut Stream) -> StreamEnd {
    stream.ping = None;
    let most = stream.bytes.saturating_add(MAX_BYTES);
    loop {
        match std::future::poll_fn(|cx| stream.poll_part(cx)).await {
            None => return StreamEnd::Whole,
            Some(Ok(_)) if stream.bytes > most => return StreamEnd::Left { was_sent: true },
            Some(Ok(_)) => {}
            Some(Err(fault)) => return fault.end(stream.bytes > 0, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_account_has_a_quarter_of_the_places_and_gives_them_back() {
        let account = || AccountId::from_uuid(Uuid::now_v7());
        let (greedy, other) = (account(), account());
        let mut permits: Vec<_> =
            (0..MAX_STREAMS_OF_ACCOUNT).filter_map(|_| StreamPermit::take(greedy)).collect();
        assert_eq!(permits.len(), MAX_STREAMS_OF_ACCOUNT);
        assert!(StreamPermit::take(greedy).is_none() && StreamPermit::take(other).is_some());
        permits.pop();
        assert!(StreamPermit::take(greedy).is_some());
        let all = (0..MAX_STREAMS).filter_map(|_| StreamPermit::take(account()));
        permits.extend(all);
        assert_eq!(permits.len(), MAX_STREAMS);
        assert!(StreamPermit::take(other).is_none());
        drop(permits);
        assert!(StreamPermit::take(other).is_some());
    }
}
