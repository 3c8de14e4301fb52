//! An idempotency record, as both tables store it: `ledger_idempotency` and `test_answer`.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::{CorruptRow, RowRef};
use crate::domain::ids::CallId;
use crate::ledger::rules::claim_record::{ClaimRecord, ClaimState};
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
                // The version before the column wrote none.
                let media_type = self.media_type.unwrap_or_else(|| "application/json".to_owned());
                let content = AnswerContent {
                    status: row.convert("status", status)?,
                    headers: read_headers(self.headers.as_deref().unwrap_or_default()),
                    tells_billing: self.tells_billing,
                    media_type,
                    body,
                };
                let content = Some(content).filter(|content| content.media_type != NOT_KEPT);
                ClaimState::Captured(StoredAnswer { call_id, content })
            }
            _ => return Err(row.corrupt("state")),
        };
        let fingerprint = row.convert("fingerprint", self.fingerprint)?;
        let (lease_until, expires_at) = (self.lease_until, self.expires_at);
        Ok(ClaimRecord { fingerprint, call_id, state, lease_until, expires_at })
    }
}

/// The media type that stands for an answer that is not kept. No answer has it: a header that is
/// read has only ASCII.
const NOT_KEPT: &str = "—";

/// The columns of a captured record.
pub(super) struct AnswerColumns<'a> {
    pub(super) status: i16,
    pub(super) media_type: &'a str,
    /// One `name: value` a line.
    pub(super) headers: Option<String>,
    pub(super) body: &'a [u8],
    pub(super) tells_billing: bool,
}

impl<'a> AnswerColumns<'a> {
    /// `None`: the answer is not kept.
    pub(super) fn of(content: Option<&'a AnswerContent>) -> Self {
        let Some(content) = content else {
            let (media_type, body) = (NOT_KEPT, [].as_slice());
            return Self { status: 409, media_type, headers: None, body, tells_billing: false };
        };
        let lines: Vec<String> =
            content.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        Self {
            status: content.status as i16,
            media_type: &content.media_type,
            headers: (!lines.is_empty()).then(|| lines.join("\n")),
            body: &content.body,
            tells_billing: content.tells_billing,
        }
    }
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
