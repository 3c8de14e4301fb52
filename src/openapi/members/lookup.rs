//! What a member means.

use super::meaning::{Meaning, Meanings};
use super::{account, analysis, keys, ledger, people, service};
use crate::openapi::texts::Texts;

pub(super) const ALL: [&[Meanings]; 6] = [
    account::MEANINGS,
    analysis::MEANINGS,
    keys::MEANINGS,
    ledger::MEANINGS,
    people::MEANINGS,
    service::MEANINGS,
];

/// Objects that share the members of another one.
const LIKE: [(&str, &str); 5] = [
    ("BriefAnalysis", "WholeAnalysis"),
    ("BriefEvidence", "Evidence"),
    ("BriefLine", "AdviceLine"),
    ("KeyWithSecret", "Key"),
    ("PlanInForce", "Plan"),
];

/// The names under which the meaning of a member of an object may stand. A generic type is named as
/// `Ocean_uint8`.
pub(super) fn names_of(object: &str) -> [&str; 3] {
    let own = object.split('_').next().unwrap_or(object);
    let like = LIKE.iter().find(|(name, _)| *name == own).map_or(own, |(_, like)| like);
    [own, like, "Any"]
}

fn find(object: &str, member: &str) -> Option<(usize, usize, &'static Meaning)> {
    names_of(object).into_iter().enumerate().find_map(|(rank, name)| {
        let (_, members) = ALL.iter().copied().flatten().find(|(known, _)| *known == name)?;
        let place = members.iter().position(|meaning| meaning.name == member)?;
        Some((rank, place, &members[place]))
    })
}

/// What a member of an object means, and when it is absent or `null`.
pub(in crate::openapi) fn meaning_of(object: &str, member: &str) -> Option<(Texts, Option<Texts>)> {
    find(object, member).map(|(_, _, meaning)| (meaning.about, meaning.absent))
}

/// The place of a member in the lists: as answers have them, `success` first.
pub(super) fn place_of(object: &str, member: &str) -> (usize, usize) {
    match find(object, member) {
        Some(_) if member == "success" => (0, 0),
        Some((rank, place, _)) => (rank + 1, place),
        None => (usize::MAX, 0),
    }
}
