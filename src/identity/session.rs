//! When a session ends, and when a person has to prove again who they are.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::ids::SessionId;
use crate::domain::setting::time_delta;

/// The most sessions of one person. The oldest ends when another begins.
pub const MAX_SESSIONS: i64 = 20;
/// How much later a use must be for its time to be written.
pub const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimes {
    /// Without a request.
    pub idle: Duration,
    /// In all.
    pub life: Duration,
    /// How long a proof of identity counts.
    pub step_up_ttl: Duration,
}

/// A session that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub confirmed_at: DateTime<Utc>,
    /// Until when the session may only be used to enter the second factor. `None`: fully
    /// authenticated.
    pub second_factor_due_at: Option<DateTime<Utc>>,
    pub address: Option<String>,
    pub browser: String,
}

impl Session {
    /// Whether the session is valid at an instant.
    pub fn is_live(&self, times: &SessionTimes, now: DateTime<Utc>) -> bool {
        let is_in_time = self.second_factor_due_at.is_none_or(|due_at| due_at > now);
        is_in_time && self.ends_at > now && now - self.seen_at < time_delta(times.idle)
    }

    /// Whether the person proved recently enough who they are to change what matters.
    pub fn is_confirmed(&self, times: &SessionTimes, now: DateTime<Utc>) -> bool {
        now - self.confirmed_at < time_delta(times.step_up_ttl)
    }

    /// Whether this use is to be written down.
    pub fn is_use_due(&self, now: DateTime<Utc>) -> bool {
        now - self.seen_at >= SEEN_EVERY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const TIMES: SessionTimes = SessionTimes {
        idle: Duration::from_secs(100),
        life: Duration::from_secs(1_000),
        step_up_ttl: Duration::from_secs(50),
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn session(seen: i64) -> Session {
        Session {
            id: SessionId::from_uuid(Uuid::nil()),
            created_at: at(0),
            seen_at: at(seen),
            ends_at: at(1_000),
            confirmed_at: at(0),
            second_factor_due_at: None,
            address: None,
            browser: String::new(),
        }
    }

    #[test]
    fn j20_a_session_ends_when_it_is_idle_and_at_its_end_however_busy() {
        assert!(session(0).is_live(&TIMES, at(99)));
        assert!(!session(0).is_live(&TIMES, at(100)));
        assert!(session(950).is_live(&TIMES, at(999)));
        assert!(!session(999).is_live(&TIMES, at(1_000)));
    }

    #[test]
    fn a_session_without_its_second_factor_ends_soon() {
        let half = Session { second_factor_due_at: Some(at(300)), ..session(0) };
        let times = SessionTimes { idle: Duration::from_secs(10_000), ..TIMES };
        assert!(half.is_live(&times, at(299)) && !half.is_live(&times, at(300)));
    }

    #[test]
    fn a_proof_counts_for_a_while_whatever_else_is_done() {
        assert!(session(40).is_confirmed(&TIMES, at(49)));
        assert!(!session(49).is_confirmed(&TIMES, at(50)));
    }

    #[test]
    fn uses_are_written_at_most_once_a_minute() {
        assert!(!session(0).is_use_due(at(59)));
        assert!(session(0).is_use_due(at(60)));
    }
}
