//! Messages as files of the data folder: `ID.eml` for mail programs, and `ID.json` for the page
//! that shows them. They hold links that log in, so only the owner of the folder reads them.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use tokio::fs::{self, OpenOptions};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::message::Message;

/// Messages that are kept. The oldest are removed first.
const MAX_MESSAGES: usize = 1_000;
/// The most bytes of one file.
const MAX_BYTES: u64 = 64 * 1024;

/// Writes a message.
pub(super) async fn write(folder: &Path, id: Uuid, message: &Message, email: &[u8]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    write_file(&folder.join(format!("{id}.eml")), email).await?;
    write_file(&folder.join(format!("{id}.json")), &serde_json::to_vec(message)?).await?;
    remove_oldest(folder).await
}

/// Removes all messages but the newest.
async fn remove_oldest(folder: &Path) -> io::Result<()> {
    let names = names(folder).await?;
    for name in names.iter().rev().skip(MAX_MESSAGES) {
        let path = folder.join(name);
        for path in [path.with_extension("eml"), path] {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Names of the messages' files for the page, oldest first: ids sort by time.
async fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    let mut files = fs::read_dir(folder).await?;
    while let Some(file) = files.next_entry().await? {
        let name = file.file_name();
        if Path::new(&name).extension().is_some_and(|ending| ending == "json") {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
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
    let Ok(names) = names(folder).await else { return Vec::new() };
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
    use crate::scratch::Scratch;

    fn message() -> Message {
        Message {
            to: "ana@acme.test".into(),
            language: "en".into(),
            subject: "A subject".into(),
            paragraphs: Vec::new(),
            button: None,
            reason: "A reason".into(),
        }
    }

    #[tokio::test]
    async fn the_newest_messages_are_kept() {
        let scratch = Scratch::new("mail");
        let folder = scratch.path();
        let ids: Vec<Uuid> = (0..MAX_MESSAGES as u128 + 2).map(Uuid::from_u128).collect();
        for id in &ids[..=MAX_MESSAGES] {
            for ending in ["eml", "json"] {
                fs::write(folder.join(format!("{id}.{ending}")), b"{}").await.unwrap();
            }
        }
        let newest = ids[MAX_MESSAGES + 1];
        let message = message();
        write(folder, newest, &message, b"a mail").await.unwrap();
        let kept = names(folder).await.unwrap();
        assert_eq!(kept.len(), MAX_MESSAGES);
        assert_eq!(kept[0], *format!("{}.json", ids[2]));
        assert!(!folder.join(format!("{}.eml", ids[1])).exists());
        assert_eq!(latest(folder, 1).await, [message]);
    }

    #[test]
    fn the_path_of_a_link_begins_behind_its_host() {
        assert_eq!(path_of("https://api.acme.test/console/x?token=1"), "/console/x?token=1");
        assert_eq!(path_of("https://api.acme.test"), "/");
    }
}
