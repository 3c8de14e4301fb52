//! The end of the server's log, for errors.

use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom};

use super::Postmaster;
use crate::local_postgres::plain;

/// Bytes of the log that an error shows.
const TAIL_BYTES: usize = 2_000;
/// Part of the log that is read for it.
const READ_BYTES: u64 = 50_000;
/// What a starting server logs whenever it is asked whether it is ready.
const ASKED_TOO_EARLY: &str = "FATAL:  the database system is starting up";

impl Postmaster {
    /// The end of the log, from this offset on, without the lines that asking whether the server is
    /// ready has left.
    pub(in crate::local_postgres) fn log_tail(&self, begins_at: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut log = plain::open(&self.folder.log(), OpenOptions::new().read(true))?;
            let from = begins_at.max(log.metadata()?.len().saturating_sub(READ_BYTES));
            log.seek(SeekFrom::Start(from))?;
            let mut tail = Vec::new();
            log.take(READ_BYTES).read_to_end(&mut tail)?;
            Ok(tail)
        };
        read().map_or_else(
            |error| format!("(unreadable: {error})"),
            |read| tail_of(&String::from_utf8_lossy(&read)),
        )
    }
}

/// The last lines of a log, without those that only say that the server was asked too early.
fn tail_of(log: &str) -> String {
    let mut room = TAIL_BYTES;
    let fits = |line: &&str| {
        room = room.saturating_sub(line.len() + 1); // its line break too
        room > 0
    };
    let useful = log.lines().rev().filter(|line| !line.ends_with(ASKED_TOO_EARLY));
    let mut tail: Vec<&str> = useful.take_while(fits).collect();
    tail.reverse();
    tail.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_has_the_last_lines_that_say_something() {
        let asked = format!("2026-11-27 [7] {ASKED_TOO_EARLY}\n").repeat(100);
        let log =
            format!("{}the beginning\n{asked}LOG:  redo starts\n{asked}FATAL:  no\n", "x\n".repeat(5_000));
        let tail = tail_of(&log);
        assert!(tail.ends_with("the beginning\nLOG:  redo starts\nFATAL:  no"), "{tail}");
        assert!(tail.len() <= TAIL_BYTES);
    }
}
