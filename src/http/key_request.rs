//! The bodies of `/v1/keys` and `/v1/environments`, read field by field; every fault is reported at
//! once.

use chrono::{DateTime, Utc};

use super::fields::Fields;
use super::json::Json;
use crate::domain::account::DEFAULT_ENVIRONMENT;
use crate::domain::amount::Amount;
use crate::domain::credits::Credits;
use crate::domain::instant::parse_instant;
use crate::domain::key::rotation::Overlap;
use crate::domain::key::terms::{KeyTerms, TermsChange};
use crate::domain::key::{FormatChoice, KeyState, Mode, Scope};
use crate::domain::origin::{MAX_NETWORKS, MAX_REGIONS, Origin};
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::text::{EnvironmentName, Name};

/// Revoking has a path of its own, because it cannot be undone.
pub const STATES: [&str; 2] = [KeyState::Active.as_str(), KeyState::Disabled.as_str()];
/// Most keys that an environment can be said to have.
pub const MAX_KEYS: i64 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKeyRequest {
    pub environment: EnvironmentName,
    pub format: FormatChoice,
    pub terms: KeyTerms,
}

impl NewKeyRequest {
    /// Reads the fields.
    ///
    /// # Errors
    /// Every faulty one.
    pub fn parse(mut fields: Fields) -> Result<Self, Refusal> {
        let name = fields.take_required::<Name>("name");
        let environment = fields.take_named("environment");
        let format = fields.take_word("format", &FormatChoice::NAMES, FormatChoice::from_name);
        let scopes = scopes(&mut fields);
        let regions = list(&mut fields, "regions", MAX_REGIONS, Fault::NotARegion);
        let networks = list(&mut fields, "allowed_networks", MAX_NETWORKS, Fault::NotANetwork);
        let expires_at = expires_at(&mut fields).flatten();
        let daily_cap = cap(&mut fields, "daily_cap").flatten();
        let monthly_cap = cap(&mut fields, "monthly_cap").flatten();
        let name = fields.finish_with(name)?;
        let format: FormatChoice = format.unwrap_or_default();
        let default_environment = || DEFAULT_ENVIRONMENT.parse().map_err(|_| Refusal::Internal);
        Ok(Self {
            environment: environment.map_or_else(default_environment, Ok)?,
            format,
            terms: KeyTerms {
                name: name.into_string(),
                scopes: scopes.unwrap_or_else(|| Scope::default_of(format.format()).to_vec()),
                origin: Origin {
                    regions: regions.unwrap_or_default(),
                    networks: networks.unwrap_or_default(),
                },
                expires_at,
                daily_cap,
                monthly_cap,
            },
        })
    }
}

/// Reads a change of a key: of its terms, of its state, or of both. `null` takes an end, a cap or a
/// restriction away.
///
/// # Errors
/// Every faulty field.
pub fn key_change(mut fields: Fields) -> Result<(TermsChange, Option<KeyState>), Refusal> {
    fields.refuse_null(&["name", "scopes", "state"]);
    let name: Option<Name> = fields.take_named("name");
    let change = TermsChange {
        name: name.map(Name::into_string),
        scopes: scopes(&mut fields),
        regions: list(&mut fields, "regions", MAX_REGIONS, Fault::NotARegion),
        networks: list(&mut fields, "allowed_networks", MAX_NETWORKS, Fault::NotANetwork),
        expires_at: expires_at(&mut fields),
        daily_cap: cap(&mut fields, "daily_cap"),
        monthly_cap: cap(&mut fields, "monthly_cap"),
    };
    let state = fields.take_word("state", &STATES, KeyState::from_name);
    fields.finish()?;
    Ok((change, state))
}

/// Reads for how long the old secret of a rotated key lives on.
///
/// # Errors
/// Every faulty field.
pub fn overlap(mut fields: Fields) -> Result<Overlap, Refusal> {
    let seconds = fields.take_whole("overlap_seconds", 0, Overlap::MAX_S).flatten();
    fields.finish()?;
    seconds
        .map_or(Ok(Overlap::DEFAULT), |seconds| Overlap::of_seconds(seconds).map_err(|_| Refusal::Internal))
}

/// Reads an environment to be made: its name and mode.
///
/// # Errors
/// Every faulty field.
pub fn new_environment(mut fields: Fields) -> Result<(EnvironmentName, Mode), Refusal> {
    let name = fields.take_required("name");
    if !fields.has("mode") {
        fields.fault::<()>("mode", Fault::Missing);
    }
    let mode = fields.take_word("mode", &Mode::NAMES, Mode::from_name);
    fields.finish_with(name.zip(mode))
}

/// Reads how many keys an environment may have; `null` leaves it to the plan.
///
/// # Errors
/// Every faulty field.
pub fn key_cap(mut fields: Fields) -> Result<Option<u16>, Refusal> {
    if !fields.has_or_null("key_cap") {
        fields.fault::<()>("key_cap", Fault::Missing);
    }
    let cap = fields.take_whole("key_cap", 1, MAX_KEYS).flatten();
    fields.finish()?;
    cap.map(u16::try_from).transpose().map_err(|_| Refusal::Internal)
}

/// Scopes, each once; a key without any would be good for nothing.
fn scopes(fields: &mut Fields) -> Option<Vec<Scope>> {
    let Json::List(items) = fields.take("scopes")? else {
        return fields.fault("scopes", Fault::NotList);
    };
    let read: Option<Vec<Scope>> = items.iter().map(|item| Scope::from_name(item.as_text()?)).collect();
    match read {
        Some(scopes) if scopes.is_empty() => fields.fault("scopes", Fault::Empty),
        Some(scopes) => Some(Scope::sorted(&scopes)),
        None => fields.fault("scopes", Fault::NotOneOf(&Scope::NAMES)),
    }
}

/// A list of limited length. `null` and an empty list mean the same.
fn list<T: std::str::FromStr>(fields: &mut Fields, name: &str, most: usize, fault: Fault) -> Option<Vec<T>> {
    let items = match fields.take_or_null(name)? {
        Json::Null => Vec::new(),
        Json::List(items) => items,
        _ => return fields.fault(name, Fault::NotList),
    };
    if items.len() > most {
        return fields.fault(name, Fault::TooMany { max_items: most });
    }
    let read: Option<Vec<T>> = items.iter().map(|item| item.as_text()?.parse().ok()).collect();
    read.or_else(|| fields.fault(name, fault))
}

/// An instant, or `null` for none.
fn expires_at(fields: &mut Fields) -> Option<Option<DateTime<Utc>>> {
    match fields.take_or_null("expires_at")? {
        Json::Null => Some(None),
        Json::Text(text) => match parse_instant(&text) {
            Some(instant) => Some(Some(instant)),
            None => fields.fault("expires_at", Fault::NotInstant),
        },
        _ => fields.fault("expires_at", Fault::NotInstant),
    }
}

/// A number of credits, or `null` for no cap.
fn cap(fields: &mut Fields, name: &str) -> Option<Option<Credits>> {
    let (least, most) = (1, Amount::MAX);
    match fields.take_whole(name, least, most)?.map(Credits::try_from).transpose() {
        Ok(cap) => Some(cap),
        Err(_) => fields.fault(name, Fault::OutOfRange { least, most }),
    }
}
