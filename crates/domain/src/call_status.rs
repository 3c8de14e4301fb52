//! The HTTP statuses with which a call ended, for receipts.

use std::borrow::Cow;

use crate::language::Language;
use crate::settlement::Outcome;

/// What the client of a call got, and what the upstream behind it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallStatus {
    pub to_client: u16,
    /// `None`: the call was not forwarded, or its upstream sent no answer that could be passed on.
    pub of_upstream: Option<u16>,
}

impl CallStatus {
    /// Of a call that the gateway could not serve: what is written for its outcome `failed`.
    pub const UNAVAILABLE: Self = Self { to_client: 503, of_upstream: None };

    /// The statuses of a call, unless its outcome implies what the client got.
    pub fn unless_implied_by(self, outcome: Outcome) -> Option<Self> {
        (outcome.implied_status() != Some(self.to_client)).then_some(self)
    }
}

/// What the client of a call got, where it is known.
pub fn status_of(outcome: Outcome, status: Option<CallStatus>) -> Option<u16> {
    status.map(|status| status.to_client).or(outcome.implied_status())
}

/// Why a call was charged or given back, as a part of a sentence, with its statuses where they are
/// known.
pub fn reason(outcome: Outcome, status: Option<CallStatus>, language: Language) -> Cow<'static, str> {
    let reason = outcome.reason(language);
    let Some(CallStatus { to_client, of_upstream }) = status else { return reason.into() };
    let (answers, and_client_got, charged, with) = match language {
        Language::En => {
            ("the upstream answered", "and the client got", "for which its route charges", "with status")
        }
        Language::Pt => (
            "o serviço de origem respondeu",
            "e o cliente recebeu",
            "status que a rota cobra",
            "com o status",
        ),
    };
    match (outcome, of_upstream) {
        (Outcome::Failed | Outcome::UnchargedStatus, Some(answered)) if answered == to_client => {
            format!("{answers} {answered}").into()
        }
        (Outcome::Failed | Outcome::UnchargedStatus, Some(answered)) => {
            format!("{answers} {answered}, {and_client_got} {to_client}").into()
        }
        (Outcome::ChargedStatus, Some(answered)) => format!("{answers} {answered}, {charged}").into(),
        (Outcome::Failed | Outcome::Refused, None) => format!("{reason} {with} {to_client}").into(),
        _ => reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_the_statuses_that_its_outcome_leaves_open() {
        let of = |outcome, to_client, of_upstream| {
            let status = CallStatus { to_client, of_upstream }.unless_implied_by(outcome);
            reason(outcome, status, Language::En).into_owned()
        };
        let charged = "the upstream answered 404, for which its route charges";
        assert_eq!(of(Outcome::ChargedStatus, 404, Some(404)), charged);
        assert_eq!(of(Outcome::Failed, 503, Some(503)), "the upstream answered 503");
        assert_eq!(of(Outcome::UnchargedStatus, 404, Some(404)), "the upstream answered 404");
        assert_eq!(of(Outcome::Failed, 502, Some(401)), "the upstream answered 401, and the client got 502");
        assert_eq!(of(Outcome::Failed, 502, None), "the call failed with status 502");
        assert_eq!(of(Outcome::Refused, 413, None), "the request was refused with status 413");
        assert_eq!(of(Outcome::TimedOut, 504, None), "the call took too long");
        assert_eq!(of(Outcome::Uncounted, 200, Some(200)), Outcome::Uncounted.reason(Language::En));
        assert_eq!(reason(Outcome::Failed, None, Language::En), "the call failed");
    }

    #[test]
    fn a_reason_is_in_the_language_of_its_reader() {
        let status = Some(CallStatus { to_client: 502, of_upstream: Some(401) });
        let said = reason(Outcome::Failed, status, Language::Pt);
        assert_eq!(said, "o serviço de origem respondeu 401, e o cliente recebeu 502");
        let lost = Some(CallStatus { to_client: 502, of_upstream: None });
        assert_eq!(reason(Outcome::Failed, lost, Language::Pt), "a chamada falhou com o status 502");
        assert_eq!(reason(Outcome::TimedOut, None, Language::Pt), "a chamada demorou demais");
    }

    #[test]
    fn an_answer_is_a_200_unless_its_status_is_stored() {
        let of = |to_client| {
            let status = CallStatus { to_client, of_upstream: Some(to_client) };
            let stored = status.unless_implied_by(Outcome::Answered);
            (stored.is_some(), status_of(Outcome::Answered, stored))
        };
        assert_eq!(of(200), (false, Some(200)));
        assert_eq!(of(204), (true, Some(204)));
    }
}
