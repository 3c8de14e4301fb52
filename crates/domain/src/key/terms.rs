//! The part of a key that may be changed.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Scope;
use super::reach::Reach;
use crate::credits::Credits;
use crate::network::Network;
use crate::origin::Origin;
use crate::region::Region;

/// A key's name, rights and limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyTerms {
    /// 1 to 80 characters.
    pub name: String,
    pub scopes: Vec<Scope>,
    #[serde(flatten)]
    pub origin: Origin,
    pub expires_at: Option<DateTime<Utc>>,
    /// Most credits per UTC day.
    pub daily_cap: Option<Credits>,
    /// Most credits per UTC calendar month.
    pub monthly_cap: Option<Credits>,
}

impl KeyTerms {
    /// The terms of a key whose only limit is its scopes.
    pub fn unlimited(name: &str, scopes: &[Scope]) -> Self {
        Self {
            name: name.to_owned(),
            scopes: scopes.to_vec(),
            origin: Origin::default(),
            expires_at: None,
            daily_cap: None,
            monthly_cap: None,
        }
    }

    /// The reach of a key with these terms.
    pub fn reach(&self) -> Reach {
        Reach {
            scopes: self.scopes.clone(),
            origin: self.origin.clone(),
            expires_at: self.expires_at,
            daily_cap: self.daily_cap,
            monthly_cap: self.monthly_cap,
        }
    }
}

/// A change of terms. `None` keeps a term, `Some(None)` removes a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsChange {
    pub name: Option<String>,
    pub scopes: Option<Vec<Scope>>,
    /// Empty means any.
    pub regions: Option<Vec<Region>>,
    /// Empty means any.
    pub networks: Option<Vec<Network>>,
    pub expires_at: Option<Option<DateTime<Utc>>>,
    pub daily_cap: Option<Option<Credits>>,
    pub monthly_cap: Option<Option<Credits>>,
}

impl TermsChange {
    pub fn apply(self, terms: KeyTerms) -> KeyTerms {
        KeyTerms {
            name: self.name.unwrap_or(terms.name),
            scopes: self.scopes.unwrap_or(terms.scopes),
            origin: Origin {
                regions: self.regions.unwrap_or(terms.origin.regions),
                networks: self.networks.unwrap_or(terms.origin.networks),
            },
            expires_at: self.expires_at.unwrap_or(terms.expires_at),
            daily_cap: self.daily_cap.unwrap_or(terms.daily_cap),
            monthly_cap: self.monthly_cap.unwrap_or(terms.monthly_cap),
        }
    }
}
