//! Pages of a list: how many, and from where on.

use axum::http::Uri;

use crate::domain::refusal::{Fault, FieldFault, Refusal};

/// Entries of a page when the request does not say.
const DEFAULT_LIMIT: i64 = 100;
/// Most entries of a page.
pub const MAX_LIMIT: i64 = 1000;

/// What a request asks of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The last number of the page before; 0 for the first page.
    pub after: i64,
    /// Entries wanted, 1 to [`MAX_LIMIT`].
    pub limit: i64,
}

impl Page {
    /// Reads `cursor` and `limit` from the query; every fault is reported at once, unknown parameters included.
    pub fn of(uri: &Uri) -> Result<Self, Refusal> {
        let mut page = Self { after: 0, limit: DEFAULT_LIMIT };
        let mut faults = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let mut fault = |fault| faults.push(FieldFault { field: shown(name), fault });
            if seen.contains(&name) {
                fault(Fault::Repeated);
                continue;
            }
            seen.push(name);
            match (name, value.parse::<i64>()) {
                ("cursor", Ok(after)) if after >= 0 => page.after = after,
                ("limit", Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => page.limit = limit,
                ("cursor", _) => fault(Fault::NotOneOf(&["a next_cursor of an answer"])),
                ("limit", _) => fault(Fault::NotOneOf(&["1 to 1000"])),
                _ => fault(Fault::Unknown),
            }
        }
        if faults.is_empty() { Ok(page) } else { Err(Refusal::ValidationFailed(faults)) }
    }
}

/// A parameter's name as an answer may repeat it.
fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str) -> Result<Page, Refusal> {
        Page::of(&uri.parse().unwrap())
    }

    #[test]
    fn a_list_without_parameters_begins_at_the_beginning() {
        assert_eq!(of("/v1/ledger"), Ok(Page { after: 0, limit: 100 }));
        assert_eq!(of("/v1/ledger?cursor=7&limit=1000"), Ok(Page { after: 7, limit: 1000 }));
    }

    #[test]
    fn every_faulty_parameter_is_named() {
        let Err(Refusal::ValidationFailed(faults)) = of("/?cursor=-1&limit=1001&colour=red&limit=2") else {
            panic!("accepted");
        };
        let named: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(named, ["cursor", "limit", "colour", "limit"]);
    }
}
