//! Guessing waits longer and longer, and never locks the person out: failures from unknown browsers
//! are counted by the address that was tried, those from a browser that has logged in before are
//! counted by that browser.

use chrono::{DateTime, TimeDelta, Utc};

use super::one_time::MAX_CODE_TRIES;
use crate::domain::named_enum::named_enum;

/// Failures in a row that cost no wait.
const FREE_FAILURES: i32 = 5;
const MAX_WAIT_S: i64 = 15 * 60;
/// Failures in a row after which unknown browsers cannot log in with a password until a reset (NIST
/// SP 800-63B-4).
pub const MAX_FAILURES: i32 = 100;
/// Failures from one network that cost no wait.
const FREE_FAILURES_OF_NETWORK: i32 = 20;
/// Failures are forgotten this long after the last one.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(1);

named_enum! {
    /// What failures are counted by.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum GuessKind {
        /// Passwords for one address, from unknown browsers.
        Address = "address",
        /// Passwords from one known browser.
        Browser = "browser",
        /// Passwords from one network.
        Network = "network",
        /// E-mails asked for by one address.
        Mail = "mail",
        /// E-mails asked for by one network.
        MailNetwork = "mail_network",
        /// Codes of one person.
        Code = "code",
        /// Codes of one sign-up.
        SignUpCode = "sign_up_code",
        /// Searches for the row of a key, of one person.
        Search = "search",
        /// Keys of the playground that one person has made.
        Playground = "playground",
    }
}

impl GuessKind {
    /// Failures that cost no wait.
    const fn free(self) -> i32 {
        match self {
            Self::Network => FREE_FAILURES_OF_NETWORK,
            Self::Search => 10,
            Self::Playground => 20,
            _ => FREE_FAILURES,
        }
    }

    /// The failures after which no further attempt is made.
    const fn most(self) -> Option<i32> {
        match self {
            Self::Address => Some(MAX_FAILURES),
            Self::SignUpCode => Some(MAX_CODE_TRIES),
            _ => None,
        }
    }

    /// Whether a right attempt makes the failures before it forgotten. Those of a network stay: its
    /// other users may still be guessing. So do searches, as a key that is found proves no person.
    pub const fn is_cleared_by_success(self) -> bool {
        !matches!(self, Self::Network | Self::Search)
    }
}

/// Failures in a row. An attempt that is being judged is counted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    pub count: i32,
    pub last_at: DateTime<Utc>,
}

/// What a further attempt has to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    Seconds(i64),
    /// Until the password is reset, or a new code is asked for.
    UntilReset,
}

/// Whether a further attempt may be made now. `None`: it may.
pub fn wait(kind: GuessKind, failures: Option<Failures>, now: DateTime<Utc>) -> Option<Wait> {
    let Failures { count, last_at } = failures?;
    if now - last_at >= FORGOTTEN_AFTER {
        return None;
    }
    if kind.most().is_some_and(|most| count >= most) {
        return Some(Wait::UntilReset);
    }
    let beyond = u32::try_from(count - kind.free()).ok().filter(|beyond| *beyond > 0)?;
    let wait_s = 1_i64.checked_shl(beyond.min(20)).unwrap_or(MAX_WAIT_S).min(MAX_WAIT_S);
    let left = (last_at + TimeDelta::seconds(wait_s) - now).num_seconds();
    (left > 0).then_some(Wait::Seconds(left))
}

/// Whether another e-mail may be caused: three an hour and ten a day to one address, twenty an hour
/// from one network.
pub fn is_mail_allowed(kind: GuessKind, earlier: Option<Failures>, now: DateTime<Utc>) -> bool {
    let Some(Failures { count, last_at }) = earlier else { return true };
    let (an_hour, a_day) = match kind {
        GuessKind::MailNetwork => (20, 200),
        _ => (3, 10),
    };
    let is_of_this_hour = now - last_at < TimeDelta::hours(1);
    let is_of_this_day = now - last_at < FORGOTTEN_AFTER;
    !(count >= an_hour && is_of_this_hour || count >= a_day && is_of_this_day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn after(count: i32, seconds: i64) -> Option<Wait> {
        wait(GuessKind::Address, Some(Failures { count, last_at: at(0) }), at(seconds))
    }

    #[test]
    fn j15_a_wait_doubles_from_the_sixth_failure_and_has_an_end() {
        assert_eq!(
            (after(5, 0), after(6, 0), after(7, 0)),
            (None, Some(Wait::Seconds(2)), Some(Wait::Seconds(4)))
        );
        assert_eq!(after(50, 0), Some(Wait::Seconds(MAX_WAIT_S)));
        assert_eq!(after(6, 2), None);
        assert_eq!(after(100, 0), Some(Wait::UntilReset));
        assert_eq!(after(100, 86_400), None);
        assert_eq!(wait(GuessKind::Address, None, at(0)), None);
    }

    #[test]
    fn a_stranger_causes_few_e_mails() {
        let allowed = |count, seconds| {
            is_mail_allowed(GuessKind::Mail, Some(Failures { count, last_at: at(0) }), at(seconds))
        };
        assert!(
            allowed(2, 0)
                && !allowed(3, 3_599)
                && allowed(3, 3_600)
                && !allowed(10, 3_600)
                && allowed(10, 86_400)
        );
        assert!(is_mail_allowed(GuessKind::Mail, None, at(0)));
    }

    /// How many attempts of one instant are judged, each counted before the next is decided on.
    fn judged_at_once(kind: GuessKind, mut count: i32, last_at: DateTime<Utc>, now: DateTime<Utc>) -> i32 {
        let (mut judged, mut last_at) = (0, last_at);
        while judged < 1_000 && wait(kind, Some(Failures { count, last_at }), now).is_none() {
            (judged, count, last_at) = (judged + 1, count + 1, now);
        }
        judged
    }

    proptest! {
        #[test]
        fn j15_of_attempts_at_once_the_free_ones_are_judged_and_after_a_wait_one(count in 1..99_i32, s in 0..86_399_i64) {
            for kind in GuessKind::ALL {
                let judged = judged_at_once(kind, count, at(0), at(s));
                let most = kind.most().unwrap_or(i32::MAX).min(kind.free() + 1);
                prop_assert!(judged <= (most - count).max(1), "{kind:?} {judged}");
            }
        }

        #[test]
        fn j15_the_wait_that_is_named_is_enough(count in 1..99_i32, s in 0..1_000_i64) {
            for kind in GuessKind::ALL {
                let failures = Some(Failures { count, last_at: at(0) });
                if let Some(Wait::Seconds(left)) = wait(kind, failures, at(s)) {
                    prop_assert_eq!(wait(kind, failures, at(s + left)), None);
                }
            }
        }

        #[test]
        fn j15_no_number_of_failures_of_others_makes_a_known_browser_wait_for_a_reset(count in 1..i32::MAX, s in 0..100_000_i64) {
            for kind in [GuessKind::Browser, GuessKind::Network] {
                let waited = wait(kind, Some(Failures { count, last_at: at(0) }), at(s));
                prop_assert!(matches!(waited, None | Some(Wait::Seconds(1..=MAX_WAIT_S))));
            }
        }
    }
}
