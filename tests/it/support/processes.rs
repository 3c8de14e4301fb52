//! Processes, by number.

use std::path::Path;
use std::process::Command;

/// Sends a signal, such as `KILL`.
pub(crate) fn signal(name: &str, pid: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status().unwrap();
    assert!(sent.success(), "process {pid} is not there to get {name}");
}

/// Whether it runs; one that ended and waits for its parent to notice does not.
pub(crate) fn alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

/// The process named by a lock file's first line.
pub(crate) fn named_in(lock_file: &Path) -> Option<u32> {
    std::fs::read_to_string(lock_file).ok()?.lines().next()?.trim().parse().ok()
}
