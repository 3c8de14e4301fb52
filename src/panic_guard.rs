//! One call that panics is one failed call, not the end of the service.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// Returns what a future came to, or `None` if it panicked. The panic hook logs why.
pub fn unless_panicking<F: Future>(future: F) -> impl Future<Output = Option<F::Output>> {
    AssertUnwindSafe(future).catch_unwind().map(Result::ok)
}
