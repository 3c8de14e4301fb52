//! `fluence key`: API keys, made, imported, listed, given new secrets, and ended.

mod change;
mod make;
mod report;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use self::change::ChangeKey;
use self::make::{CreateKey, ImportKey};
use self::report::{KeyList, KeyShown, NewSecretShown, StateSet, WholeKey};
use super::confirm;
use super::context::{Context, unknown_account};
use super::output::Output;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::KeyState;
use crate::domain::key::rotation::{CannotRotate, Overlap};
use crate::management::{self, ChangeError};
use crate::storage::keys;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key. It is shown once: only a keyed hash of it is stored.
    Create(CreateKey),
    /// Take over a key of another system, read from standard input.
    Import(ImportKey),
    /// List the keys of an account.
    List {
        /// The account's id.
        #[arg(long)]
        account: AccountId,
    },
    /// Show a key.
    Show {
        /// The key's id.
        id: KeyId,
    },
    /// Change a key's name, scopes, limits or end.
    Change(ChangeKey),
    /// Give a key a new secret, shown once; the present one lives on for a while.
    Rotate(RotateKey),
    /// End the old secret of a key that is being rotated, before its time.
    EndOverlap {
        /// The key's id.
        id: KeyId,
    },
    /// Cancel a rotation: the new secret ends, the old one keeps working.
    CancelRotation {
        /// The key's id.
        id: KeyId,
    },
    /// End a key for good.
    Revoke {
        /// The key's id.
        id: KeyId,
        /// Wait until every gateway that runs refuses the key, and say which did.
        #[arg(long)]
        wait: bool,
    },
    /// Refuse a key, until it is enabled.
    Disable {
        /// The key's id.
        id: KeyId,
    },
    /// Let a disabled key call again.
    Enable {
        /// The key's id.
        id: KeyId,
    },
}

/// `fluence key rotate`.
#[derive(Debug, Args)]
pub struct RotateKey {
    /// The key's id.
    id: KeyId,
    /// How long the present secret lives on: 0s to 7d.
    #[arg(long, value_name = "SPAN", default_value = "1h")]
    overlap: Overlap,
}

impl KeyCommand {
    /// Whether it makes secrets, and so cannot do without the pepper.
    pub(super) fn needs_pepper(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Import(_) | Self::Rotate(_))
    }

    /// Does it.
    ///
    /// # Errors
    /// When there is no such account, environment or key, the rules forbid the change, or the database is away.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create(new) => new.run(context, output).await,
            Self::Import(new) => new.run(context, output).await,
            Self::List { account } => list(account, context, output).await,
            Self::Show { id } => show(id, context, output).await,
            Self::Change(change) => change.run(context, output).await,
            Self::Rotate(rotation) => rotate(rotation, context, output).await,
            Self::EndOverlap { id } => {
                let mut connection = context.connection().await?;
                let ended = management::keys::end_overlap(&mut connection, &context.operator(), id).await;
                output.print(&KeyShown(ended.map_err(|error| said_of(id, error))?))
            }
            Self::CancelRotation { id } => {
                let mut connection = context.connection().await?;
                let done = management::keys::cancel_rotation(&mut connection, &context.operator(), id).await;
                output.print(&KeyShown(done.map_err(|error| said_of(id, error))?))
            }
            Self::Revoke { id, wait } => set_state(id, KeyState::Revoked, wait, context, output).await,
            Self::Disable { id } => set_state(id, KeyState::Disabled, false, context, output).await,
            Self::Enable { id } => set_state(id, KeyState::Active, false, context, output).await,
        }
    }
}

async fn list(account: AccountId, context: &Context, output: Output) -> anyhow::Result<()> {
    let account_id = context.account(account).await?.id;
    let mut connection = context.connection().await?;
    let keys = keys::list(&mut connection, account_id, None, keys::LIST_LIMIT).await?;
    let is_cut = i64::try_from(keys.len())? == keys::LIST_LIMIT;
    output.print(&KeyList { account_id, keys, is_cut })
}

async fn show(id: KeyId, context: &Context, output: Output) -> anyhow::Result<()> {
    let found = keys::find(&mut *context.connection().await?, id).await?;
    output.print(&WholeKey(found.ok_or_else(|| said_of(id, ChangeError::NoKey))?))
}

async fn rotate(rotation: RotateKey, context: &Context, output: Output) -> anyhow::Result<()> {
    let RotateKey { id, overlap } = rotation;
    let peppers = context.peppers().await?;
    let mut connection = context.connection().await?;
    let rotated = management::keys::rotate(&mut connection, &context.operator(), id, overlap, &peppers).await;
    let (view, secret) = rotated.map_err(|error| said_of(id, error))?;
    output.print(&NewSecretShown { key: secret.expose(), view })
}

async fn set_state(
    id: KeyId,
    state: KeyState,
    wait: bool,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    let changed =
        management::keys::set_state(&mut *context.connection().await?, &context.operator(), id, state).await;
    let view = changed.map_err(|error| said_of(id, error))?;
    let confirmation = if wait { Some(confirm::every_gateway(context).await?) } else { None };
    let set = StateSet { view, confirmation };
    output.print(&set)?;
    match &set.confirmation {
        Some(confirmation) => confirmation.require(&format!("the key is {}", state.as_str())),
        None => Ok(()),
    }
}

/// Why nothing was done to a key, as an operator is told.
fn said_of(id: KeyId, error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::EndsInPast => anyhow!("--expires-at lies in the past"),
        ChangeError::NoKey => {
            anyhow!("there is no key {id}; `fluence key list --account ID` shows an account's")
        }
        ChangeError::CannotRotate(why @ CannotRotate::InProgress { .. }) => {
            anyhow!("{why}; wait for that, or end it now with `fluence key end-overlap {id}`")
        }
        error => error.into(),
    }
}

/// Why no key was made, as an operator is told.
fn said_of_new(account: AccountId, error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::NoAccount => anyhow!(unknown_account(account)),
        ChangeError::EndsInPast => anyhow!("--expires-at lies in the past"),
        error => error.into(),
    }
}
