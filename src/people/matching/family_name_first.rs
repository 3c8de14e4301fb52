//! Names whose two parts stand in each other's place: 王 as first name and 小明 as last name.

use super::degree::FAMILY_NAME_FIRST;
use super::{GivenNameRule, Slips, SurnameRule, compare_names};
use crate::people::agreement::Agreement;
use crate::people::name::PersonName;
use crate::people::rarity::Rarity;

/// Whether the name asked for, read family name first, is the candidate's: by the same words alone.
pub(super) fn compare(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
    slips: Slips,
) -> Option<Agreement<(GivenNameRule, SurnameRule)>> {
    if slips == Slips::InShortWordsToo {
        return None;
    }
    let read = query.family_name_first()?;
    let found = compare_names(&read, candidate, rarity, slips)?;
    let (given, surnames) = found.rule;
    let has_same_words = matches!(
        given,
        GivenNameRule::Exact | GivenNameRule::FirstOfSeveral | GivenNameRule::OtherAlphabet
    ) && matches!(
        surnames,
        SurnameRule::Exact | SurnameRule::SomeOfSeveral | SurnameRule::OtherAlphabet
    );
    let rules = (GivenNameRule::FamilyNameFirst, SurnameRule::FamilyNameFirst);
    has_same_words.then(|| Agreement::new(rules, found.degree * FAMILY_NAME_FIRST))
}
