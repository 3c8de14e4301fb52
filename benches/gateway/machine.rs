//! Facts about the machine: CPU time by process tree, read from the process table.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;

/// The unit of times in the process table: Linux shows them in hundredths of a second on every
/// usual architecture.
const TICK: Duration = Duration::from_millis(10);

/// One line of the process table.
struct Process {
    id: u32,
    parent: u32,
    own: Duration,
    of_ended_children: Duration,
}

impl Process {
    fn read(id: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name may contain anything, brackets included; plain fields follow the last one.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |place: usize| fields.get(place)?.parse::<u32>().ok().map(|ticks| TICK * ticks);
        Some(Self {
            id,
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            of_ended_children: ticks(13)? + ticks(14)?,
        })
    }
}

fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| Process::read(entry.file_name().to_str()?.parse().ok()?)).collect()
}

/// CPU time so far of a process and its descendants, including ended ones.
pub(crate) fn cpu_of_tree(root: u32) -> Duration {
    let mut children: HashMap<u32, Vec<Process>> = HashMap::new();
    let mut waiting = Vec::new();
    for process in processes() {
        if process.id == root {
            waiting.push(process);
        } else {
            children.entry(process.parent).or_default().push(process);
        }
    }
    let mut sum = Duration::ZERO;
    while let Some(process) = waiting.pop() {
        sum += process.own + process.of_ended_children;
        waiting.extend(children.remove(&process.id).unwrap_or_default());
    }
    sum
}

/// Memory of a process and its descendants.
pub(crate) fn resident_kib_of_tree(root: u32) -> u64 {
    let all = processes();
    let mut tree = vec![root];
    let mut at = 0;
    while let Some(parent) = tree.get(at).copied() {
        tree.extend(all.iter().filter(|process| process.parent == parent).map(|process| process.id));
        at += 1;
    }
    tree.into_iter().filter_map(resident_kib).sum()
}

fn resident_kib(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// CPU time so far of the programs that this one has run and waited for.
pub(crate) fn cpu_of_ended_children() -> Duration {
    Process::read(std::process::id()).map_or(Duration::ZERO, |process| process.of_ended_children)
}

/// CPU time so far of this process.
pub(crate) fn cpu_of_us() -> Duration {
    Process::read(std::process::id()).map_or(Duration::ZERO, |process| process.own)
}

/// The process that started another.
pub(crate) fn parent_of(id: u32) -> anyhow::Result<u32> {
    Process::read(id).map(|process| process.parent).context("the process table does not show the server")
}

/// The share of the machine's time that its host gave to others since `earlier`, and the reading
/// for the next time.
#[derive(Clone, Copy)]
pub(crate) struct Steal {
    stolen: u64,
    all: u64,
}

impl Steal {
    pub(crate) fn now() -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let first = stat.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = first.split_whitespace().skip(1).filter_map(|text| text.parse().ok()).collect();
        // user nice system idle iowait irq softirq steal; guest times are counted in user already.
        Self { stolen: ticks.get(7).copied().unwrap_or(0), all: ticks.iter().take(8).sum() }
    }

    pub(crate) fn percent_since(self, earlier: Self) -> f64 {
        (self.stolen - earlier.stolen) as f64 * 100.0 / (self.all - earlier.all).max(1) as f64
    }
}

/// The load of the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

/// How long the disk of this folder takes to make 8 KiB durable: the median of 100 tries.
pub(crate) fn sync_time(folder: &Path) -> anyhow::Result<Duration> {
    let path = folder.join("sync-test");
    let mut file = fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let started = Instant::now();
        file.write_all(&[0; 8192])?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    fs::remove_file(&path)?;
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}
