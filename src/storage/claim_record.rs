//! An idempotency record, as both tables store it: `ledger_idempotency` and `test_answer`.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::{CorruptRow, RowRef};
use crate::domain::ids::CallId;
use crate::ledger::rules::batch_state::{ClaimRecord, ClaimState};
use crate::ledger::rules::hold::{AnswerContent, StoredAnswer};

/// The columns of a record without its key.
#[derive(sqlx::FromRow)]
pub(super) struct ClaimRecordRow {
    fingerprint: Vec<u8>,
    pub(super) call_id: Uuid,
    state: String,
    lease_until: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    status: Option<i16>,
    media_type: Option<String>,
    headers: Option<String>,
    body: Option<Vec<u8>>,
    tells_billing: bool,
}

impl ClaimRecordRow {
    /// Converts the row to a record. `row` names it in errors.
    pub(super) fn read(self, row: &RowRef<impl Display>) -> Result<ClaimRecord, CorruptRow> {
        let call_id = CallId::from_uuid(self.call_id);
        let state = match (self.state.as_str(), self.status, self.body) {
            ("running", ..) => ClaimState::Running,
            ("released", ..) => ClaimState::Released,
            ("captured", Some(status), Some(body)) => {
                let status = row.convert("status", status)?;
                // The version before the column wrote none.
                let media_type = self.media_type.unwrap_or_else(|| "application/json".to_owned());
                let headers = read_headers(self.headers.as_deref().unwrap_or_default());
                let tells_billing = self.tells_billing;
                let content = AnswerContent { status, media_type, headers, body, tells_billing };
                ClaimState::Captured(StoredAnswer { call_id, content })
            }
            _ => return Err(row.corrupt("state")),
        };
        let fingerprint = row.convert("fingerprint", self.fingerprint)?;
        let (lease_until, expires_at) = (self.lease_until, self.expires_at);
        Ok(ClaimRecord { fingerprint, call_id, state, lease_until, expires_at })
    }
}

/// The headers of an answer in the store: one `name: value` a line.
pub(super) fn header_lines(content: &AnswerContent) -> Option<String> {
    let lines: Vec<String> = content.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn read_headers(lines: &str) -> Vec<(String, String)> {
    let pairs = lines.lines().filter_map(|line| line.split_once(": "));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The name of a state in the store.
pub(super) fn state_name(state: &ClaimState) -> &'static str {
    match state {
        ClaimState::Running => "running",
        ClaimState::Captured(_) => "captured",
        ClaimState::Released => "released",
    }
}
