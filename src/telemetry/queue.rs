//! A queue of log lines, which one thread writes to standard error.
//!
//! A request only appends its line to a buffer. Writing it directly would cost a system call, and
//! make threads that serve requests wait for each other and for the reader of the log.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use metrics::counter;
use parking_lot::{Condvar, Mutex, MutexGuard};
use tracing_subscriber::fmt::MakeWriter;

/// Maximum number of bytes in the queue. Further lines are dropped and counted.
const MAX_WAITING_BYTES: usize = 4 * 1024 * 1024;
/// Pause after a write, so that a busy log is written in large pieces.
const GATHER: Duration = Duration::from_millis(5);

/// The queue. Clones share one buffer.
#[derive(Clone, Default)]
pub(super) struct LogQueue(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    dropped: u64,
    is_closed: bool,
    is_writer_waiting: bool,
    has_writer_ended: bool,
}

/// Longest wait at the end of the program for the last lines: a stuck reader must not delay it
/// further.
const LAST_LINES_WITHIN: Duration = Duration::from_secs(1);

/// Ends the log. Dropping it writes all lines, unless the reader of the log is stuck.
#[must_use = "logging ends when this is dropped"]
pub(super) struct LogGuard {
    queue: LogQueue,
    last_lines_within: Duration,
}

impl LogQueue {
    /// Starts the thread that writes to `out`.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(Self, LogGuard)> {
        let queue = Self::default();
        thread::Builder::new().name("log".to_owned()).spawn({
            let queue = queue.clone();
            move || {
                // Also if writing panics: the end of the program waits for this.
                let _ended = Ended(&queue);
                queue.write_all_to(out);
            }
        })?;
        Ok((queue.clone(), LogGuard { queue, last_lines_within: LAST_LINES_WITHIN }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock()
    }

    fn put(&self, line: &[u8]) {
        let mut state = self.state();
        if state.lines.len() + line.len() > MAX_WAITING_BYTES {
            state.dropped += 1;
            counter!("gateway_log_lines_dropped_total").increment(1);
            return;
        }
        state.lines.extend_from_slice(line);
        if state.is_writer_waiting {
            self.0.changed.notify_one();
        }
    }

    /// Writes until the queue is closed and empty. Errors are ignored: there is no other place to
    /// report them.
    fn write_all_to(&self, mut out: impl Write) {
        let mut lines = Vec::new();
        loop {
            let dropped = self.next(&mut lines);
            let _ = out.write_all(&lines).and_then(|()| out.flush());
            lines.clear();
            if dropped > 0 {
                tracing::warn!(dropped, "log lines dropped: the reader of the log is too slow");
            }
            if self.is_finished() {
                return;
            }
            thread::sleep(GATHER);
        }
    }

    fn is_finished(&self) -> bool {
        let state = self.state();
        state.is_closed && state.lines.is_empty()
    }

    /// Waits for lines and swaps the buffers. Returns how many lines were dropped meanwhile.
    fn next(&self, lines: &mut Vec<u8>) -> u64 {
        let mut state = self.state();
        while state.lines.is_empty() && state.dropped == 0 && !state.is_closed {
            state.is_writer_waiting = true;
            self.0.changed.wait(&mut state);
            state.is_writer_waiting = false;
        }
        std::mem::swap(&mut state.lines, lines);
        std::mem::take(&mut state.dropped)
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.queue.state().is_closed = true;
        self.queue.0.changed.notify_all();
        let mut state = self.queue.state();
        // A stuck writer ends with the process.
        let _ = self.queue.0.changed.wait_while_for(
            &mut state,
            |state| !state.has_writer_ended,
            self.last_lines_within,
        );
    }
}

/// Signals the end of the writer, even after a panic.
struct Ended<'q>(&'q LogQueue);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.state().has_writer_ended = true;
        self.0.0.changed.notify_all();
    }
}

impl<'q> MakeWriter<'q> for LogQueue {
    type Writer = &'q LogQueue;
    fn make_writer(&'q self) -> &'q LogQueue {
        self
    }
}

/// Every write is one whole line: the formatter guarantees it.
impl Write for &LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// An output that stores what is written; each write waits for permission.
    struct Gated {
        kept: Arc<Mutex<Vec<u8>>>,
        go: mpsc::Receiver<()>,
    }

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // A closed gate lets every write pass.
            let _ = self.go.recv();
            self.kept.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gated() -> (LogQueue, LogGuard, mpsc::Sender<()>, Arc<Mutex<Vec<u8>>>) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (gate, go) = mpsc::channel();
        let (queue, guard) = LogQueue::start(Gated { kept: kept.clone(), go }).unwrap();
        (queue, guard, gate, kept)
    }

    #[test]
    fn every_line_is_written_in_order_before_the_guard_is_gone() {
        let (queue, guard, gate, kept) = gated();
        let lines: Vec<_> = (0..1000).map(|n| format!("line {n}\n")).collect();
        for line in &lines {
            queue.put(line.as_bytes());
        }
        drop(gate);
        drop(guard);
        assert_eq!(String::from_utf8(kept.lock().clone()).unwrap(), lines.concat());
    }

    #[test]
    fn the_end_does_not_wait_for_a_reader_that_is_stuck() {
        let (queue, mut guard, gate, kept) = gated();
        queue.put(b"line\n");
        guard.last_lines_within = Duration::from_millis(20);
        drop(guard);
        assert!(kept.lock().is_empty());
        assert!(!queue.state().has_writer_ended);
        drop(gate);
    }

    #[test]
    fn an_unread_log_stays_within_its_bound() {
        let (queue, guard, gate, kept) = gated();
        let line = [b'x'; 64 * 1024];
        queue.put(&line);
        // The writer takes the drops that it reports off the count, so it must have its buffer
        // before any line is dropped.
        while !queue.state().lines.is_empty() {
            std::thread::yield_now();
        }
        for _ in 0..200 {
            queue.put(&line);
        }
        // The writer may hold one buffer while another fills.
        assert!(queue.state().lines.len() <= MAX_WAITING_BYTES);
        assert!(queue.state().dropped >= 200 - 2 * (MAX_WAITING_BYTES / line.len()) as u64);
        drop(gate);
        drop(guard);
        assert!(kept.lock().len() <= 2 * MAX_WAITING_BYTES);
    }
}
