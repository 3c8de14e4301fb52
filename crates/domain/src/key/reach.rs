//! The reach of a key, and whether it exceeds that of another.

use chrono::{DateTime, Utc};

use super::Scope;
use crate::credits::Credits;
use crate::origin::Origin;

/// What a key is allowed to do, from where, until when, and for how many credits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub scopes: Vec<Scope>,
    pub origin: Origin,
    /// `None` means never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Most credits per UTC day. `None` means no limit.
    pub daily_cap: Option<Credits>,
    /// Most credits per UTC calendar month. `None` means no limit.
    pub monthly_cap: Option<Credits>,
}

/// The part of a reach that exceeds its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    Scope(Scope),
    /// A looser limit. The word is the key's field.
    Limit(&'static str),
}

impl Reach {
    /// Returns a part that no bound allows, if there is one. Each part must be allowed by at least
    /// one bound.
    pub fn beyond(&self, bounds: &[&Self]) -> Option<Beyond> {
        let any = |allows: &dyn Fn(&Self) -> bool| bounds.iter().any(|bound| allows(bound));
        if let Some(scope) = self.scopes.iter().find(|scope| !any(&|bound| bound.scopes.contains(scope))) {
            return Some(Beyond::Scope(*scope));
        }
        let (regions, networks) = (&self.origin.regions, &self.origin.networks);
        let in_regions =
            parts_within(regions, bounds, |bound| &bound.origin.regions, |own, part| own == part);
        let in_networks = parts_within(
            networks,
            bounds,
            |bound| &bound.origin.networks,
            |own, part| own.contains_all_of(part),
        );
        [
            ("regions", in_regions),
            ("allowed_networks", in_networks),
            ("expires_at", any(&|bound| at_most(self.expires_at, bound.expires_at))),
            ("daily_cap", any(&|bound| at_most(self.daily_cap, bound.daily_cap))),
            ("monthly_cap", any(&|bound| at_most(self.monthly_cap, bound.monthly_cap))),
        ]
        .into_iter()
        .find_map(|(field, is_within)| (!is_within).then_some(Beyond::Limit(field)))
    }
}

/// Whether each item is covered by an item of a bound's list. An empty list allows everything.
fn parts_within<T>(
    parts: &[T],
    bounds: &[&Reach],
    of: impl Fn(&Reach) -> &Vec<T>,
    covers: impl Fn(&T, &T) -> bool,
) -> bool {
    let anything = bounds.iter().any(|bound| of(bound).is_empty());
    let is_covered = |part| bounds.iter().any(|bound| of(bound).iter().any(|own| covers(own, part)));
    anything || (!parts.is_empty() && parts.iter().all(is_covered))
}

/// Whether a limit is at least as strict as a bound. `None` is no limit.
fn at_most<T: Ord>(limit: Option<T>, bound: Option<T>) -> bool {
    bound.is_none_or(|bound| limit.is_some_and(|limit| limit <= bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(regions: &[&str], networks: &[&str]) -> Reach {
        let origin = Origin {
            regions: regions.iter().map(|text| text.parse().unwrap()).collect(),
            networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
        };
        Reach { origin, ..Reach::default() }
    }

    fn until(seconds: Option<i64>) -> Reach {
        let expires_at = seconds.map(|at| DateTime::from_timestamp(at, 0).unwrap());
        Reach { expires_at, ..Reach::default() }
    }

    fn caps(daily_cap: Option<u32>, monthly_cap: Option<u32>) -> Reach {
        let [daily_cap, monthly_cap] = [daily_cap, monthly_cap].map(|cap| cap.map(Credits::from_u32));
        Reach { daily_cap, monthly_cap, ..Reach::default() }
    }

    fn scopes(scopes: &[Scope]) -> Reach {
        Reach { scopes: scopes.to_vec(), ..Reach::default() }
    }

    #[test]
    fn each_part_must_lie_within_the_bound() {
        let limit = |field| Some(Beyond::Limit(field));
        for (requested, own, expected) in [
            (Reach::default(), Reach::default(), None),
            (scopes(&[Scope::Read]), scopes(&[Scope::Read, Scope::Manage]), None),
            (scopes(&Scope::ALL), scopes(&[Scope::Read, Scope::Manage]), Some(Beyond::Scope(Scope::Invoke))),
            (reach(&["eu"], &[]), reach(&[], &[]), None),
            (reach(&["eu"], &[]), reach(&["us", "eu"], &[]), None),
            (reach(&["eu", "sa"], &[]), reach(&["us", "eu"], &[]), limit("regions")),
            (reach(&[], &[]), reach(&["eu"], &[]), limit("regions")),
            (reach(&[], &["10.1.0.0/16", "192.0.2.7"]), reach(&[], &["10.0.0.0/8", "192.0.2.0/24"]), None),
            (reach(&[], &["10.0.0.0/8"]), reach(&[], &["10.0.0.0/8"]), None),
            (reach(&[], &["10.0.0.0/8"]), reach(&[], &["10.1.0.0/16"]), limit("allowed_networks")),
            (
                reach(&[], &["10.0.0.0/8"]),
                reach(&[], &["10.0.0.0/9", "10.128.0.0/9"]),
                limit("allowed_networks"),
            ),
            (reach(&[], &["2001:db8::/48"]), reach(&[], &["2001:db8::/32"]), None),
            (reach(&[], &["2001:db8::/48"]), reach(&[], &["0.0.0.0/0"]), limit("allowed_networks")),
            (reach(&[], &[]), reach(&[], &["0.0.0.0/0"]), limit("allowed_networks")),
            (until(Some(9)), until(None), None),
            (until(Some(9)), until(Some(9)), None),
            (until(Some(10)), until(Some(9)), limit("expires_at")),
            (until(None), until(Some(9)), limit("expires_at")),
            (caps(Some(5), Some(5)), caps(Some(5), None), None),
            (caps(Some(6), None), caps(Some(5), None), limit("daily_cap")),
            (caps(None, Some(1)), caps(Some(5), None), limit("daily_cap")),
            (caps(None, Some(6)), caps(None, Some(5)), limit("monthly_cap")),
            (caps(Some(1), None), caps(None, Some(5)), limit("monthly_cap")),
        ] {
            assert_eq!(requested.beyond(&[&own]), expected, "{requested:?} within {own:?}");
        }
    }

    #[test]
    fn a_part_may_lie_within_any_of_the_bounds() {
        let (own, had) = (reach(&["eu"], &["10.0.0.0/8"]), reach(&["us"], &[]));
        assert_eq!(reach(&["eu", "us"], &[]).beyond(&[&own, &had]), None);
        assert_eq!(reach(&[], &[]).beyond(&[&own, &had]), Some(Beyond::Limit("regions")));
        assert!(reach(&[], &[]).beyond(&[]).is_some());
    }
}
