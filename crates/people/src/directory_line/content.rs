//! The digest of a line, which is equal for lines with equal content.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::DirectoryLine;
use fluence_domain::ids::PersonId;

impl DirectoryLine {
    /// Returns an id for a person that the database does not have. Equal lines have equal ids.
    pub fn derived_id(&self) -> PersonId {
        let digest = self.content_sha256();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        PersonId::from_uuid(uuid::Builder::from_custom_bytes(id).into_uuid())
    }

    /// Returns the SHA-256 of all fields.
    pub fn content_sha256(&self) -> [u8; 32] {
        let mut digest = ContentDigest::default();
        for text in [&self.first_name, &self.last_name, &self.company] {
            digest.text(text);
        }
        let optional = [
            &self.external_id,
            &self.title,
            &self.location,
            &self.email,
            &self.bio,
            &self.source,
            &self.legal_basis,
        ];
        for text in optional {
            digest.optional(text.as_deref());
        }
        for list in [&self.languages, &self.aliases, &self.former_companies] {
            digest.length(list.len());
            list.iter().for_each(|text| digest.text(text));
        }
        digest.length(self.posts.len());
        for post in &self.posts {
            digest.text(&post.text);
            digest.instant(post.published_at);
            digest.optional(post.language.as_deref());
        }
        digest.0.finalize().into()
    }
}

/// Hashes every value after its length, so that no two different lines give the same bytes.
#[derive(Default)]
struct ContentDigest(Sha256);

impl ContentDigest {
    fn length(&mut self, length: usize) {
        self.0.update((length as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or(""));
    }

    fn instant(&mut self, instant: Option<DateTime<Utc>>) {
        self.0.update([u8::from(instant.is_some())]);
        self.0.update(instant.map_or(0, |instant| instant.timestamp_micros()).to_be_bytes());
    }
}
