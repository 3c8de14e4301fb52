//! Messages as files of the data folder: `ID.eml` for mail programs, and `ID.json` for the page
//! that shows them. They hold links that log in, so only the owner of the folder reads them.

use std::io;
use std::path::Path;

use tokio::fs::{self, OpenOptions};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::message::Message;

/// Files that are read at most.
const MAX_FILES: usize = 1_000;
/// The most bytes of one file.
const MAX_BYTES: u64 = 64 * 1024;

/// Writes a message.
pub(super) async fn write(folder: &Path, id: Uuid, message: &Message, email: &[u8]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    write_file(&folder.join(format!("{id}.eml")), email).await?;
    write_file(&folder.join(format!("{id}.json")), &serde_json::to_vec(message)?).await
}

async fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A second attempt replaces what the first left.
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).await?;
    file.write_all(bytes).await?;
    file.flush().await
}

/// Returns the latest messages, newest first. Files that cannot be read are left out.
pub async fn latest(folder: &Path, limit: usize) -> Vec<Message> {
    let mut names = Vec::new();
    let Ok(mut files) = fs::read_dir(folder).await else { return Vec::new() };
    while let (Ok(Some(file)), true) = (files.next_entry().await, names.len() < MAX_FILES) {
        let name = file.file_name();
        if Path::new(&name).extension().is_some_and(|ending| ending == "json") {
            names.push(name);
        }
    }
    // Ids sort by time.
    names.sort_unstable();
    let mut messages = Vec::new();
    for name in names.iter().rev().take(limit) {
        let path = folder.join(name);
        let is_small = fs::metadata(&path).await.is_ok_and(|data| data.len() <= MAX_BYTES);
        if let (true, Ok(bytes)) = (is_small, fs::read(&path).await) {
            messages.extend(serde_json::from_slice::<Message>(&bytes));
        }
    }
    messages
}

/// The path of a link, so that it opens on the gateway that shows it.
pub fn path_of(link: &str) -> &str {
    let after = link.split_once("://").map_or(link, |(_, after)| after);
    after.find('/').map_or("/", |place| &after[place..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_link_begins_behind_its_host() {
        assert_eq!(path_of("https://api.acme.test/console/x?token=1"), "/console/x?token=1");
        assert_eq!(path_of("https://api.acme.test"), "/");
    }
}
