//! The `[console]` settings.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::console::request::base::Base;
use crate::domain::credits::Credits;
use crate::domain::plan::PlanRef;
use crate::domain::setting;
use crate::identity::session::SessionTimes;
use crate::management::sign_up::Opening;

/// Whether account owners get pages, and how much these may take.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ConsoleSettings {
    pub enabled: bool,
    /// Whether people may open accounts themselves.
    pub sign_up: SignUp,
    /// The plan of such accounts: its edition, `/` and its name.
    pub sign_up_plan: String,
    /// Credits that a person gets once for opening an account, and their life.
    #[serde(deserialize_with = "setting::count_or_zero")]
    pub sign_up_grant: u32,
    #[serde(deserialize_with = "setting::count_u32")]
    pub sign_up_grant_days: NonZeroU32,
    /// Whether `/console/mailbox` shows messages that were not sent: only on loopback.
    pub mailbox: bool,
    /// Pages over plain HTTP elsewhere than on loopback.
    pub allow_plain_http: bool,
    #[serde(rename = "session_idle_s", with = "setting::seconds")]
    pub session_idle: Duration,
    #[serde(rename = "session_life_s", with = "setting::seconds")]
    pub session_life: Duration,
    /// How long a proof of identity counts for changes that matter.
    #[serde(rename = "step_up_ttl_s", with = "setting::seconds")]
    pub step_up_ttl: Duration,
    /// Fewest characters of a password.
    #[serde(deserialize_with = "setting::count")]
    pub min_password_chars: NonZeroUsize,
    /// Pages that read the database at once.
    #[serde(deserialize_with = "setting::count")]
    pub max_concurrent_pages: NonZeroUsize,
    /// Timeout for each statement of a page.
    #[serde(rename = "statement_timeout_ms", with = "setting::millis")]
    pub statement_timeout: Duration,
}

/// Who may open an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Open where only people on this machine reach the console, otherwise invited.
    Auto,
    /// Any person with an e-mail address.
    Open,
    /// The operator makes accounts, and their admins invite people.
    Invited,
}

impl ConsoleSettings {
    /// The settings of a console at an address.
    #[must_use]
    pub fn at(self, base: &Base) -> Self {
        let sign_up = match self.sign_up {
            SignUp::Auto if base.is_local() => SignUp::Open,
            SignUp::Auto => SignUp::Invited,
            chosen @ (SignUp::Open | SignUp::Invited) => chosen,
        };
        Self { sign_up, ..self }
    }

    /// What accounts that people open themselves begin with.
    pub fn opening(&self) -> Option<Opening> {
        let days = i32::try_from(self.sign_up_grant_days.get()).ok()?;
        let grant = (self.sign_up_grant > 0).then_some((Credits::from_u32(self.sign_up_grant), days));
        Some(Opening { plan: self.sign_up_plan()?, grant })
    }

    /// The plan of accounts that people open themselves.
    pub fn sign_up_plan(&self) -> Option<PlanRef> {
        let (edition, plan) = self.sign_up_plan.split_once('/')?;
        Some(PlanRef { edition: edition.to_owned(), plan: plan.to_owned() })
    }

    pub const fn session_times(&self) -> SessionTimes {
        SessionTimes { idle: self.session_idle, life: self.session_life, step_up_ttl: self.step_up_ttl }
    }
}
