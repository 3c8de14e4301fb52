//! CPU, memory and files of the process, under the names that Prometheus' own client libraries use.
//! Linux only; elsewhere there are none.

use std::fs;

use metrics::gauge;
use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Resource, getrlimit};

/// Sets the gauges.
pub fn sample() {
    if let Some(usage) = read() {
        // A gauge, although it only grows: counters of the library are whole numbers.
        gauge!("process_cpu_seconds_total").set(usage.cpu_s);
        gauge!("process_resident_memory_bytes").set(usage.resident_bytes);
        gauge!("process_start_time_seconds").set(usage.started_at_s);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(open.count() as f64);
    }
    if let Some(most) = getrlimit(Resource::Nofile).current {
        gauge!("process_max_fds").set(most as f64);
    }
}

struct ProcessUsage {
    cpu_s: f64,
    resident_bytes: f64,
    started_at_s: f64,
}

fn read() -> Option<ProcessUsage> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let boot = fs::read_to_string("/proc/stat").ok()?;
    let booted_at_s: f64 = boot.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok())?;
    parse(&stat, booted_at_s, clock_ticks_per_second() as f64, page_size() as f64)
}

/// Reads `/proc/self/stat` (proc(5)). The name of the program, in brackets, may contain anything.
fn parse(stat: &str, booted_at_s: f64, ticks_per_s: f64, page_bytes: f64) -> Option<ProcessUsage> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // The first field here is the third of the file.
    let field = |number: usize| -> Option<f64> { fields.get(number.checked_sub(3)?)?.parse().ok() };
    Some(ProcessUsage {
        cpu_s: (field(14)? + field(15)?) / ticks_per_s,
        resident_bytes: field(24)? * page_bytes,
        started_at_s: booted_at_s + field(22)? / ticks_per_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usage_of_a_process_is_read_with_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 0 1 2 3 4 250 50 0 0 20 0 4 0 1000 999999 12 184";
        let usage = parse(stat, 100.0, 100.0, 4096.0).unwrap();
        assert_eq!((usage.cpu_s, usage.resident_bytes, usage.started_at_s), (3.0, 49152.0, 110.0));
    }

    #[test]
    fn this_process_has_a_usage() {
        let usage = read().unwrap();
        assert!(usage.resident_bytes > 0.0 && usage.started_at_s > 1.0e9);
    }
}
