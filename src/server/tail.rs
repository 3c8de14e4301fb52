//! The last bytes of a stream: enough to see whether more than one message was read.

/// The last bytes, at most seven. The highest byte is their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tail(u64);

const MAX_BYTES: u64 = 7;
const BYTES: u64 = (1 << (8 * MAX_BYTES)) - 1;

impl Tail {
    /// The tail as one number, for an atomic.
    pub(super) fn to_bits(self) -> u64 {
        self.0
    }

    pub(super) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) fn push(self, bytes: &[u8]) -> Self {
        let start = bytes.len().saturating_sub(MAX_BYTES as usize);
        let last = bytes.get(start..).unwrap_or_default();
        let tail = last.iter().fold(self.0, |tail, byte| tail << 8 | u64::from(*byte)) & BYTES;
        let count = (self.count() + last.len() as u64).min(MAX_BYTES);
        Self(count << (8 * MAX_BYTES) | tail)
    }

    pub(super) fn is_empty(self) -> bool {
        self.count() == 0
    }

    /// Whether the last line was empty, as at the end of a head and of a chunked body.
    pub(super) fn is_empty_line(self) -> bool {
        self.0 & 0xff_ffff == 0x0a_0d0a || self.0 & 0xffff == 0x0a0a
    }

    /// Whether `end` was last.
    pub(super) fn ends_with(self, end: Self) -> bool {
        let mask = (1 << (8 * end.count())) - 1;
        self.count() >= end.count() && self.0 & mask == end.0 & mask
    }

    fn count(self) -> u64 {
        self.0 >> (8 * MAX_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(text: &str) -> Tail {
        Tail::default().push(text.as_bytes())
    }

    #[test]
    fn an_empty_line_is_known_however_it_came() {
        assert!(tail("GET / HTTP/1.1\r\n\r\n").is_empty_line());
        assert!(tail("GET / HTTP/1.1\r").push(b"\n").push(b"\r\n").is_empty_line());
        assert!(tail("GET / HTTP/1.1\n\n").is_empty_line());
        for open in ["", "GET / HTTP/1.1\r\n", "\r\n\r\nG", "\r\n\r\nHost: a\r\n"] {
            assert!(!tail(open).is_empty_line(), "{open:?}");
        }
    }

    #[test]
    fn a_stream_ends_with_what_came_last() {
        let read = tail("head\r\n\r\n{\"long\": \"body\"}");
        assert!(read.ends_with(tail("{\"long\": \"body\"}")));
        assert!(read.ends_with(tail("}")));
        assert!(!read.push(b"GET").ends_with(tail("\"}")));
        assert!(!tail("}").ends_with(tail("\"}")));
        assert!(tail("").is_empty() && !tail("x").is_empty());
    }
}
