//! The cursor of a usage report: the last line of the page, and the groups of the request.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use crate::domain::ids::KeyId;
use crate::storage::ledger::usage_report::{GroupBy, UsagePlace};

/// Digits of a cursor: of the grouping, and of a day, a key, a path and an outcome. The code of
/// refused calls follows them.
const DIGITS: [usize; 5] = [1, 8, 32, 4, 4];

/// Longest code that the store takes.
const MAX_CODE_CHARS: usize = 64;

/// A cursor. To clients it is a text without meaning: hexadecimal digits of fixed width, then
/// perhaps a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UsageCursor {
    pub(super) group_by: GroupBy,
    pub(super) place: UsagePlace,
}

impl fmt::Display for UsageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group_by, place: UsagePlace { day, key_id, route, outcome, code } } = self;
        let GroupBy { day: by_day, key, endpoint, outcome: by_outcome } = *group_by;
        let [by_day, key, endpoint, by_outcome] = [by_day, key, endpoint, by_outcome].map(u8::from);
        let grouping = by_day | key << 1 | endpoint << 2 | by_outcome << 3;
        let (day, key) = (day.num_days_from_ce(), key_id.as_uuid().as_u128());
        write!(f, "{grouping:x}{day:08x}{key:032x}{route:04x}{outcome:04x}{code}")
    }
}

/// Not a cursor that was ever given.
#[derive(Debug)]
pub(super) struct NoCursor;

impl FromStr for UsageCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let mut rest = text;
        let mut number = |digits| {
            let (first, behind) = rest.split_at_checked(digits).ok_or(NoCursor)?;
            rest = behind;
            u128::from_str_radix(first, 16).map_err(|_| NoCursor)
        };
        let [grouping, day, key, route, outcome] = DIGITS.map(&mut number);
        let grouping = grouping?;
        if rest.len() > MAX_CODE_CHARS || !rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        {
            return Err(NoCursor);
        }
        let by = |place: u32| grouping >> place & 1 == 1;
        let group_by = GroupBy { day: by(0), key: by(1), endpoint: by(2), outcome: by(3) };
        let day = i32::try_from(day?).ok().and_then(NaiveDate::from_num_days_from_ce_opt).ok_or(NoCursor)?;
        let place = UsagePlace {
            day,
            key_id: KeyId::from_uuid(Uuid::from_u128(key?)),
            route: i16::try_from(route?).map_err(|_| NoCursor)?,
            outcome: i16::try_from(outcome?).map_err(|_| NoCursor)?,
            code: rest.to_owned(),
        };
        let cursor = Self { group_by, place };
        // A sign, a capital or a letter too many: no cursor of ours.
        if cursor.to_string() == text { Ok(cursor) } else { Err(NoCursor) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_what_it_was(
            grouping: [bool; 4], days in 1..3_652_059_i32, key: u128, route in 0..=i16::MAX, outcome in 0..=i16::MAX, code in "[A-Z_]{0,64}",
        ) {
            let [day, by_key, endpoint, by_outcome] = grouping;
            let cursor = UsageCursor {
                group_by: GroupBy { day, key: by_key, endpoint, outcome: by_outcome },
                place: UsagePlace {
                    day: NaiveDate::from_num_days_from_ce_opt(days).unwrap(),
                    key_id: KeyId::from_uuid(Uuid::from_u128(key)),
                    route,
                    outcome,
                    code,
                },
            };
            let text = cursor.to_string();
            prop_assert_eq!(text.parse::<UsageCursor>().unwrap(), cursor);
            prop_assert!(text[1..].parse::<UsageCursor>().is_err());
            let longer = text + "0";
            prop_assert!(longer.parse::<UsageCursor>().is_err());
        }

        #[test]
        fn no_text_panics_and_what_is_read_is_written_so(text in "[0-9a-fé+]{45,52}[A-Z_é]{0,4}|.{0,60}") {
            if let Ok(cursor) = text.parse::<UsageCursor>() {
                prop_assert_eq!(cursor.to_string(), text);
            }
        }
    }
}
