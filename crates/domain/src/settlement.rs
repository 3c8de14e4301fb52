//! The settlement table: which outcome of a paid call is charged.
//!
//! The table itself is `config/settlement.toml`, so that code, tests and documentation read one
//! source.

use serde::{Deserialize, Serialize};

use super::language::Language;
use super::named_enum::named_enum;
use super::refusal::ErrorCode;

/// The table, compiled in.
pub const SETTLEMENT_TOML: &str = include_str!("../../../config/settlement.toml");

named_enum! {
    /// How a paid call ended, for its settlement.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Outcome {
        /// A 2xx answer.
        Answered = "answered",
        /// 404 `PROFILE_NOT_FOUND`.
        ProfileNotFound = "profile_not_found",
        /// 409 `MULTIPLE_MATCHES`.
        MultipleMatches = "multiple_matches",
        /// Any other 4xx of the handler or its upstream.
        Refused = "refused",
        /// Any 5xx.
        Failed = "failed",
        TimedOut = "timed_out",
        /// The gateway died or lost the call before its outcome was known.
        Abandoned = "abandoned",
        /// 422 `INSUFFICIENT_DATA`. Calls of earlier versions have [`Outcome::Refused`] instead.
        InsufficientData = "insufficient_data",
        /// An answer of an upstream other than a 2xx that its route charges for.
        ChargedStatus = "charged_status",
        /// An answer of an upstream below 500 that its route does not charge for.
        UnchargedStatus = "uncharged_status",
        /// The upstream reported no figure, and its route charges the least or all that was held.
        FigureMissing = "figure_missing",
        /// The upstream reported no figure, and its route charges nothing then.
        Uncounted = "uncounted",
        /// The upstream ended its answer too early, and its route charges nothing then.
        BrokeOff = "broke_off",
        /// The upstream ended its answer too early, and its route charges for what came.
        PartlyAnswered = "partly_answered",
        /// The client left, and what it had received is charged.
        Left = "left",
        /// The client left before anything was sent to it.
        LeftEarly = "left_early",
    }
}

impl Outcome {
    /// The number in the store. Numbers are never used again for something else.
    pub const fn number(self) -> i16 {
        match self {
            Self::Answered => 0,
            Self::ProfileNotFound => 1,
            Self::MultipleMatches => 2,
            Self::Refused => 3,
            Self::Failed => 4,
            Self::TimedOut => 5,
            Self::Abandoned => 6,
            Self::InsufficientData => 7,
            Self::ChargedStatus => 8,
            Self::UnchargedStatus => 9,
            Self::FigureMissing => 10,
            Self::Uncounted => 11,
            Self::BrokeOff => 12,
            Self::PartlyAnswered => 13,
            Self::Left => 14,
            Self::LeftEarly => 15,
        }
    }

    /// The outcome with a number of the store.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.number() == number)
    }

    /// Why a call was charged or refunded, as a part of a sentence.
    pub const fn reason(self, language: Language) -> &'static str {
        let (en, pt) = match self {
            Self::Answered => ("the call was answered", "a chamada foi respondida"),
            Self::ProfileNotFound => ("the search found no profile", "a busca não encontrou nenhum perfil"),
            Self::MultipleMatches => ("the search found several people", "a busca encontrou várias pessoas"),
            Self::Refused => ("the request was refused", "a requisição foi recusada"),
            Self::Failed => ("the call failed", "a chamada falhou"),
            Self::TimedOut => ("the call took too long", "a chamada demorou demais"),
            Self::Abandoned => ("the gateway lost the call", "o gateway perdeu a chamada"),
            Self::InsufficientData => {
                ("there was too little text to analyse", "havia pouco texto para analisar")
            }
            Self::ChargedStatus => (
                "the upstream answered with a status that its route charges for",
                "o serviço de origem respondeu com um status que a rota cobra",
            ),
            Self::UnchargedStatus => (
                "the upstream answered with a status that its route does not charge for",
                "o serviço de origem respondeu com um status que a rota não cobra",
            ),
            Self::FigureMissing => (
                "the upstream did not report what the call used, and the route has a price for that",
                "o serviço de origem não informou o consumo da chamada, e a rota tem um preço para isso",
            ),
            Self::Uncounted => (
                "the upstream did not report what the call used, and the route charges nothing then",
                "o serviço de origem não informou o consumo da chamada, e a rota não cobra nada nesse caso",
            ),
            Self::BrokeOff => ("the answer ended early", "a resposta foi interrompida"),
            Self::PartlyAnswered => (
                "the answer ended early, and the route charges for what came",
                "a resposta foi interrompida, e a rota cobra pelo que chegou",
            ),
            Self::Left => {
                ("the client did not read the answer to its end", "o cliente não leu a resposta até o fim")
            }
            Self::LeftEarly => {
                ("the client left before the answer began", "o cliente saiu antes de a resposta começar")
            }
        };
        match language {
            Language::En => en,
            Language::Pt => pt,
        }
    }

    /// Whether the client has a whole answer that the route charges for.
    pub const fn is_charged_answer(self) -> bool {
        matches!(self, Self::Answered | Self::ChargedStatus)
    }

    /// Whether the client has a part of an answer, which is charged.
    pub const fn is_charged_part(self) -> bool {
        matches!(self, Self::Left | Self::PartlyAnswered)
    }

    /// Whether a call that ended like this and gave its hold back had a price of 0.
    pub const fn is_free_if_released(self) -> bool {
        matches!(
            self,
            Self::Answered | Self::ChargedStatus | Self::FigureMissing | Self::PartlyAnswered | Self::Left
        )
    }

    /// The HTTP status of the answer, if it is stored for other statuses only.
    pub const fn implied_status(self) -> Option<u16> {
        match self {
            Self::Answered => Some(200),
            Self::ProfileNotFound => Some(404),
            Self::MultipleMatches => Some(409),
            Self::InsufficientData => Some(422),
            Self::TimedOut => Some(504),
            Self::Refused
            | Self::Failed
            | Self::Abandoned
            | Self::ChargedStatus
            | Self::UnchargedStatus
            | Self::FigureMissing
            | Self::Uncounted
            | Self::BrokeOff
            | Self::PartlyAnswered
            | Self::Left
            | Self::LeftEarly => None,
        }
    }

    /// The outcome of a handler's answer with this status, and with this code if it is an error.
    pub fn of(status: u16, code: Option<ErrorCode>) -> Self {
        match (status, code) {
            (_, Some(ErrorCode::Timeout)) => Self::TimedOut,
            (404, Some(ErrorCode::ProfileNotFound)) => Self::ProfileNotFound,
            (409, Some(ErrorCode::MultipleMatches)) => Self::MultipleMatches,
            (422, Some(ErrorCode::InsufficientData)) => Self::InsufficientData,
            (200..=299, _) => Self::Answered,
            (400..=499, _) => Self::Refused,
            // A status that should not come from a handler at all is our fault, not the customer's.
            _ => Self::Failed,
        }
    }
}

