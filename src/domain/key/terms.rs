//! What may be changed of a key while it lives.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Scope;
use super::reach::Reach;
use crate::domain::credits::Credits;
use crate::domain::network::Network;
use crate::domain::origin::Origin;
use crate::domain::region::Region;

/// A key's name, rights and limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyTerms {
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Where it may be used.
    #[serde(flatten)]
    pub origin: Origin,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// Credits it may spend per UTC day.
    pub daily_cap: Option<Credits>,
    /// Credits it may spend per UTC calendar month.
    pub monthly_cap: Option<Credits>,
}

impl KeyTerms {
    /// Of a key that is limited in nothing but its scopes.
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

    /// How far a key with these terms reaches.
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

/// A change of some of them: what is not named stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsChange {
    /// Another name.
    pub name: Option<String>,
    /// Other scopes.
    pub scopes: Option<Vec<Scope>>,
    /// Other regions; empty means any.
    pub regions: Option<Vec<Region>>,
    /// Other networks; empty means any.
    pub networks: Option<Vec<Network>>,
    /// Another end, or none.
    pub expires_at: Option<Option<DateTime<Utc>>>,
    /// Another daily cap, or none.
    pub daily_cap: Option<Option<Credits>>,
    /// Another monthly cap, or none.
    pub monthly_cap: Option<Option<Credits>>,
}

impl TermsChange {
    /// The terms after the change.
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
