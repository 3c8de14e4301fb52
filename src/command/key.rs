//! `fluence key`: creates, imports, lists, rotates and revokes API keys.

mod change;
mod make;
mod report;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use self::change::ChangeKey;
use self::make::{CreateKey, ImportKey};
use self::report::{KeyList, KeyShown, LeakAnswer, NewSecretShown, StateSet, WholeKey};
use super::confirm;
use super::context::{Context, unknown_account};
use super::output::{Output, ShownOnce};
use super::settings::PepperNeed;
use super::values::{self, OrNone};
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::leak::OnLeak;
use crate::domain::key::rotation::{CannotRotate, Overlap};
use crate::domain::key::{FormatChoice, KeyState};
use crate::management::keys::NewSecret;
use crate::management::{self, ChangeError};
use crate::storage::keys;

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Create a key. It is shown once: only a keyed hash of it is stored.
    Create(CreateKey),
    /// Import a key of another system from standard input.
    Import(ImportKey),
    /// List the keys of an account.
    List {
        /// Account id.
        #[arg(long)]
        account: AccountId,
    },
    /// Show a key.
    Show {
        /// Key id.
        id: KeyId,
    },
    /// Change the name, scopes, restrictions, caps or expiry of a key.
    Change(ChangeKey),
    /// Rotate a key: create a new secret, shown once. The old secret works until the overlap ends.
    Rotate(RotateKey),
    /// End the overlap of a rotation now: the old secret stops working.
    EndOverlap {
        /// Key id.
        id: KeyId,
    },
    /// Cancel a rotation: the new secret stops working, the old one keeps working.
    CancelRotation {
        /// Key id.
        id: KeyId,
    },
    /// Revoke a key permanently.
    Revoke {
        /// Key id.
        id: KeyId,
        /// Wait until every running gateway rejects the key, and list the gateways.
        #[arg(long)]
        wait: bool,
    },
    /// Reject a key until it is enabled.
    Disable {
        /// Key id.
        id: KeyId,
    },
    /// Accept a disabled key again.
    Enable {
        /// Key id.
        id: KeyId,
    },
    /// Show or set what a report of a leak does to a key.
    OnLeak(LeakOfKey),
}

#[derive(Debug, Args)]
pub struct RotateKey {
    /// Key id.
    id: KeyId,
    /// How long the old secret still works: 0s to 7d.
    #[arg(long, value_name = "SPAN", default_value = "1h", allow_hyphen_values = true)]
    overlap: Overlap,
    /// Format of the new secret [default: that of the old one]. `prefixed` moves a key to the
    /// default format.
    #[arg(long, value_parser = values::key_format())]
    format: Option<FormatChoice>,
}

#[derive(Debug, Args)]
pub struct LeakOfKey {
    /// Key id.
    id: KeyId,
    /// `revoke`, `disable`, `notify`, or `default`: as `leaks.on_leak` says. Omit it to show the
    /// current choice.
    #[arg(value_parser = values::on_leak)]
    action: Option<OrNone<OnLeak>>,
}

impl KeyCommand {
    /// Commands that create secrets need the pepper.
    pub(super) fn pepper_need(&self) -> PepperNeed {
        match self {
            Self::Create(_) | Self::Import(_) | Self::Rotate(_) => PepperNeed::Needed,
            _ => PepperNeed::NotNeeded,
        }
    }

    /// # Errors
    /// When the account, environment or key does not exist, the rules forbid the change, or the
    /// database cannot be reached.
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
                output.print(&KeyShown(ended.map_err(|error| explained(id, error))?))
            }
            Self::CancelRotation { id } => {
                let mut connection = context.connection().await?;
                let done = management::keys::cancel_rotation(&mut connection, &context.operator(), id).await;
                output.print(&KeyShown(done.map_err(|error| explained(id, error))?))
            }
            Self::OnLeak(order) => on_leak(order, context, output).await,
            Self::Revoke { id, wait } => set_state(id, KeyState::Revoked, wait, context, output).await,
            Self::Disable { id } => set_state(id, KeyState::Disabled, false, context, output).await,
            Self::Enable { id } => set_state(id, KeyState::Active, false, context, output).await,
        }
    }
}

async fn on_leak(order: LeakOfKey, context: &Context, output: Output) -> anyhow::Result<()> {
    let LeakOfKey { id, action } = order;
    let mut connection = context.connection().await?;
    if let Some(OrNone(action)) = action {
        let set = management::leaks::set_on_leak(&mut connection, &context.operator(), id, action).await;
        set.map_err(|error| explained(id, error))?;
    }
    let key = keys::find(&mut connection, id).await?.ok_or_else(|| explained(id, ChangeError::NoKey))?;
    let of_key = keys::exposure::on_leak(&mut connection, id).await?;
    output.print(&LeakAnswer::new(key, of_key, context.settings().leaks.on_leak))
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
    output.print(&WholeKey(found.ok_or_else(|| explained(id, ChangeError::NoKey))?))
}

async fn rotate(rotation: RotateKey, context: &Context, output: Output) -> anyhow::Result<()> {
    let RotateKey { id, overlap, format } = rotation;
    let peppers = context.peppers().await?;
    let mut connection = context.connection().await?;
    let (format, prefix) = (format.unwrap_or_default(), &context.settings().keys.prefix);
    let secret = NewSecret { format, prefix, peppers: &peppers };
    let rotated = management::keys::rotate(&mut connection, &context.operator(), id, overlap, &secret).await;
    let (view, secret) = rotated.map_err(|error| explained(id, error))?;
    let lost = ShownOnce {
        what: format!("the new secret of key {id}"),
        when_lost: format!(
            "The key was rotated: create another one, and revoke this one with `fluence key revoke {id}`"
        ),
    };
    output.print_once(&NewSecretShown { key: secret.expose(), view }, &lost)
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
    let view = changed.map_err(|error| explained(id, error))?;
    let confirmation = if wait { Some(confirm::every_gateway(context).await?) } else { None };
    let set = StateSet { view, confirmation };
    output.print(&set)?;
    match &set.confirmation {
        Some(confirmation) => confirmation.require(&format!("the key is {}", state.as_str())),
        None => Ok(()),
    }
}

/// Returns the error of a change of a key, in words for operators.
fn explained(id: KeyId, error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::EndsInPast => anyhow!("--expires-at is in the past"),
        ChangeError::NoKey => {
            anyhow!("key {id} does not exist; `fluence key list --account ID` lists the keys of an account")
        }
        ChangeError::CannotRotate(why @ CannotRotate::InProgress { .. }) => {
            anyhow!("{why}; wait for its end, or end it now with `fluence key end-overlap {id}`")
        }
        error => error.into(),
    }
}

/// Returns the error of a new key, in words for operators.
fn explained_for_new(account: AccountId, error: ChangeError) -> anyhow::Error {
    match error {
        ChangeError::NoAccount => anyhow!(unknown_account(account)),
        ChangeError::EndsInPast => anyhow!("--expires-at is in the past"),
        error => error.into(),
    }
}
