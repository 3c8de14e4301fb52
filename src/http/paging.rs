//! Pages of a list.

use std::io::{self, Write};
use std::str::FromStr;

use axum::http::Uri;
use serde::Serialize;

use super::query::Query;
use crate::domain::refusal::{Fault, Refusal};

/// Entries of a page by default.
const DEFAULT_LIMIT: i64 = 100;
pub const MAX_LIMIT: i64 = 1000;
/// Bytes of JSON after which a page ends early: answers wait in memory for their clients.
pub const PAGE_BYTES: usize = 256 * 1024;

/// The requested page of a list with cursors of type `C`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<C> {
    /// The last entry of the previous page. `None` for the first page.
    pub after: Option<C>,
    /// From 1 to [`MAX_LIMIT`].
    pub limit: i64,
}

impl<C: FromStr> Page<C> {
    /// Reads `cursor` and `limit` from the query. Reports every fault at once, including unknown
    /// parameters.
    pub fn of(uri: &Uri) -> Result<Self, Refusal> {
        let mut query = Query::of(uri);
        let page = Self::take(&mut query);
        query.finish()?;
        Ok(page)
    }

    /// Takes `cursor` and `limit` from a query with other parameters.
    pub fn take(query: &mut Query) -> Self {
        let after = query.take("cursor", Fault::NotACursor, |text| text.parse().ok());
        let limit = query.take("limit", Fault::OutOfRange { least: 1, most: MAX_LIMIT }, |text| {
            text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
        });
        Self { after, limit: limit.unwrap_or(DEFAULT_LIMIT) }
    }

    /// Ends the page early if it is too large. Returns the cursor of the next page, if there may be
    /// one.
    pub fn end<T: Serialize>(
        &self,
        entries: &mut Vec<T>,
        cursor: impl FnOnce(&T) -> String,
    ) -> Option<String> {
        let is_full = i64::try_from(entries.len()).is_ok_and(|count| count == self.limit);
        let has_more = cut_to_size(entries) || is_full;
        entries.last().filter(|_| has_more).map(cursor)
    }
}

impl Page<u64> {
    /// The number of the last entry of the previous page. 0 for the first page.
    pub fn after_number(&self) -> i64 {
        self.after.map_or(0, |number| i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// Removes the entries that exceed [`PAGE_BYTES`], but never the first. Returns whether any were
/// removed.
pub fn cut_to_size<T: Serialize>(entries: &mut Vec<T>) -> bool {
    let mut size = Size(0);
    let mut fits = |entry: &T| serde_json::to_writer(&mut size, entry).is_ok() && size.0 <= PAGE_BYTES;
    let fitting = entries.iter().take_while(|entry| fits(entry)).count().max(1);
    let is_cut = fitting < entries.len();
    entries.truncate(fitting);
    is_cut
}

/// Counts written bytes.
struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str) -> Result<Page<u64>, Refusal> {
        Page::of(&uri.parse().unwrap())
    }

    #[test]
    fn a_list_without_parameters_begins_at_the_beginning() {
        assert_eq!(of("/v1/ledger"), Ok(Page { after: None, limit: 100 }));
        assert_eq!(of("/v1/ledger?cursor=7&limit=1000"), Ok(Page { after: Some(7), limit: 1000 }));
    }

    #[test]
    fn a_page_that_would_be_too_large_ends_early_and_says_that_there_is_more() {
        let page = Page::<u64> { after: None, limit: 100 };
        let end = |entries: &mut Vec<String>| page.end(entries, |entry| entry[..1].to_owned());
        let mut heavy: Vec<_> = (0..10).map(|name| name.to_string() + &"x".repeat(PAGE_BYTES / 4)).collect();
        assert_eq!((end(&mut heavy), heavy.len()), (Some("2".to_owned()), 3));
        let mut huge = vec!["0".repeat(2 * PAGE_BYTES), "1".to_owned()];
        assert_eq!((end(&mut huge), huge.len()), (Some("0".to_owned()), 1));
        assert_eq!((end(&mut huge), huge.len()), (None, 1));
        let mut light = vec!["1".to_owned(); 99];
        assert_eq!((end(&mut light), light.len()), (None, 99));
        light.push("2".to_owned());
        assert_eq!((end(&mut light), light.len()), (Some("2".to_owned()), 100));
        assert_eq!(end(&mut Vec::new()), None);
    }

    #[test]
    fn every_faulty_parameter_is_named() {
        let Err(Refusal::ValidationFailed(faults)) = of("/?cursor=-1&limit=1001&colour=red&limit=2") else {
            panic!("accepted");
        };
        let mut named: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        named.sort_unstable();
        assert_eq!(named, ["colour", "cursor", "limit", "limit"]);
    }
}
