//! What is wrong with an export.

/// Why a file is not a whole, unchanged export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    #[error("it is not an export of a month of the ledger, or one of a newer version")]
    Head,
    #[error("a line is neither a batch nor an entry")]
    Line,
    #[error("a row is of another month")]
    OtherMonth,
    #[error("rows are missing or out of order")]
    Order,
    #[error("batch {batch} of epoch {epoch} does not continue the hash of the batch before")]
    Link { epoch: i32, batch: i32 },
    #[error("batch {batch} of epoch {epoch} does not match its seal")]
    Seal { epoch: i32, batch: i32 },
    #[error("its last line does not match the others: the file was changed")]
    Digest,
    #[error("its end is missing")]
    CutShort,
    #[error("there is more after its end")]
    Trailing,
}
