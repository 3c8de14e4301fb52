//! Pages of a list: how many, and from where on.

use std::str::FromStr;

use axum::http::Uri;

use super::query::Query;
use crate::domain::refusal::{Fault, Refusal};

/// Entries of a page when the request does not say.
const DEFAULT_LIMIT: i64 = 100;
/// Most entries of a page.
pub const MAX_LIMIT: i64 = 1000;

/// What a request asks of a list whose places are told by a `C`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<C> {
    /// The last place of the page before; none for the first page.
    pub after: Option<C>,
    /// Entries wanted, 1 to [`MAX_LIMIT`].
    pub limit: i64,
}

impl<C: FromStr> Page<C> {
    /// Reads `cursor` and `limit` from the query; every fault is reported at once, unknown parameters included.
    pub fn of(uri: &Uri) -> Result<Self, Refusal> {
        let mut query = Query::of(uri);
        let page = Self::take(&mut query);
        query.finish()?;
        Ok(page)
    }

    /// Takes `cursor` and `limit` from a query that has other parameters too.
    pub fn take(query: &mut Query) -> Self {
        let after = query.take("cursor", Fault::NotACursor, |text| text.parse().ok());
        let limit = query.take("limit", Fault::OutOfRange { least: 1, most: MAX_LIMIT }, |text| {
            text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
        });
        Self { after, limit: limit.unwrap_or(DEFAULT_LIMIT) }
    }

    /// The cursor of the next page, if this one is full and there may be more.
    pub fn next<T>(&self, entries: &[T], cursor: impl FnOnce(&T) -> String) -> Option<String> {
        let is_full = i64::try_from(entries.len()).is_ok_and(|count| count == self.limit);
        entries.last().filter(|_| is_full).map(cursor)
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
    fn every_faulty_parameter_is_named() {
        let Err(Refusal::ValidationFailed(faults)) = of("/?cursor=-1&limit=1001&colour=red&limit=2") else {
            panic!("accepted");
        };
        let mut named: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        named.sort_unstable();
        assert_eq!(named, ["colour", "cursor", "limit", "limit"]);
    }
}