/// What an outcome does to the hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Keeps the credits and the request unit.
    Capture,
    /// Returns the credits to their lots, and the request unit.
    Release,
}

/// The table: one settlement for each outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementTable([Settlement; Outcome::ALL.len()]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    outcome: Outcome,
    settlement: Settlement,
    #[serde(rename = "why")]
    _why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Row>,
}

/// Why a settlement file was refused.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// Not the shape of the file.
    #[error("settlement.toml: {0}")]
    Syntax(#[from] toml::de::Error),
    /// An outcome has no rule, or two.
    #[error("settlement.toml: outcome `{0}` must have exactly one rule")]
    NotOneRule(&'static str),
}

impl SettlementTable {
    /// Reads the table; every outcome must have exactly one rule.
    pub fn parse(text: &str) -> Result<Self, SettlementError> {
        let file: File = toml::from_str(text)?;
        let mut table = [Settlement::Release; Outcome::ALL.len()];
        for outcome in Outcome::ALL {
            let mut rules = file.rule.iter().filter(|row| row.outcome == outcome);
            match (rules.next(), rules.next()) {
                (Some(rule), None) => table[outcome as usize] = rule.settlement,
                _ => return Err(SettlementError::NotOneRule(outcome.as_str())),
            }
        }
        Ok(Self(table))
    }

    /// What this outcome does to the hold.
    pub fn settle(&self, outcome: Outcome) -> Settlement {
        self.0[outcome as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_charges_for_searches_and_answers_only() {
        let table = SettlementTable::parse(SETTLEMENT_TOML).unwrap();
        let captured: Vec<_> =
            Outcome::ALL.into_iter().filter(|o| table.settle(*o) == Settlement::Capture).collect();
        let expected = [
            Outcome::Answered,
            Outcome::ProfileNotFound,
            Outcome::MultipleMatches,
            Outcome::ChargedStatus,
            Outcome::FigureMissing,
            Outcome::PartlyAnswered,
            Outcome::Left,
        ];
        assert_eq!(captured, expected);
    }

    #[test]
    fn an_outcome_without_a_rule_is_refused() {
        let text = SETTLEMENT_TOML.replacen("timed_out", "failed", 1);
        assert!(SettlementTable::parse(&text).is_err());
    }

    #[test]
    fn numbers_come_back_as_their_outcome() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_number(outcome.number()), Some(outcome));
        }
    }

    #[test]
    fn every_status_has_an_outcome_and_no_5xx_is_captured() {
        let table = SettlementTable::parse(SETTLEMENT_TOML).unwrap();
        for status in 500..=599 {
            assert_eq!(table.settle(Outcome::of(status, None)), Settlement::Release);
        }
        for status in 100..=199 {
            assert_eq!(table.settle(Outcome::of(status, None)), Settlement::Release);
        }
    }
}
