//! The sample directory: invented people for test environments and development.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::directory_line::{DirectoryLine, LineFault};
use super::matching::Candidate;
use fluence_domain::person::{Person, PersonQuery};

/// The source of invented people. In the live directory it distinguishes them from real people, so
/// that they can be removed.
pub const SAMPLE_SOURCE: &str = "sample";

/// All invented people, ready for matching.
#[derive(Debug, Default)]
pub struct SamplePeople {
    candidates: Vec<Candidate>,
    people: Vec<SamplePerson>,
}

/// An invented person with the digest of their line.
#[derive(Debug)]
pub struct SamplePerson {
    pub person: Arc<Person>,
    pub content_sha256: [u8; 32],
}

impl SamplePeople {
    /// Reads JSON lines in the format of a directory file. Each person's id is derived from the
    /// line.
    ///
    /// # Errors
    /// The number of the first invalid line, counted from 1, and its fault.
    pub fn parse(json_lines: &str) -> Result<Self, (usize, LineFault)> {
        let mut sample = Self::default();
        for (index, line) in json_lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line = DirectoryLine::parse(line.as_bytes()).map_err(|fault| (index + 1, fault))?;
            sample.candidates.push(line.candidate());
            sample.people.push(SamplePerson::from(line));
        }
        Ok(sample)
    }

    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Returns a person with the requested name and the texts of the first invented person, and a
    /// digest of both.
    pub fn mock(&self, query: &PersonQuery) -> Option<(Person, [u8; 32])> {
        let sample = self.people.first()?;
        let PersonQuery { first_name, last_name, company } = query.clone();
        let mut digest = Sha256::new_with_prefix(sample.content_sha256);
        for name in [&first_name, &last_name, &company] {
            digest.update((name.len() as u64).to_be_bytes());
            digest.update(name);
        }
        let person = Person {
            first_name,
            last_name,
            company,
            aliases: Vec::new(),
            former_companies: Vec::new(),
            ..(*sample.person).clone()
        };
        Some((person, digest.finalize().into()))
    }

    /// Returns the person of the candidate at this index.
    pub fn get(&self, index: usize) -> Option<&SamplePerson> {
        self.people.get(index)
    }
}

impl From<DirectoryLine> for SamplePerson {
    fn from(line: DirectoryLine) -> Self {
        let content_sha256 = line.content_sha256();
        let id = line.derived_id();
        Self { person: Arc::new(line.into_person(id)), content_sha256 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = concat!(
        "{\"first_name\":\"Ana\",\"last_name\":\"Lemos\",\"company\":\"Zyntra\"}\n\n",
        "{\"first_name\":\"Rui\",\"last_name\":\"Lemos\",\"company\":\"Zyntra\"}\n",
    );

    #[test]
    fn people_keep_their_ids() {
        let ids = |sample: &SamplePeople| [0, 1].map(|at| sample.get(at).map(|sample| sample.person.id));
        let (one, other) = (SamplePeople::parse(TWO).unwrap(), SamplePeople::parse(TWO).unwrap());
        assert_eq!(ids(&one), ids(&other));
        assert_ne!(ids(&one)[0], ids(&one)[1]);
    }

    #[test]
    fn an_invalid_line_is_named() {
        assert_eq!(SamplePeople::parse("\n{}").unwrap_err().0, 2);
    }
}
