//! The machine: open files, memory, disk.

use std::fs;
use std::path::Path;

use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit};

use super::{Check, Group};
use crate::config::Settings;

const GROUP: Group = Group("system");
/// Files besides the connections of clients: the database, logs, upstreams.
const OTHER_FILES: u64 = 256;
/// What the program needs besides its bounded caches: code, model, buffers.
const BASE_BYTES: u64 = 128 * 1024 * 1024;
const LOW_DISK: f64 = 0.2;
const FULL_DISK: f64 = 0.05;

pub(super) fn check(settings: &Settings) -> Vec<Check> {
    let connections = settings.server.max_connections.get() as u64;
    let mut checks = vec![judge_files(getrlimit(Resource::Nofile).current, connections)];
    let caches = 2 * settings.people.cache_bytes.get() as u64 + settings.server.max_unsent_bytes.get() as u64;
    if let Some(limit) = memory_limit() {
        checks.push(judge_memory(limit, caches + BASE_BYTES));
    }
    if !settings.has_own_database()
        && let Some(free) = free_share(Path::new(&settings.data_dir))
    {
        checks.push(judge_disk(free, &settings.data_dir));
    }
    checks
}

/// No limit is `None`.
fn judge_files(limit: Option<u64>, connections: u64) -> Check {
    let needed = connections + OTHER_FILES;
    match limit {
        Some(limit) if limit < needed => GROUP.warn(
            "open files",
            format!("the limit is {limit}, and server.max_connections needs {needed}"),
            "raise it (`LimitNOFILE=65536`, `ulimit -n 65536`), or lower server.max_connections",
        ),
        Some(limit) => GROUP.ok("open files", format!("the limit is {limit}")),
        None => GROUP.ok("open files", "without a limit"),
    }
}

/// The memory limit of this process's control group, of version 2 or 1.
fn memory_limit() -> Option<u64> {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limit: u64 = files.iter().find_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok())?;
    // Version 1 writes the largest number for no limit.
    (limit < 1 << 60).then_some(limit)
}

fn judge_memory(limit: u64, needed: u64) -> Check {
    let mebibytes = |bytes: u64| bytes / (1024 * 1024);
    let found =
        format!("{} MiB, of which caches and answers may take {}", mebibytes(limit), mebibytes(needed));
    if needed <= limit {
        GROUP.ok("memory", found)
    } else {
        GROUP.warn(
            "memory",
            found,
            "raise the limit, or lower people.cache_bytes and server.max_unsent_bytes",
        )
    }
}

fn free_share(folder: &Path) -> Option<f64> {
    let space = statvfs(folder).ok()?;
    (space.f_blocks > 0).then(|| space.f_bavail as f64 / space.f_blocks as f64)
}

fn judge_disk(free: f64, folder: &str) -> Check {
    let found = format!("{:.0} % of the disk of {folder} is free", free * 100.0);
    let advice = "make room: with a full disk PostgreSQL stops and calls are refused";
    if free < FULL_DISK {
        GROUP.fail("disk", found, advice)
    } else if free < LOW_DISK {
        GROUP.warn("disk", found, advice)
    } else {
        GROUP.ok("disk", found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn limits_below_the_settings_are_warnings() {
        assert_eq!(judge_files(Some(4352), 4096).verdict, Verdict::Ok);
        assert_eq!(judge_files(Some(4351), 4096).verdict, Verdict::Warn);
        assert_eq!(judge_files(None, 4096).verdict, Verdict::Ok);
        assert_eq!(judge_memory(100, 100).verdict, Verdict::Ok);
        assert_eq!(judge_memory(99, 100).verdict, Verdict::Warn);
    }

    #[test]
    fn a_disk_that_fills_is_reported_before_it_is_full() {
        let verdicts = [0.5, 0.19, 0.04].map(|free| judge_disk(free, "/data").verdict);
        assert_eq!(verdicts, [Verdict::Ok, Verdict::Warn, Verdict::Fail]);
    }
}
