//! Figures as people of either language write them.

use crate::domain::language::Language;

/// A whole number with its thousands apart: `10,000` or `10.000`. A minus sign is U+2212.
pub(crate) fn whole(language: Language, number: i64) -> String {
    let separator = match language {
        Language::En => ',',
        Language::Pt => '.',
    };
    let digits = number.unsigned_abs().to_string();
    let mut written = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        written.push('\u{2212}');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(separator);
        }
        written.push(digit);
    }
    written
}

/// US dollars for each credit, to a hundredth of a cent, or to two digits that are not zero:
/// `0.1900`, `0.0029`, `0.000020`.
pub(super) fn usd_per_credit(language: Language, usd: u32, credits: i64) -> String {
    const MAX_DECIMALS: usize = 12;
    if credits <= 0 {
        return String::new();
    }
    let mut decimals = 4;
    let mut parts_per_usd = 10_000;
    while usd > 0 && i128::from(usd) * parts_per_usd < 10 * i128::from(credits) && decimals < MAX_DECIMALS {
        (decimals, parts_per_usd) = (decimals + 1, parts_per_usd * 10);
    }
    let parts = (i128::from(usd) * parts_per_usd + i128::from(credits / 2)) / i128::from(credits);
    let point = match language {
        Language::En => '.',
        Language::Pt => ',',
    };
    let usd = i64::try_from(parts / parts_per_usd).unwrap_or(i64::MAX);
    format!("{}{point}{:0decimals$}", whole(language, usd), parts % parts_per_usd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_and_decimals_are_those_of_the_language() {
        for (number, en, pt) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (10_000, "10,000", "10.000"),
            (-1_234_567, "\u{2212}1,234,567", "\u{2212}1.234.567"),
            (i64::MIN, "\u{2212}9,223,372,036,854,775,808", "\u{2212}9.223.372.036.854.775.808"),
        ] {
            assert_eq!(
                (whole(Language::En, number).as_str(), whole(Language::Pt, number).as_str()),
                (en, pt)
            );
        }
    }

    #[test]
    fn a_credit_of_less_than_a_cent_has_a_price() {
        for (usd, credits, en) in [
            (19, 100, "0.1900"),
            (199, 100_000, "0.0020"),
            (29, 10_000, "0.0029"),
            (300, 100, "3.0000"),
            (20, 1_000_000, "0.000020"),
            (0, 100, "0.0000"),
        ] {
            assert_eq!(usd_per_credit(Language::En, usd, credits), en);
        }
        assert_eq!(usd_per_credit(Language::Pt, 49, 200), "0,2450");
    }
}
