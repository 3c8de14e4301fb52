//! The segments of the write-ahead log in a folder: which of them a replay did not reach.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::plain;

/// A torn record at the end of a crashed server's log may reach into the next segment. No record of
/// the gateway is as large as this.
const RECORD_AT_MOST_BYTES: u64 = 1 << 20;
/// The bytes of a long page header (`XLogLongPageHeaderData`) up to the size of a segment.
const HEADER_BYTES: usize = 36;
/// Where `pg_control` has the number of its cluster, as the header does at 24.
const CLUSTER_IN_HEADER: usize = 24;

/// Where a replay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    /// The number that `initdb` gave the cluster. Its copies have it too.
    pub(super) cluster: u64,
    /// The timeline that was replayed.
    pub(super) timeline: u32,
    /// The position in the log.
    pub(super) position: u64,
}

/// A segment that a replay did not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    pub folder: PathBuf,
    /// The name of its file.
    pub segment: String,
}

/// A segment by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    cluster: u64,
    timeline: u32,
    begins_at: u64,
}

/// Returns the first segment in these folders that begins after the end of a replay.
///
/// # Errors
/// When a folder or a segment cannot be read.
pub(super) fn first_unreached(folders: &[PathBuf], reached: Reached) -> io::Result<Option<Unreached>> {
    let mut first: Option<(u64, Unreached)> = None;
    for folder in folders {
        for (name, segment) in segments(folder)? {
            let is_after = segment.begins_at > reached.position + RECORD_AT_MOST_BYTES;
            let is_of_it = segment.cluster == reached.cluster && segment.timeline >= reached.timeline;
            let is_first = first.as_ref().is_none_or(|(begins_at, _)| segment.begins_at < *begins_at);
            if is_of_it && is_after && is_first {
                first = Some((segment.begins_at, Unreached { folder: folder.clone(), segment: name }));
            }
        }
    }
    Ok(first.map(|(_, unreached)| unreached))
}

/// Whether a folder has segments, and none of this cluster.
pub(super) fn is_of_another_cluster(folder: &Path, cluster: u64) -> bool {
    let segments = segments(folder).unwrap_or_default();
    !segments.is_empty() && segments.iter().all(|(_, segment)| segment.cluster != cluster)
}

/// The number of the cluster whose data is in a folder.
///
/// # Errors
/// When its `pg_control` cannot be read.
pub(super) fn cluster_of(data: &Path) -> io::Result<u64> {
    let mut number = [0; 8];
    let control = data.join("global/pg_control");
    plain::open(&control, OpenOptions::new().read(true))?.read_exact(&mut number)?;
    Ok(u64::from_ne_bytes(number))
}

/// The segments in a folder. A folder that does not exist has none.
fn segments(folder: &Path) -> io::Result<Vec<(String, Segment)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        if let Some(segment) = segment(&folder.join(&name), &name)? {
            found.push((name, segment));
        }
    }
    Ok(found)
}

/// A segment whose header fits its name. The server keeps old segments under the names of future
/// ones, with their old content.
fn segment(path: &Path, name: &str) -> io::Result<Option<Segment>> {
    let Some((timeline, log, part)) = numbers(name) else { return Ok(None) };
    // An operator's folder may consist of links. A pipe is not waited for.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut header = Vec::with_capacity(HEADER_BYTES);
    file.take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    let (Some(address), Some(cluster), Some(size)) =
        (number(&header, 8), number(&header, CLUSTER_IN_HEADER), size(&header))
    else {
        return Ok(None);
    };
    let segments_in_a_log = (1_u64 << 32) / size;
    let begins_at = (u64::from(log) * segments_in_a_log + u64::from(part)) * size;
    Ok((address == begins_at).then_some(Segment { cluster, timeline, begins_at }))
}

/// The three numbers in the name of a segment.
pub(super) fn numbers(name: &str) -> Option<(u32, u32, u32)> {
    let is_segment = name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = |from: usize| u32::from_str_radix(&name[from..from + 8], 16).ok();
    if is_segment { Some((number(0)?, number(8)?, number(16)?)) } else { None }
}

fn number(header: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(header.get(at..at + 8)?.try_into().ok()?))
}

/// The size of a segment: a power of two from 1 MiB to 1 GiB.
fn size(header: &[u8]) -> Option<u64> {
    let size = u32::from_ne_bytes(header.get(32..36)?.try_into().ok()?);
    (size.is_power_of_two() && (1 << 20..=1 << 30).contains(&size)).then_some(u64::from(size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const SIZE: u32 = 1 << 24;
    const CLUSTER: u64 = 7;

    fn folder() -> Scratch {
        Scratch::new("segments")
    }

    /// Writes a segment named by its timeline and number, with the content of another number.
    fn put(folder: &Scratch, timeline: u32, named: u32, content: u64, cluster: u64) {
        let mut header = vec![0; 40];
        header[8..16].copy_from_slice(&(content * u64::from(SIZE)).to_ne_bytes());
        header[24..32].copy_from_slice(&cluster.to_ne_bytes());
        header[32..36].copy_from_slice(&SIZE.to_ne_bytes());
        fs::write(folder.join(format!("{timeline:08X}{:08X}{named:08X}", 0)), header).unwrap();
    }

    fn reached(number: u64) -> Reached {
        Reached { cluster: CLUSTER, timeline: 2, position: number * u64::from(SIZE) }
    }

    #[test]
    fn the_first_segment_after_the_end_of_a_replay_is_found_in_any_folder() {
        let (archive, crashed) = (folder(), folder());
        put(&archive, 2, 3, 3, CLUSTER);
        put(&archive, 2, 6, 6, CLUSTER);
        put(&crashed, 2, 5, 5, CLUSTER);
        let folders = [archive.path().to_owned(), crashed.path().to_owned(), PathBuf::from("/nowhere")];
        let first = |number| first_unreached(&folders, reached(number)).unwrap();
        let segment = "000000020000000000000005".to_owned();
        assert_eq!(first(4), Some(Unreached { folder: crashed.path().to_owned(), segment }));
        assert_eq!(first(6), None, "the end of the log");
        let inside = Reached { position: reached(6).position - 100, ..reached(6) };
        assert_eq!(first_unreached(&folders, inside).unwrap(), None, "a torn record at the end");
    }

    #[test]
    fn what_is_no_later_log_of_the_cluster_is_left_out() {
        let scratch = folder();
        put(&scratch, 2, 9, 1, CLUSTER);
        put(&scratch, 1, 9, 9, CLUSTER);
        put(&scratch, 2, 8, 8, CLUSTER + 1);
        fs::write(scratch.join("000000020000000000000007"), "").unwrap();
        fs::write(scratch.join("000000020000000000000007.part"), "").unwrap();
        fs::write(scratch.join("00000002.history"), "").unwrap();
        let folders = [scratch.path().to_owned()];
        assert_eq!(first_unreached(&folders, reached(2)).unwrap(), None);
        put(&scratch, 3, 9, 9, CLUSTER);
        assert!(first_unreached(&folders, reached(2)).unwrap().is_some(), "a later timeline");
    }

    #[test]
    fn an_archive_of_another_cluster_is_told_from_an_empty_one() {
        let scratch = folder();
        assert!(!is_of_another_cluster(scratch.path(), CLUSTER));
        put(&scratch, 1, 1, 1, CLUSTER + 1);
        assert!(is_of_another_cluster(scratch.path(), CLUSTER));
        put(&scratch, 1, 2, 2, CLUSTER);
        assert!(!is_of_another_cluster(scratch.path(), CLUSTER));
    }
}
