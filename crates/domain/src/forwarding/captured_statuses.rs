//! Which statuses of an upstream are charged.

use std::ops::RangeInclusive;

use serde::Serialize;

/// The statuses that are charged. A 5xx never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedStatuses(Vec<RangeInclusive<u16>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapturedStatusesError {
    #[error("must list at least one status. For a route whose calls cost nothing, set `credits = 0`")]
    Empty,
    #[error("must list statuses such as \"2xx\" or \"404\"")]
    NotAStatus,
    #[error("must not list a 5xx: a failure of the upstream is never charged")]
    ServerError,
    #[error(
        "must not list 401, 402, 407 and 429: they concern the upstream's account with its own provider, and clients get \
         another status"
    )]
    Translated,
}

impl Default for CapturedStatuses {
    fn default() -> Self {
        Self(vec![200..=299])
    }
}

impl CapturedStatuses {
    /// The statuses as they are listed.
    pub fn listed(&self) -> Vec<String> {
        let item = |range: &RangeInclusive<u16>| match range.end() - range.start() {
            0 => range.start().to_string(),
            _ => format!("{}xx", range.start() / 100),
        };
        self.0.iter().map(item).collect()
    }

    /// Statuses that clients get as another one.
    pub const TRANSLATED: [u16; 4] = [401, 402, 407, 429];

    /// Reads `2xx` and `404`.
    ///
    /// # Errors
    /// When there is no item, or one is not a status that may be charged.
    pub fn parse<'t>(items: impl IntoIterator<Item = &'t str>) -> Result<Self, CapturedStatusesError> {
        let ranges: Vec<_> = items.into_iter().map(status_range).collect::<Result<_, _>>()?;
        if ranges.is_empty() { Err(CapturedStatusesError::Empty) } else { Ok(Self(ranges)) }
    }

    /// Whether an answer with this status is charged.
    pub fn includes(&self, status: u16) -> bool {
        status < 500
            && !Self::TRANSLATED.contains(&status)
            && self.0.iter().any(|range| range.contains(&status))
    }
}

fn status_range(item: &str) -> Result<RangeInclusive<u16>, CapturedStatusesError> {
    let range = match item.strip_suffix("xx") {
        Some(class) if class.len() == 1 => {
            let first = class.parse::<u16>().map_err(|_| CapturedStatusesError::NotAStatus)? * 100;
            first..=first + 99
        }
        _ => {
            let status = item.parse::<u16>().map_err(|_| CapturedStatusesError::NotAStatus)?;
            status..=status
        }
    };
    match *range.start() {
        500..=599 => Err(CapturedStatusesError::ServerError),
        status if range.end() == range.start() && CapturedStatuses::TRANSLATED.contains(&status) => {
            Err(CapturedStatusesError::Translated)
        }
        200..=499 => Ok(range),
        _ => Err(CapturedStatusesError::NotAStatus),
    }
}

impl Serialize for CapturedStatuses {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.listed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_charged_as_listed_and_a_failure_never_is() {
        let listed = CapturedStatuses::parse(["2xx", "404"]).unwrap();
        let charged: Vec<u16> = (100..700).filter(|status| listed.includes(*status)).collect();
        assert_eq!(charged, (200..300).chain([404]).collect::<Vec<_>>());
        let all_4xx = CapturedStatuses::parse(["4xx"]).unwrap();
        assert!(
            all_4xx.includes(404)
                && !CapturedStatuses::TRANSLATED.iter().any(|status| all_4xx.includes(*status))
        );
        assert_eq!(CapturedStatuses::parse(["5xx"]), Err(CapturedStatusesError::ServerError));
        assert_eq!(CapturedStatuses::parse(["503"]), Err(CapturedStatusesError::ServerError));
        assert_eq!(CapturedStatuses::parse([]), Err(CapturedStatusesError::Empty));
        assert_eq!(CapturedStatuses::parse(["402"]), Err(CapturedStatusesError::Translated));
        for text in ["", "xx", "20x", "1xx", "6xx", "99", "2XX", "-200"] {
            assert_eq!(CapturedStatuses::parse([text]), Err(CapturedStatusesError::NotAStatus), "{text}");
        }
    }
}
