//! Places on the way of money where a test can end the process as `kill -9` would: no destructor runs, nothing is
//! flushed. `KILL_AT=held-untold:3` ends it when it comes to `held-untold` for the third time. A release build has
//! none of this.

macro_rules! kill_points {
    ($($(#[$doc:meta])+ $point:ident = $name:literal,)+) => {
        /// A place where the process may die.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum KillPoint { $($(#[$doc])+ $point,)+ }

        impl KillPoint {
            /// All of them, in the order in which a call meets them.
            pub const ALL: &[Self] = &[$(Self::$point,)+];

            /// What it is called in `KILL_AT`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$point => $name,)+ }
            }
        }
    };
}

kill_points! {
    /// A request has arrived.
    RequestReceived = "request-received",
    /// Holds were taken from the queue; the store knows nothing of them.
    HoldsGathered = "holds-gathered",
    /// The statement of the fast path is about to be sent.
    FastUnsent = "fast-unsent",
    /// It was committed.
    FastCommitted = "fast-committed",
    /// An ordered batch has passed the fence and holds its locks; nothing is written.
    OrderedLocked = "ordered-locked",
    /// Everything of it is written, and not committed.
    OrderedWritten = "ordered-written",
    /// It was committed.
    OrderedCommitted = "ordered-committed",
    /// A batch was committed; none of its waiters knows.
    HeldUntold = "held-untold",
    /// The first of its waiters knows.
    HeldHalfTold = "held-half-told",
    /// All of them that wait on one runtime know.
    HeldTold = "held-told",
    /// A call has its hold; the handler has not begun.
    HoldReceived = "hold-received",
    /// The handler has answered; the writer does not know.
    CaptureUnqueued = "capture-unqueued",
    /// The writer is to capture; nobody was answered.
    CaptureQueued = "capture-queued",
    /// The writer is to release; nobody was answered.
    ReleaseQueued = "release-queued",
    /// The writer is to keep the answer.
    KeepQueued = "keep-queued",
    /// The answer is kept, and was not sent.
    AnswerKept = "answer-kept",
    /// The answer is about to be sent.
    AnswerUnsent = "answer-unsent",
    /// Endings were taken from the queue; the store knows nothing of them.
    EndingsGathered = "endings-gathered",
    /// The connection was lost around a commit; the store has not been asked.
    OutcomeUnknown = "outcome-unknown",
    /// The store has said what became of the batch; nobody else knows.
    OutcomeLearnt = "outcome-learnt",
    /// An epoch was opened; its writer has done nothing.
    EpochOpened = "epoch-opened",
    /// A recovery has locked a dead epoch.
    EpochLocked = "epoch-locked",
    /// It has released what that epoch left open, and not committed.
    EpochReleased = "epoch-released",
    /// It has committed that.
    EpochClosed = "epoch-closed",
}

/// Nothing, in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn pass(_: KillPoint) {}

/// Ends the process here, if that is what it was told.
#[cfg(debug_assertions)]
pub fn pass(point: KillPoint) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static TOLD: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let told = TOLD.get_or_init(|| {
        let told = std::env::var("KILL_AT").ok()?;
        let (name, nth) = told.split_once(':')?;
        Some((name.to_owned(), nth.parse().ok()?))
    });
    if let Some((name, nth)) = told
        && name == point.name()
        && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *nth
    {
        std::process::abort();
    }
}
