//! Streams whose clients have left are read to their end, so that their price is the true one.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::StreamEnd;
use super::running::Stream;

/// Bounds of reading on: time, bytes and streams at once. Beyond them a call is settled by what was
/// counted.
const FINISH_WITHIN: Duration = Duration::from_secs(30);
const MAX_BYTES: u64 = 8 * 1_024 * 1_024;
const MAX_STREAMS: usize = 64;

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MAX_STREAMS)));

/// Reads the rest of a stream in a task of its own, and settles the call.
pub(super) fn in_the_background(mut stream: Box<Stream>) {
    let left = StreamEnd::Left { was_sent: stream.bytes > 0 };
    let (Ok(runtime), Ok(place)) = (Handle::try_current(), PLACES.clone().try_acquire_owned()) else {
        stream.settle(left);
        return;
    };
    let tasks = stream.attached.tasks.clone();
    let work = async move {
        let until = stream.limits.ends_at.min(Instant::now() + FINISH_WITHIN);
        let end = timeout_at(until, read_to_end(&mut stream)).await.unwrap_or(left);
        stream.settle(end);
        drop(place);
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
            Some(Err(_)) => return StreamEnd::BrokeOff { was_sent: stream.bytes > 0 },
        }
    }
}
