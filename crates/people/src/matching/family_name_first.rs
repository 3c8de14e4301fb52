//! Compares names whose two parts are swapped: 王 as first name and 小明 as last name.

use super::degree::FAMILY_NAME_FIRST;
use super::{GivenNameRule, NamesAgreement, SurnameRule, compare_names};
use crate::agreement::Agreement;
use crate::edits::Slips;
use crate::name::PersonName;
use crate::rarity::Rarity;

/// Compares the query's name, read family name first, with the candidate's. The words must agree
/// exactly or in another alphabet.
pub(super) fn compare(
    query: &PersonName,
    candidate: &PersonName,
    rarity: &Rarity,
    slips: Slips,
) -> Option<NamesAgreement> {
    if slips == Slips::InShortWordsToo {
        return None;
    }
    let read = query.family_name_first()?;
    let NamesAgreement { given, surnames } = compare_names(&read, candidate, rarity, slips)?;
    let has_same_words = matches!(
        given.rule,
        GivenNameRule::Exact | GivenNameRule::FirstOfSeveral | GivenNameRule::OtherAlphabet
    ) && matches!(
        surnames.rule,
        SurnameRule::Exact | SurnameRule::SomeOfSeveral | SurnameRule::OtherAlphabet
    );
    let given =
        Agreement { rule: GivenNameRule::FamilyNameFirst, degree: given.degree * FAMILY_NAME_FIRST, ..given };
    let surnames = Agreement { rule: SurnameRule::FamilyNameFirst, ..surnames };
    has_same_words.then_some(NamesAgreement { given, surnames })
}
