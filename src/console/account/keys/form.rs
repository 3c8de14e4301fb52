//! The form of a key's terms, the same for making and for changing one.

mod fields;
mod read;

use chrono::{DateTime, Days, Utc};

use crate::console::numbers::last_day;
use crate::console::request::form::Form;
use crate::domain::account::EnvironmentView;
use crate::domain::credits::Credits;
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::{FormatChoice, Mode, Scope};
use crate::domain::named_enum::named_enum;

/// The fields of the form.
pub(super) const FIELDS: [&str; 11] = [
    "name",
    "environment",
    "format",
    "scope_read",
    "scope_invoke",
    "scope_manage",
    "expires_on",
    "daily_cap",
    "monthly_cap",
    "networks",
    "regions",
];

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) environment: String,
    pub(super) format: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) expires_on: String,
    pub(super) daily_cap: String,
    pub(super) monthly_cap: String,
    pub(super) networks: String,
    pub(super) regions: String,
}

named_enum! {
    /// What a new key is for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Preset {
        Server = "server",
        Test = "test",
        Read = "read",
    }
}

const fn box_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "scope_read",
        Scope::Invoke => "scope_invoke",
        Scope::Manage => "scope_manage",
    }
}

impl Typed {
    /// A new key after a preset.
    pub(super) fn preset(preset: Preset, environments: &[EnvironmentView], now: DateTime<Utc>) -> Self {
        let (mode, days) = match preset {
            Preset::Test => (Mode::Test, 90),
            Preset::Server | Preset::Read => (Mode::Live, 365),
        };
        let environment = environments.iter().find(|known| known.mode == mode).or(environments.first());
        let ends = now.date_naive().checked_add_days(Days::new(days));
        Self {
            environment: environment.map(|known| known.name.clone()).unwrap_or_default(),
            scopes: if preset == Preset::Read { vec![Scope::Read] } else { Scope::DEFAULT.to_vec() },
            expires_on: ends.map(|day| day.to_string()).unwrap_or_default(),
            format: FormatChoice::PREFIXED.to_owned(),
            ..Self::default()
        }
    }

    /// The terms of a key that exists.
    pub(super) fn of(terms: &KeyTerms, environment: &str) -> Self {
        let lines = |items: Vec<String>| items.join("\n");
        let cap = |cap: Option<Credits>| cap.map(|cap| cap.to_string()).unwrap_or_default();
        Self {
            name: terms.name.clone(),
            environment: environment.to_owned(),
            format: FormatChoice::PREFIXED.to_owned(),
            scopes: terms.scopes.clone(),
            expires_on: terms.expires_at.map(last_day).map(|day| day.to_string()).unwrap_or_default(),
            daily_cap: cap(terms.daily_cap),
            monthly_cap: cap(terms.monthly_cap),
            networks: lines(terms.origin.networks.iter().map(ToString::to_string).collect()),
            regions: lines(terms.origin.regions.iter().map(ToString::to_string).collect()),
        }
    }

    pub(super) fn sent(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            name: text("name"),
            environment: text("environment"),
            format: text("format"),
            scopes: Scope::ALL.into_iter().filter(|scope| form.has(box_of(*scope))).collect(),
            expires_on: text("expires_on"),
            daily_cap: text("daily_cap"),
            monthly_cap: text("monthly_cap"),
            networks: text("networks"),
            regions: text("regions"),
        }
    }
}
