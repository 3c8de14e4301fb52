//! What people did with the keys and members of the account, on the days on which they did it.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{ACCOUNT, KEYS};
use crate::clock as ids;
use crate::domain::account::DEFAULT_ENVIRONMENT;
use crate::domain::credits::Credits;
use crate::domain::ids::{EnvironmentId, KeyId, MemberId};
use crate::domain::key::rotation::Overlap;
use crate::domain::key::terms::{KeyTerms, TermsChange};
use crate::domain::key::{FormatChoice, KeyPrefix, KeyState, Mode, Scope};
use crate::domain::member::Role;
use crate::domain::rights::Principal;
use crate::management::keys::NewSecret;
use crate::management::{environments, keys, members};
use crate::secret::peppers::Peppers;
use crate::storage::keys::NewKey;

pub(super) struct Acts {
    /// The account's admin.
    pub(super) ana: Principal,
    pub(super) peppers: Peppers,
    /// The first keys, in the order of their names.
    pub(super) keys: Vec<KeyId>,
    /// When the second key ends.
    pub(super) ends_at: DateTime<Utc>,
}

impl Acts {
    /// Creates the keys that the account begins with.
    pub(super) async fn first_keys(
        &mut self,
        work: &mut PgConnection,
        prefix: &KeyPrefix,
    ) -> anyhow::Result<()> {
        for name in KEYS {
            let key = self.key(work, prefix, (name, DEFAULT_ENVIRONMENT)).await?;
            self.keys.push(key);
        }
        Ok(())
    }

    /// What Ana did on some days.
    pub(super) async fn of_day(
        &self,
        work: &mut PgConnection,
        prefix: &KeyPrefix,
        day: u64,
    ) -> anyhow::Result<()> {
        let by = &self.ana;
        match day {
            58 => {
                let test = EnvironmentId::from_uuid(ids::new_id());
                environments::create(work, by, test, ACCOUNT, &"test".parse()?, Mode::Test).await?;
                self.key(work, prefix, ("ana-laptop", "test")).await?;
            }
            // The old website was switched off some days ago.
            63 => {
                keys::set_state(work, by, self.first(2)?, KeyState::Revoked).await?;
            }
            71 => {
                let joao = MemberId::from_uuid(ids::new_id());
                let address = "joao@horizonte.example".parse()?;
                members::add(work, by, joao, ACCOUNT, &address, Role::Member).await?;
            }
            88 => {
                self.key(work, prefix, ("nightly-import", DEFAULT_ENVIRONMENT)).await?;
            }
            99 => {
                let change = TermsChange {
                    daily_cap: Some(Some(Credits::from_u32(60))),
                    expires_at: Some(Some(self.ends_at)),
                    ..TermsChange::default()
                };
                keys::change(work, by, self.first(1)?, change).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Gives the first key a new secret, now: its programs still use the old one.
    pub(super) async fn rotate(self, work: &mut PgConnection, prefix: &KeyPrefix) -> anyhow::Result<()> {
        let secret = NewSecret { format: FormatChoice::Usual, prefix, peppers: &self.peppers };
        keys::rotate(work, &self.ana, self.first(0)?, Overlap::DEFAULT, &secret).await?;
        Ok(())
    }

    fn first(&self, place: usize) -> anyhow::Result<KeyId> {
        self.keys.get(place).copied().context("the account has other keys")
    }

    async fn key(
        &self,
        work: &mut PgConnection,
        prefix: &KeyPrefix,
        (name, environment): (&str, &str),
    ) -> anyhow::Result<KeyId> {
        let secret = NewSecret { format: FormatChoice::Prefixed, prefix, peppers: &self.peppers };
        let terms = KeyTerms::unlimited(name, &Scope::DEFAULT);
        let id = KeyId::from_uuid(ids::new_id());
        let new = NewKey { id, account_id: ACCOUNT, environment: environment.into(), terms };
        keys::create(work, &self.ana, &new, &secret).await?;
        Ok(id)
    }
}
