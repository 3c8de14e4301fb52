//! What every answer after authentication says of money and limits, and no answer before it.

use chrono::DateTime;
use serde_json::Value;

use crate::support::gateway::Answer;

const LIMIT_HEADERS: [&str; 5] =
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "ratelimit-policy"];
const CREDIT_HEADERS: [&str; 2] = ["x-credits-used", "x-credits-remaining"];

impl Answer {
    /// Body and headers show the same billing, and the limits of one decision.
    pub(crate) fn assert_accounted(&self) {
        let billing = self.billing();
        assert!(billing.is_object(), "{} {}", self.status, self.text);
        assert_eq!(self.number("x-credits-used"), billing["creditos_utilizados"], "{}", self.text);
        assert_eq!(self.number("x-credits-remaining"), billing["creditos_restantes"], "{}", self.text);
        for field in ["tipo_plano", "renovacao_proxima", "limite_mensal", "uso_percentual"] {
            assert!(!billing[field].is_null(), "{field} is missing: {}", self.text);
        }
        if billing.get("reembolsado").is_some() {
            assert_eq!(billing["reembolsado"], true);
            assert_eq!(billing["creditos_utilizados"], 0, "{}", self.text);
            assert!(billing["motivo_reembolso"].is_string(), "{}", self.text);
        }
        self.assert_limits_told();
        self.assert_wait_told();
    }

    /// All limit headers stand there and agree.
    pub(crate) fn assert_limits_told(&self) {
        let [limit, remaining, reset] =
            ["limit", "remaining", "reset"].map(|part| self.number(&format!("x-ratelimit-{part}")));
        assert!((0..=limit).contains(&remaining), "{remaining} of {limit}");
        let (policy, state) = (self.header("ratelimit-policy"), self.header("ratelimit"));
        assert_eq!(policy.split(';').next(), state.split(';').next());
        assert_eq!((parameter(policy, "q"), parameter(state, "r")), (Some(limit), Some(remaining)));
        let reset_after_s = parameter(state, "t").unwrap();
        let within_s = parameter(policy, "w").unwrap_or(i64::MAX);
        assert!((0..=within_s).contains(&reset_after_s), "{state} and {policy}");
        let answered_at = DateTime::parse_from_rfc2822(self.header("date")).unwrap().timestamp();
        // A slow handler answers long after the decision, and a busy server's `Date` may be a
        // second old.
        let decided_at = reset - reset_after_s;
        let possible = answered_at - 60..=fluence::clock::now().timestamp() + 1;
        assert!(possible.contains(&decided_at), "{decided_at} of {possible:?}: {reset} and {state}");
    }

    /// `Retry-After` stands where waiting helps, nowhere else, and says the same as the body.
    fn assert_wait_told(&self) {
        let has_retry_after = self.headers.contains_key("retry-after");
        let helps = matches!(self.status, 429 | 503) || self.code() == "IDEMPOTENCY_IN_PROGRESS";
        assert_eq!(has_retry_after, helps, "{} {}", self.status, self.text);
        if has_retry_after {
            assert!(self.number("retry-after") >= 1);
            let body = [&self.body["error"]["retry_after"], &self.body["retry_after"]];
            let said = body.into_iter().find_map(Value::as_i64);
            assert_eq!(said, Some(self.number("retry-after")), "{}", self.text);
            if self.status == 429 {
                assert_eq!(parameter(self.header("ratelimit"), "t"), said, "{}", self.text);
            }
        }
    }

    /// The caller is unknown, so the answer shows nothing of any account.
    pub(crate) fn assert_anonymous(&self) {
        for name in LIMIT_HEADERS.into_iter().chain(CREDIT_HEADERS) {
            assert!(!self.headers.contains_key(name), "{name} stands in {} {}", self.status, self.text);
        }
        assert!(self.body.get("billing_info").is_none(), "{}", self.text);
    }
}

/// A number of a structured field such as `"burst";q=20;w=2`.
fn parameter(field: &str, name: &str) -> Option<i64> {
    let text = field.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
    Some(text.parse().unwrap_or_else(|_| panic!("{field:?}")))
}
