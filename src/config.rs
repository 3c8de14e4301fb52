//! Settings: what an operator may choose, where it is read from, and what is wrong with it.
//!
//! Each section of the file is a struct of the component that uses it. A new setting is a line of
//! `config/default.toml`, a field, and its use.

pub mod address;
mod check;
mod environment;
mod fault;
mod layers;
mod load;
mod log_level;
mod renamed;
mod sign_up;
#[cfg(test)]
mod tests;
mod warnings;

use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::api::contacts::ContactSettings;
use crate::api::leaks::settings::LeakSettings;
use crate::console::base::{Base, NoConsole};
use crate::console::operator::settings::OperatorSettings;
use crate::console::settings::ConsoleSettings;
use crate::domain::product_name::ProductName;
use crate::domain::setting;
use crate::gate::limits::shared_limits::SharedLimitSettings;
use crate::gate::settings::{CallSettings, KeySettings};
use crate::ledger::settings::LedgerSettings;
use crate::local_postgres::settings::BackupSettings;
use crate::lookup::PeopleSettings;
use crate::mail::settings::MailSettings;
use crate::secret::peppers::Peppers;
use crate::secret::{Pepper, PepperError, is_weak};
use crate::server::settings::ServerSettings;
use crate::server::tls::settings::TlsSettings;
use crate::storage::settings::DatabaseSettings;
use crate::telemetry::settings::LogSettings;
use crate::upstream::identity_headers::IdentityHeaders;
use crate::upstream::settings::UpstreamSettings;

pub use fault::{Fault, variable_of};
pub use load::{ConfigError, DEFAULTS, Sources, load};

/// Every setting. `config/default.toml` has the defaults and the meanings.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Settings {
    #[serde(deserialize_with = "address::required")]
    pub listen: SocketAddr,
    #[serde(deserialize_with = "address::optional", serialize_with = "address::or_empty")]
    pub metrics_listen: Option<SocketAddr>,
    /// `DATABASE_URL`. Without it the program runs its own PostgreSQL.
    #[serde(
        skip_deserializing,
        skip_serializing_if = "Option::is_none",
        serialize_with = "setting::redacted_if_set"
    )]
    pub database_url: Option<SecretString>,
    /// `DATABASE_PASSWORD`, in place of the password in the URL.
    #[serde(
        skip_deserializing,
        skip_serializing_if = "Option::is_none",
        serialize_with = "setting::redacted_if_set"
    )]
    pub database_password: Option<SecretString>,
    pub data_dir: String,
    #[serde(serialize_with = "setting::redacted")]
    pub pepper: SecretString,
    pub pepper_version: i32,
    #[serde(serialize_with = "setting::redacted")]
    pub previous_pepper: SecretString,
    pub previous_pepper_version: i32,
    #[serde(serialize_with = "setting::redacted")]
    pub redis_url: SecretString,
    pub node: String,
    pub region: String,
    pub stage_prefixes: Vec<String>,
    pub service_name: String,
    /// The name for people; `service_name` is that for programs.
    pub product_name: ProductName,
    pub support_contact: String,
    pub upgrade_url: String,
    pub docs_url: String,
    /// Address by which clients reach this gateway. Empty: links are relative.
    pub base_url: String,
    /// The prefix of the headers that tell upstreams who calls.
    pub identity_header_prefix: IdentityHeaders,
    /// Files that a start and SIGHUP apply. Empty: none.
    pub catalogue: String,
    pub routes: String,
    pub log: LogSettings,
    pub server: ServerSettings,
    pub tls: TlsSettings,
    pub database: DatabaseSettings,
    pub ledger: LedgerSettings,
    pub calls: CallSettings,
    pub keys: KeySettings,
    pub leaks: LeakSettings,
    pub limits: SharedLimitSettings,
    pub people: PeopleSettings,
    pub contacts: ContactSettings,
    pub enrichment: UpstreamSettings,
    pub console: ConsoleSettings,
    pub operator: OperatorSettings,
    pub mail: MailSettings,
    pub backup: BackupSettings,
}

impl Settings {
    /// Whether the database is the operator's, and not the private one.
    pub fn has_own_database(&self) -> bool {
        self.database_url.is_some()
    }

    /// The address of the console on a gateway that listens there; `None` if it is off.
    ///
    /// # Errors
    /// Why pages would not be safe.
    pub fn console_base(&self, listen: SocketAddr) -> Result<Option<Base>, NoConsole> {
        match self.console.enabled {
            true => {
                Base::of(&self.base_url, listen, self.tls.is_on(), self.console.allow_plain_http).map(Some)
            }
            false => Ok(None),
        }
    }

    /// Where the operators' console listens, if anywhere.
    pub fn operator_listen(&self) -> Option<SocketAddr> {
        address::parse(&self.operator.listen).ok()
    }

    /// The address of the operators' console, which listens there.
    ///
    /// # Errors
    /// Why pages would not be safe.
    pub fn operator_base(&self, listen: SocketAddr) -> Result<Base, NoConsole> {
        let base = Base::of(&self.operator.base_url, listen, false, self.console.allow_plain_http);
        base.map(Base::for_operators)
    }

    /// Whether the page of messages is shown: only on loopback, and only where messages become
    /// files.
    pub fn shows_mailbox(&self) -> bool {
        self.console.mailbox
            && self.listen.ip().is_loopback()
            && self.mail.smtp_url.expose_secret().is_empty()
    }

    /// Returns what [`Self::peppers`] returns, and wipes the text of the peppers.
    ///
    /// # Errors
    /// The faulty setting, and what is wrong with it.
    pub fn take_peppers(&mut self) -> Result<Option<Peppers>, Fault> {
        let peppers = self.peppers();
        self.pepper = SecretString::default();
        self.previous_pepper = SecretString::default();
        peppers
    }

    /// The peppers of the settings, if any are set.
    ///
    /// # Errors
    /// The faulty setting, and what is wrong with it.
    pub fn peppers(&self) -> Result<Option<Peppers>, Fault> {
        let parse = |setting, text: &SecretString, version| match text.expose_secret() {
            "" => Ok(None),
            text => Pepper::parse(text, version).map(Some).map_err(|error| Fault::new(setting, error)),
        };
        let newest = parse("pepper", &self.pepper, self.pepper_version)?;
        let version = self.previous_pepper_version;
        let previous = parse("previous_pepper", &self.previous_pepper, version)?;
        // A previous pepper may be weak, so that it can be replaced.
        if is_weak(self.pepper.expose_secret()) {
            return Err(Fault::new("pepper", PepperError::Guessable));
        }
        match (newest, previous) {
            (_, None) if version != 0 => Err(Fault::new(
                "previous_pepper_version",
                "needs FLUENCE_PREVIOUS_PEPPER, the pepper of this version. Set both, or neither",
            )),
            (Some(newest), previous) => Peppers::new(newest, previous)
                .map(Some)
                .map_err(|error| Fault::new("previous_pepper_version", error)),
            (None, Some(_)) => Err(Fault::new(
                "previous_pepper",
                "needs FLUENCE_PEPPER, the pepper that replaces it. Set both, or neither",
            )),
            (None, None) => Ok(None),
        }
    }
}
