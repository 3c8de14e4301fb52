//! Places where a test can end the process as `kill -9` would: no destructor runs and nothing is
//! flushed. With `KILL_AT=before-replies:3` the process ends when it reaches `before-replies` for
//! the third time. A release build has none of this.

macro_rules! kill_points {
    ($($(#[$doc:meta])+ $point:ident = $name:literal,)+) => {
        /// A place where the process may die.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum KillPoint { $($(#[$doc])+ $point,)+ }

        impl KillPoint {
            /// All of them, in the order in which a call reaches them.
            pub const ALL: &[Self] = &[$(Self::$point,)+];

            /// The name in `KILL_AT`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$point => $name,)+ }
            }
        }
    };
}

kill_points! {
    /// A request has arrived.
    RequestReceived = "request-received",
    /// Holds were taken from the queue; the database has none of them.
    HoldsDequeued = "holds-dequeued",
    /// The statement of the fast path is about to be sent.
    BeforeFastCommit = "before-fast-commit",
    /// The fast path's statement was committed.
    FastCommitted = "fast-committed",
    /// An ordered batch has passed the fence and holds its locks; nothing is written.
    OrderedLocked = "ordered-locked",
    /// The whole ordered batch is written, but not committed.
    OrderedWritten = "ordered-written",
    /// The ordered batch was committed.
    OrderedCommitted = "ordered-committed",
    /// A batch was committed; no call has its reply.
    BeforeReplies = "before-replies",
    /// The first call has its reply.
    FirstReplySent = "first-reply-sent",
    /// All calls of one runtime have their replies.
    RepliesSent = "replies-sent",
    /// A call has its hold; the handler has not begun.
    HoldReceived = "hold-received",
    /// The handler has finished; its capture is not queued.
    HandlerFinished = "handler-finished",
    /// The capture is queued; the client has no answer.
    CaptureQueued = "capture-queued",
    /// The release is queued; the client has no answer.
    ReleaseQueued = "release-queued",
    /// The capture with the answer to store is queued.
    CaptureWithAnswerQueued = "capture-with-answer-queued",
    /// The answer is stored, but not sent.
    AnswerStored = "answer-stored",
    /// The answer is about to be sent.
    BeforeAnswer = "before-answer",
    /// Settlements were taken from the queue; the database has none of them.
    SettlementsDequeued = "settlements-dequeued",
    /// The connection was lost around a commit; its outcome was not looked up.
    OutcomeUnknown = "outcome-unknown",
    /// The outcome was looked up; no call has its reply.
    OutcomeResolved = "outcome-resolved",
    /// A new set was read; requests still meet the one before.
    SetRead = "set-read",
    /// An epoch was opened; its writer has committed nothing.
    EpochOpened = "epoch-opened",
    /// A recovery has locked a dead epoch.
    EpochLocked = "epoch-locked",
    /// The recovery has released that epoch's open holds, but not committed.
    EpochReleased = "epoch-released",
    /// The recovery has committed.
    EpochClosed = "epoch-closed",
}

/// Does nothing in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn pass(_: KillPoint) {}

/// Ends the process if `KILL_AT` names this point.
#[cfg(debug_assertions)]
pub fn pass(point: KillPoint) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static TARGET: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let target = TARGET.get_or_init(|| {
        let text = std::env::var("KILL_AT").ok()?;
        let (name, nth) = text.split_once(':')?;
        Some((name.to_owned(), nth.parse().ok()?))
    });
    if let Some((name, nth)) = target
        && name == point.name()
        && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *nth
    {
        std::process::abort();
    }
}
