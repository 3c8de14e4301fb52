//! How settings are read: counts, sizes and durations from whole numbers, within limits that keep
//! every sum and every deadline from overflowing. The unit ends the name of a setting: `_ms`, `_s`,
//! `_days`, `_bytes`.
//!
//! Fields name their reader: `deserialize_with = "setting::count"` for counts and sizes, `with =
//! "setting::seconds"` for durations.

use std::fmt::Display;
use std::num::{NonZeroU32, NonZeroUsize};

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// The largest count: large enough for every cache and queue, small enough to allocate.
pub const MAX_COUNT: u32 = 10_000_000;
/// The largest size in bytes, 1 TiB.
pub const MAX_BYTES: u64 = 1 << 40;
/// The longest duration in seconds, 100 years.
pub const MAX_S: u64 = 36_500 * DAY_S;
const DAY_S: u64 = 86_400;

const REDACTED: &str = "[REDACTED]";

/// Reads a count from 1 to [`MAX_COUNT`].
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroUsize, D::Error> {
    count_u32(deserializer)?.try_into().map_err(|_| out_of_range(1, MAX_COUNT))
}

/// Reads a count from 1 to [`MAX_COUNT`], for what counts in 32 bits.
pub fn count_u32<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
    let value = u32::try_from(u64::deserialize(deserializer)?).ok().and_then(NonZeroU32::new);
    value.filter(|count| count.get() <= MAX_COUNT).ok_or_else(|| out_of_range(1, MAX_COUNT))
}

/// Reads a count from 0 to [`MAX_COUNT`].
pub fn count_or_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value = u32::try_from(u64::deserialize(deserializer)?).ok();
    value.filter(|count| *count <= MAX_COUNT).ok_or_else(|| out_of_range(0, MAX_COUNT))
}

/// Reads a size from 1 to [`MAX_BYTES`].
pub fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroUsize, D::Error> {
    let value = u64::deserialize(deserializer)?;
    let value = Some(value).filter(|bytes| *bytes <= MAX_BYTES).and_then(|bytes| usize::try_from(bytes).ok());
    value.and_then(NonZeroUsize::new).ok_or_else(|| out_of_range(1, MAX_BYTES))
}

fn out_of_range<E: Error>(min: u64, max: impl Display) -> E {
    E::custom(format_args!("must be from {min} to {max}"))
}

/// Writes `[REDACTED]` for a secret that is set, and an empty text for one that is not.
pub fn redacted<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.expose_secret().is_empty() { "" } else { REDACTED })
}

/// Writes `[REDACTED]`. The field is skipped where there is no secret.
pub fn redacted_if_set<S: Serializer>(_: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(REDACTED)
}

/// A duration as `chrono` counts. Durations of settings are always in its range.
pub fn time_delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// A module that reads and writes durations as whole numbers of one unit, from a minimum.
macro_rules! duration {
    ($(#[doc = $doc:literal] $name:ident: $min:literal, $max:expr, $from:expr, $to:expr;)+) => {
        $(
            #[doc = $doc]
            pub mod $name {
                use std::time::Duration;

                use serde::{Deserialize, Deserializer, Serializer};

                /// Reads a duration within the range.
                pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
                    let value = u64::deserialize(deserializer)?;
                    let value = Some(value).filter(|value| ($min..=$max).contains(value));
                    value.map($from).ok_or_else(|| super::out_of_range($min, $max))
                }

                /// Writes the number that was read.
                pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
                    let to: fn(&Duration) -> u128 = $to;
                    serializer.serialize_u64(u64::try_from(to(duration)).unwrap_or(u64::MAX))
                }
            }
        )+
    };
}

duration! {
    /// Milliseconds, at least 1.
    millis: 1, super::MAX_S * 1000, Duration::from_millis, Duration::as_millis;
    /// Milliseconds, 0 included.
    millis_or_zero: 0, super::MAX_S * 1000, Duration::from_millis, Duration::as_millis;
    /// Seconds, at least 1.
    seconds: 1, super::MAX_S, Duration::from_secs, |duration| duration.as_secs().into();
    /// Seconds, 0 included.
    seconds_or_zero: 0, super::MAX_S, Duration::from_secs, |duration| duration.as_secs().into();
    /// Days, at least 1.
    days: 1, super::MAX_S / super::DAY_S, |days| Duration::from_secs(days * super::DAY_S),
        |duration| (duration.as_secs() / super::DAY_S).into();
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Section {
        #[serde(deserialize_with = "count")]
        queue: NonZeroUsize,
        #[serde(deserialize_with = "count_or_zero")]
        spare: u32,
        #[serde(deserialize_with = "bytes")]
        body_bytes: NonZeroUsize,
        #[serde(rename = "wait_ms", with = "millis")]
        wait: Duration,
        #[serde(rename = "pause_ms", with = "millis_or_zero")]
        pause: Duration,
        #[serde(rename = "life_s", with = "seconds")]
        life: Duration,
        #[serde(rename = "delay_s", with = "seconds_or_zero")]
        delay: Duration,
        #[serde(rename = "retention_days", with = "days")]
        retention: Duration,
    }

    const NAMES: [&str; 8] =
        ["queue", "spare", "body_bytes", "wait_ms", "pause_ms", "life_s", "delay_s", "retention_days"];
    const MAY_BE_ZERO: [&str; 3] = ["spare", "pause_ms", "delay_s"];

    /// A section in which every number is 1, but for one.
    fn with(name: &str, value: u64) -> Result<Section, toml::de::Error> {
        let line = |known: &&str| format!("{known} = {}\n", if *known == name { value } else { 1 });
        toml::from_str(&NAMES.iter().map(line).collect::<String>())
    }

    #[test]
    fn numbers_become_values_in_their_units_and_are_written_as_they_were_read() {
        let section = with("life_s", 90).unwrap();
        assert_eq!((section.wait, section.life), (Duration::from_millis(1), Duration::from_secs(90)));
        assert_eq!(section.retention, Duration::from_secs(86_400));
        let written = toml::to_string(&section).unwrap();
        assert_eq!(toml::from_str::<Section>(&written).unwrap(), section);
        assert!(written.contains("life_s = 90") && written.contains("retention_days = 1"), "{written}");
    }

    #[test]
    fn zero_is_refused_where_it_makes_no_sense() {
        for name in NAMES {
            assert_eq!(with(name, 0).is_ok(), MAY_BE_ZERO.contains(&name), "{name}");
        }
    }

    #[test]
    fn the_largest_number_that_toml_can_hold_is_refused_with_the_range() {
        for name in NAMES {
            let error = with(name, i64::MAX.unsigned_abs()).unwrap_err();
            assert!(error.message().starts_with("must be from "), "{name}: {error}");
        }
    }

    #[test]
    fn the_longest_durations_can_be_added_to_any_instant() {
        let longest = Duration::from_secs(MAX_S);
        assert!(std::time::Instant::now().checked_add(longest * 2).is_some());
        assert_ne!(time_delta(longest * 2), TimeDelta::MAX);
    }
}
