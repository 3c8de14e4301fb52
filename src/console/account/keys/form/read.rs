//! What was typed, read as terms or reported as faults.

use chrono::{DateTime, Utc};

use super::Typed;
use crate::console::html::field::{Faults, Field};
use crate::console::numbers::{last_day, typed_amount};
use crate::console::words::Words;
use crate::domain::credits::Credits;
use crate::domain::instant::{end_of, parse_day};
use crate::domain::key::terms::KeyTerms;
use crate::domain::network::NotANetwork;
use crate::domain::origin::{MAX_NETWORKS, MAX_REGIONS, Origin};
use crate::domain::text::Name;

impl Typed {
    /// Reads the terms. `before` are those of a key that is changed: an end that is kept may be of
    /// any hour.
    pub(in crate::console::account::keys) fn read(
        &self,
        words: Words,
        now: DateTime<Utc>,
        before: Option<&KeyTerms>,
        faults: &mut Faults,
    ) -> Option<KeyTerms> {
        let name: Option<Name> = faults.read(words, ("name", words.name()), &self.name);
        if self.scopes.is_empty() {
            faults.add(("scope_read", words.scopes()), words.scopes_needed());
        }
        let expires_at = self.expires_at(words, now, before, faults);
        let daily_cap = cap(words, ("daily_cap", words.daily_cap()), &self.daily_cap, faults);
        let monthly_cap = cap(words, ("monthly_cap", words.monthly_cap()), &self.monthly_cap, faults);
        let networks = lines(words, &self.networks, MAX_NETWORKS, network_fault);
        let networks = faults.none_or(("networks", words.networks()), networks);
        let regions = lines(words, &self.regions, MAX_REGIONS, |words, line, _| words.not_a_region(line));
        let regions = faults.none_or(("regions", words.regions()), regions);
        let name = name.filter(|_| faults.is_empty())?.into_string();
        let origin = Origin { regions, networks };
        Some(KeyTerms { name, scopes: self.scopes.clone(), origin, expires_at, daily_cap, monthly_cap })
    }

    /// The end of the last day. An end that was not touched stays as it is.
    fn expires_at(
        &self,
        words: Words,
        now: DateTime<Utc>,
        before: Option<&KeyTerms>,
        faults: &mut Faults,
    ) -> Option<DateTime<Utc>> {
        let old = before.and_then(|terms| terms.expires_at);
        if self.expires_on.is_empty() {
            return None;
        }
        if let Some(old) = old.filter(|old| last_day(*old).to_string() == self.expires_on) {
            return Some(old);
        }
        let day = parse_day(&self.expires_on);
        let end = day.and_then(end_of).filter(|end| *end > now);
        if end.is_none() {
            let is_last = day.is_some_and(|day| end_of(day).is_none());
            let fault = if is_last { words.day_is_too_late() } else { words.not_a_day() };
            faults.add(("expires_on", words.expires_on()), fault);
        }
        end
    }
}

fn cap(words: Words, field: Field<'_>, text: &str, faults: &mut Faults) -> Option<Credits> {
    if text.is_empty() {
        return None;
    }
    match typed_amount(text) {
        Ok(amount) => Some(amount.credits()),
        Err(fault) => {
            faults.add(field, words.amount_fault(fault));
            None
        }
    }
}

fn network_fault(words: Words, line: &str, error: NotANetwork) -> String {
    match error {
        NotANetwork::Malformed => words.not_a_network(line),
        NotANetwork::HostBits(network) => words.has_host_bits(line, &network.to_string()),
    }
}

/// The longest part of a line that a fault repeats.
const MAX_REPEATED_CHARS: usize = 60;

/// Reads a value from each line, or says which line is none.
fn lines<T: std::str::FromStr>(
    words: Words,
    text: &str,
    most: usize,
    fault: fn(Words, &str, T::Err) -> String,
) -> Result<Vec<T>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let repeated = |line: &str| line.chars().take(MAX_REPEATED_CHARS).collect::<String>();
    let read = |line: &str| line.parse().map_err(|error| fault(words, &repeated(line), error));
    let read: Vec<T> = lines.take(most + 1).map(read).collect::<Result<_, String>>()?;
    if read.len() > most { Err(words.too_many_lines(most)) } else { Ok(read) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::key::Scope;
    use crate::domain::language::Language;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_701_802, 0).unwrap()
    }

    #[test]
    fn terms_that_are_shown_and_sent_back_are_the_same() {
        let terms = KeyTerms {
            name: "backend".into(),
            scopes: vec![Scope::Read, Scope::Manage],
            origin: Origin {
                regions: vec!["sa-east-1".parse().unwrap()],
                networks: vec!["203.0.113.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
            },
            // Not the end of a day, as the API may have set it.
            expires_at: DateTime::from_timestamp(1_800_000_123, 0),
            daily_cap: Some(Credits::from_u32(1_000)),
            monthly_cap: None,
        };
        let mut faults = Faults::default();
        let read = Typed::of(&terms, "default").read(Words(Language::En), now(), Some(&terms), &mut faults);
        assert_eq!(read, Some(terms));
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let typed = Typed {
            expires_on: "2020-01-01".into(),
            daily_cap: "0".into(),
            monthly_cap: "1.5".into(),
            networks: "203.0.113.0/24\nhere".into(),
            regions: "São Paulo".into(),
            ..Typed::default()
        };
        let mut faults = Faults::default();
        assert_eq!(typed.read(Words(Language::Pt), now(), None, &mut faults), None);
        for field in ["name", "scope_read", "expires_on", "daily_cap", "monthly_cap", "networks", "regions"] {
            assert!(faults.of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_last_day_lasts_to_its_end() {
        let typed = Typed {
            name: "x".into(),
            scopes: vec![Scope::Read],
            expires_on: "2026-11-26".into(),
            ..Typed::default()
        };
        let terms = typed.read(Words(Language::En), now(), None, &mut Faults::default()).unwrap();
        assert_eq!(terms.expires_at.unwrap().to_rfc3339(), "2026-11-27T00:00:00+00:00");
        assert_eq!(Typed::of(&terms, "").expires_on, "2026-11-26");
    }
}
