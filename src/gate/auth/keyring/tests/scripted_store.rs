//! A keyring on a store whose answers the test scripts.

use std::collections::{HashMap, VecDeque};

use chrono::DateTime;
use parking_lot::Mutex;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::Semaphore;

use super::*;
use crate::catalogue::plans::Catalogue;
use crate::config::{Sources, load};
use crate::domain::account::AccountState;
use crate::domain::caller::KeyRecord;
use crate::domain::credits::Credits;
use crate::domain::ids::{EnvironmentId, KeyId};
use crate::domain::key::{KeyPrefix, Mode, Scope};
use crate::gate::auth::keyring::batcher::Load;
use crate::secret::{Pepper, generate_pepper};
use crate::storage::error::StorageError;

/// A store that returns the key in these states, one for each query, and answers when the test lets
/// it.
struct Script {
    loader: KeyLoader,
    states: Mutex<VecDeque<Option<KeyState>>>,
    begun: Arc<Semaphore>,
    answers: Arc<Semaphore>,
}

impl Load<KeyDigest, LookupResult> for Script {
    async fn load(&self, digests: &[KeyDigest]) -> Result<HashMap<KeyDigest, LookupResult>, StorageError> {
        let start = self.loader.freshness.start_lookup();
        let state = self.states.lock().pop_front().expect("one query too many");
        self.begun.add_permits(1);
        self.answers.acquire().await.unwrap().forget();
        let records = state.map(|state| (digests[0], record(state)));
        Ok(self.loader.found(start, digests, records.into_iter().collect()))
    }
}

pub(super) fn record(state: KeyState) -> KeyRecord {
    let plan = Catalogue::shipped().unwrap().editions[0].plans[0].clone();
    let balance = AccountBalance {
        remaining: Credits::ZERO,
        plan_credits_used: Credits::ZERO,
        plan_credits: Credits::ZERO,
        requests_limit: 0,
        requests_used: 0,
        renews_at: DateTime::UNIX_EPOCH,
    };
    KeyRecord {
        secret_version: 1,
        origin: Default::default(),
        key_id: KeyId::from_uuid(uuid::Uuid::nil()),
        state,
        expires_at: None,
        secret_ends_at: None,
        exposure: None,
        scopes: Scope::DEFAULT.to_vec(),
        daily_cap: None,
        monthly_cap: None,
        environment_id: EnvironmentId::from_uuid(uuid::Uuid::nil()),
        mode: Mode::Live,
        account_id: ACCOUNT,
        account_state: AccountState::Active,
        keeps_contacts: false,
        edition: "2025-01".into(),
        plan,
        balance,
    }
}

/// A keyring on a scripted store.
pub(super) struct World {
    pub(super) keyring: Keyring,
    pub(super) begun: Arc<Semaphore>,
    pub(super) answers: Arc<Semaphore>,
}

impl World {
    pub(super) fn new(states: &[Option<KeyState>]) -> Self {
        let keys = load(&Sources::default()).unwrap().keys;
        let pool = PgPoolOptions::new().connect_lazy_with(PgConnectOptions::new_without_pgpass());
        let pepper = Pepper::parse(&generate_pepper(), 1).unwrap();
        let limits = RateLimits::default();
        let mut keyring =
            Keyring::start(pool.clone(), pepper, &keys, limits.clone(), DatabaseClock::default());
        let (begun, answers) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (accounts, freshness) = (keyring.cache.accounts.clone(), keyring.cache.freshness.clone());
        let script = Script {
            loader: KeyLoader { pool, limits, accounts, freshness, clock: DatabaseClock::default() },
            states: Mutex::new(states.iter().copied().collect()),
            begun: begun.clone(),
            answers: answers.clone(),
        };
        keyring.lookups = Batcher::start(script, LOOKUP_TIMEOUT, Duration::ZERO);
        Self { keyring, begun, answers }
    }

    /// The state in which the key is found, or `None` for an unknown key.
    pub(super) async fn state(&self) -> Result<Option<KeyState>, LookupError> {
        let secret = KeySecret::generate(KeyFormat::Fluence, &KeyPrefix::default(), |_| 7).unwrap();
        Ok(self.keyring.find(&secret, None).await?.map(|caller| caller.key.state))
    }

    /// The same, while `change` arrives after the first query began and before its answer.
    pub(super) async fn state_while(&self, change: FeedEvent) -> Result<Option<KeyState>, LookupError> {
        let crossing = async {
            self.begun.acquire().await.unwrap().forget();
            self.keyring.apply(change);
            self.answers.add_permits(100);
        };
        tokio::join!(self.state(), crossing).0
    }
}
