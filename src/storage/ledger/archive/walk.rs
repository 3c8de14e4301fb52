//! A walk along the batches of one month, whose seals it computes again.

use super::export::BatchHash;
use super::fault::FileFault;
use crate::domain::month::Month;
use crate::storage::ledger::seal::Seal;
use crate::storage::ledger::sealed_row::{SealedBatch, SealedRow};

/// The batch whose entries are being read, and what was counted.
pub(super) struct Walk {
    month: Month,
    open: Option<(SealedBatch, Seal)>,
    last: Option<BatchHash>,
    pub(super) batches: u64,
    pub(super) entries: u64,
}

impl Walk {
    pub(super) fn new(month: Month) -> Self {
        Self { month, open: None, last: None, batches: 0, entries: 0 }
    }

    /// Takes the next row. Returns the batch that it ends, whose entries match its seal.
    pub(super) fn step(&mut self, row: &SealedRow) -> Result<Option<BatchHash>, FileFault> {
        if row.at < self.month.begins_at() || row.at >= self.month.ends_at() {
            return Err(FileFault::OtherMonth);
        }
        if let Some((header, seal)) = row.header() {
            let ended = self.finish()?;
            self.begin(header, seal)?;
            return Ok(ended);
        }
        let (Some((header, seal)), Some(entry)) = (&mut self.open, row.entry()) else {
            return Err(FileFault::Line);
        };
        if (header.epoch, header.batch) != (row.epoch, row.batch) {
            return Err(FileFault::Order);
        }
        seal.add(&entry);
        self.entries += 1;
        Ok(None)
    }

    fn begin(&mut self, header: SealedBatch, seal: Seal) -> Result<(), FileFault> {
        if let Some(last) = &self.last {
            let follows = last.epoch == header.epoch && last.batch.checked_add(1) == Some(header.batch);
            if !follows && header.epoch <= last.epoch {
                return Err(FileFault::Order);
            }
            if follows && header.previous_hash != last.hash {
                return Err(FileFault::Link { epoch: header.epoch, batch: header.batch });
            }
        }
        self.open = Some((header, seal));
        Ok(())
    }

    /// Ends the last batch.
    pub(super) fn finish(&mut self) -> Result<Option<BatchHash>, FileFault> {
        let Some((header, seal)) = self.open.take() else { return Ok(None) };
        if seal.hash() != header.hash.as_slice() {
            return Err(FileFault::Seal { epoch: header.epoch, batch: header.batch });
        }
        self.batches += 1;
        let ended = BatchHash { epoch: header.epoch, batch: header.batch, hash: header.hash };
        self.last = Some(ended.clone());
        Ok(Some(ended))
    }
}
