//! Paid routes: what an endpoint costs, who may call it and how it speaks.

use serde::Deserialize;

use super::credits::Credits;
use super::language::Language;
use super::plan::Access;

/// The shape of error bodies. `Accept: application/problem+json` overrules it on any route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// `error` is an object with a sentence and what to do; `error_code` stands beside it.
    #[default]
    Fluence,
    /// `error` is an object with a code and a sentence; 401 and missing rights are told by one code each.
    Fluenzr,
    /// `error` is a sentence; `code` stands beside it.
    Influtics,
}

/// A built-in paid endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Who the person is, in Portuguese.
    CrmBasico,
    /// The whole analysis, in Portuguese.
    Crm,
    /// Traits, in English.
    Analyze,
}

/// A paid route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its path, without stage prefix.
    pub path: &'static str,
    /// What answers it.
    pub endpoint: Endpoint,
    /// The most a call can cost.
    pub credits: Credits,
    /// Which plans include it.
    pub access: Access,
    /// How its errors are written.
    pub dialect: Dialect,
    /// Language of its texts.
    pub language: Language,
}
