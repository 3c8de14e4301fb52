//! Paid routes: what an endpoint costs, who may call it and how it speaks.

use serde::Deserialize;

use super::credits::Credits;
use super::language::Language;
use super::plan::Access;

/// The shape in which a route answers errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The root paths.
    Fluence,
    /// `/v1`.
    Fluenzr,
    /// `/v1/account`.
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
