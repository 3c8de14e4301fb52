//! Rotation: a new version of a key's secret. The old version stays valid for an overlap.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use super::KeyState;

/// How long the old secret stays valid: 0 s to 7 days, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overlap(TimeDelta);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 0s to 7d, such as 30m, 1h or 2d")]
pub struct NotAnOverlap;

impl Overlap {
    /// The longest, in seconds: 7 days.
    pub const MAX_S: i64 = 7 * 24 * 60 * 60;
    /// One hour.
    pub const DEFAULT: Self = Self(TimeDelta::hours(1));

    /// An overlap of this many seconds.
    pub fn of_seconds(seconds: i64) -> Result<Self, NotAnOverlap> {
        if (0..=Self::MAX_S).contains(&seconds) {
            Ok(Self(TimeDelta::seconds(seconds)))
        } else {
            Err(NotAnOverlap)
        }
    }

    /// The overlap as a span of time.
    pub const fn span(self) -> TimeDelta {
        self.0
    }
}

impl FromStr for Overlap {
    type Err = NotAnOverlap;
    fn from_str(text: &str) -> Result<Self, NotAnOverlap> {
        let unit = text.chars().last().ok_or(NotAnOverlap)?;
        let number =
            text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number: i64 = number.ok_or(NotAnOverlap)?.parse().map_err(|_| NotAnOverlap)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(NotAnOverlap),
        };
        Self::of_seconds(number.checked_mul(seconds).ok_or(NotAnOverlap)?)
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0.num_seconds())
    }
}

/// The facts that decide whether a key can be rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotatable {
    pub state: KeyState,
    pub expires_at: Option<DateTime<Utc>>,
    /// End of the most recent overlap.
    pub replaced_ends_at: Option<DateTime<Utc>>,
}

/// Why a key cannot be rotated now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRotate {
    #[error("the key is revoked, and revocation cannot be undone")]
    Revoked,
    #[error("the key has expired; a new secret would not work either")]
    Expired,
    /// The key already has two live secrets.
    #[error("the key is already being rotated; its old secret stays valid until {}", until.format("%F %TZ"))]
    InProgress {
        /// End of the older secret.
        until: DateTime<Utc>,
        /// Time until then, by the clock that decided.
        wait: TimeDelta,
    },
}

impl Rotatable {
    /// Returns the end of the current secret if the key is rotated now. A key never has more than
    /// two live secrets.
    ///
    /// # Errors
    /// When it cannot be replaced.
    pub fn rotate(&self, now: DateTime<Utc>, overlap: Overlap) -> Result<DateTime<Utc>, CannotRotate> {
        if self.state == KeyState::Revoked {
            return Err(CannotRotate::Revoked);
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(CannotRotate::Expired);
        }
        match self.replaced_ends_at {
            Some(until) if until > now => Err(CannotRotate::InProgress { until, wait: until - now }),
            _ => Ok(now + overlap.span()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRESH: Rotatable = Rotatable { state: KeyState::Active, expires_at: None, replaced_ends_at: None };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn hour() -> Overlap {
        "1h".parse().unwrap()
    }

    #[test]
    fn an_overlap_is_written_with_its_unit() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("30m", 1_800), ("1h", 3_600), ("7d", 604_800)] {
            assert_eq!(text.parse(), Overlap::of_seconds(seconds), "{text}");
        }
        for text in
            ["", "1", "h", "-1h", "+1h", "1.5h", "8d", "604801s", "99999999999999999999d", "1 h", "1é"]
        {
            assert_eq!(text.parse::<Overlap>(), Err(NotAnOverlap), "{text}");
        }
    }

    #[test]
    fn the_old_secret_ends_when_the_overlap_does() {
        assert_eq!(FRESH.rotate(at(0), hour()), Ok(at(3_600)));
        assert_eq!(FRESH.rotate(at(0), "0s".parse().unwrap()), Ok(at(0)));
    }

    #[test]
    fn a_second_rotation_waits_for_the_end_of_the_first() {
        let rotating = Rotatable { replaced_ends_at: Some(at(60)), ..FRESH };
        assert_eq!(
            rotating.rotate(at(59), hour()),
            Err(CannotRotate::InProgress { until: at(60), wait: TimeDelta::seconds(1) })
        );
        assert_eq!(rotating.rotate(at(60), hour()), Ok(at(3_660)));
    }

    #[test]
    fn a_revoked_or_expired_key_gets_no_new_secret_and_a_disabled_one_does() {
        let revoked = Rotatable { state: KeyState::Revoked, ..FRESH };
        assert_eq!(revoked.rotate(at(0), hour()), Err(CannotRotate::Revoked));
        let expired = Rotatable { expires_at: Some(at(0)), ..FRESH };
        assert_eq!(expired.rotate(at(0), hour()), Err(CannotRotate::Expired));
        let disabled = Rotatable { state: KeyState::Disabled, ..FRESH };
        assert!(disabled.rotate(at(0), hour()).is_ok());
    }

    proptest! {
        #[test]
        fn no_key_ever_has_three_live_secrets(
            steps in proptest::collection::vec((0..200_000_i64, 0..=Overlap::MAX_S), 1..50),
        ) {
            let (mut now, mut ends) = (at(0), Vec::new());
            for (wait, overlap) in steps {
                now += TimeDelta::seconds(wait);
                let key = Rotatable { replaced_ends_at: ends.last().copied(), ..FRESH };
                if let Ok(end) = key.rotate(now, Overlap::of_seconds(overlap).unwrap()) {
                    ends.push(end);
                }
                let still_live = ends.iter().filter(|end| **end > now).count();
                prop_assert!(still_live <= 1, "{still_live} replaced secrets are live beside the current one");
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,30}") {
            let _ = text.parse::<Overlap>();
        }
    }
}
