//! The text of an export: JSON, one object a line. The first line names the month; then each batch
//! is followed by its entries, in the order in which they are sealed; the last line has the counts,
//! and the SHA-256 of all lines before it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::export::BatchHash;
use super::fault::FileFault;
use super::walk::Walk;
use crate::domain::hex;
use crate::domain::month::Month;
use crate::storage::ledger::sealed_row::SealedRow;

/// Raised when a line gets another meaning.
const FORMAT: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Head {
    ledger_month: String,
    format: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct End {
    batches: u64,
    entries: u64,
    sha256: String,
}

/// A whole export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub month: Month,
    pub batches: u64,
    pub entries: u64,
    /// SHA-256 of all lines but the last.
    pub digest: [u8; 32],
}

/// Writes an export, and verifies what it writes.
pub struct ExportWriter {
    month: Month,
    digest: Sha256,
    walk: Walk,
}

impl ExportWriter {
    /// Returns the writer and the first line.
    pub fn begin(month: Month) -> (Self, Vec<u8>) {
        let mut writer = Self { month, digest: Sha256::new(), walk: Walk::new(month) };
        let head = writer.line(&Head { ledger_month: month.to_string(), format: FORMAT });
        (writer, head)
    }

    /// Returns the line of a row.
    ///
    /// # Errors
    /// When the rows so far do not match their seals.
    pub fn row(&mut self, row: &SealedRow) -> Result<Vec<u8>, FileFault> {
        self.walk.step(row)?;
        Ok(self.line(row))
    }

    /// Returns the last line.
    ///
    /// # Errors
    /// When the last rows do not match their seal.
    pub fn end(mut self) -> Result<(Export, Vec<u8>), FileFault> {
        self.walk.finish()?;
        let (batches, entries) = (self.walk.batches, self.walk.entries);
        let digest: [u8; 32] = self.digest.finalize().into();
        let end = End { batches, entries, sha256: hex::encode(&digest) };
        Ok((Export { month: self.month, batches, entries, digest }, json_line(&end)))
    }

    fn line(&mut self, content: &impl Serialize) -> Vec<u8> {
        let line = json_line(content);
        self.digest.update(&line);
        line
    }
}

fn json_line(content: &impl Serialize) -> Vec<u8> {
    // Neither floats nor maps with other keys than text: nothing that JSON cannot have.
    let mut line = serde_json::to_vec(content).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Reads an export line by line, and verifies it.
#[derive(Default)]
pub enum ExportReader {
    #[default]
    Empty,
    Open(Box<OpenExport>),
    Whole(Export),
}

/// An export of which more lines follow.
pub struct OpenExport {
    month: Month,
    digest: Sha256,
    walk: Walk,
}

impl ExportReader {
    /// Takes the next line, with its line end. Returns the batch that ends with it.
    ///
    /// # Errors
    /// When the line does not continue the file.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<BatchHash>, FileFault> {
        match self {
            Self::Empty => {
                let head: Head = serde_json::from_slice(line).map_err(|_| FileFault::Head)?;
                let month = head.ledger_month.parse().map_err(|_| FileFault::Head)?;
                if head.format != FORMAT {
                    return Err(FileFault::Head);
                }
                let open =
                    OpenExport { month, digest: Sha256::new_with_prefix(line), walk: Walk::new(month) };
                *self = Self::Open(Box::new(open));
                Ok(None)
            }
            Self::Open(open) => match serde_json::from_slice::<SealedRow>(line) {
                Ok(row) => {
                    open.digest.update(line);
                    open.walk.step(&row)
                }
                Err(_) => {
                    let (export, last) = open.end(line)?;
                    *self = Self::Whole(export);
                    Ok(last)
                }
            },
            Self::Whole(_) => Err(FileFault::Trailing),
        }
    }

    /// Returns the month, once the first line was read.
    pub fn month(&self) -> Option<Month> {
        match self {
            Self::Empty => None,
            Self::Open(open) => Some(open.month),
            Self::Whole(export) => Some(export.month),
        }
    }

    /// # Errors
    /// When the end of the file was not read.
    pub fn end(self) -> Result<Export, FileFault> {
        match self {
            Self::Whole(export) => Ok(export),
            Self::Empty | Self::Open(_) => Err(FileFault::CutShort),
        }
    }
}

impl OpenExport {
    fn end(&mut self, line: &[u8]) -> Result<(Export, Option<BatchHash>), FileFault> {
        let end: End = serde_json::from_slice(line).map_err(|_| FileFault::Line)?;
        let last = self.walk.finish()?;
        let digest: [u8; 32] = std::mem::take(&mut self.digest).finalize().into();
        let (batches, entries) = (self.walk.batches, self.walk.entries);
        if (end.batches, end.entries, end.sha256) != (batches, entries, hex::encode(&digest)) {
            return Err(FileFault::Digest);
        }
        Ok((Export { month: self.month, batches, entries, digest }, last))
    }
}
