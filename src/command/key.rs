//! `fluence key`: API keys, made, listed, and ended.

use std::io::{self, Write};

use anyhow::{anyhow, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use super::confirm::{self, Confirmation};
use super::context::{Context, unknown_account};
use super::output::{Output, Report, or_dash, write_fields, write_table};
use super::values;
use crate::clock as ids;
use crate::domain::account::{DEFAULT_ENVIRONMENT, EnvironmentView, KeyView};
use crate::domain::amount::Amount;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::{KeyFormat, KeySecret, KeyState, Mode, Scope};
use crate::domain::text::{EnvironmentName, Name};
use crate::secret::{Pepper, generate_key};
use crate::storage::keys::{self, NewKey};
use crate::storage::{accounts, clock};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key. It is shown once: only a keyed hash of it is stored.
    Create(CreateKey),
    /// List the keys of an account.
    List {
        /// The account's id.
        #[arg(long)]
        account: AccountId,
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

/// `fluence key create`.
#[derive(Debug, Args)]
pub struct CreateKey {
    /// The account's id.
    #[arg(long)]
    account: AccountId,
    /// Its name, 1 to 80 characters.
    #[arg(long)]
    name: Name,
    /// Its environment.
    #[arg(long, default_value = DEFAULT_ENVIRONMENT)]
    environment: EnvironmentName,
    /// What it may be used for; may be repeated [default: read and invoke].
    #[arg(long = "scope", value_name = "SCOPE", value_parser = values::scope())]
    scopes: Vec<Scope>,
    /// When it ends by itself: a date (its first instant, UTC) or an instant.
    #[arg(long, value_name = "TIME", value_parser = values::instant)]
    expires_at: Option<DateTime<Utc>>,
    /// Most credits it may spend per UTC day.
    #[arg(long, value_name = "CREDITS", allow_negative_numbers = true)]
    daily_cap: Option<Amount>,
    /// Most credits it may spend per calendar month (UTC).
    #[arg(long, value_name = "CREDITS", allow_negative_numbers = true)]
    monthly_cap: Option<Amount>,
    /// The shape of the key.
    #[arg(long, default_value = "fluence", value_parser = values::key_format())]
    format: KeyFormat,
}

impl KeyCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no such account, environment or key, a revoked key should live again, or the database is away.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Create(new) => create(new, context, output).await,
            Self::List { account } => list(account, context, output).await,
            Self::Revoke { id, wait } => set_state(id, KeyState::Revoked, wait, context, output).await,
            Self::Disable { id } => set_state(id, KeyState::Disabled, false, context, output).await,
            Self::Enable { id } => set_state(id, KeyState::Active, false, context, output).await,
        }
    }
}

async fn create(new: CreateKey, context: &Context, output: Output) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let account = accounts::detail(&mut connection, new.account).await?;
    let account = account.ok_or_else(|| anyhow!(unknown_account(new.account)))?;
    check_environment(&account.environments, new.environment.as_str(), new.format)?;
    let now = clock::now(&mut connection).await?;
    if new.expires_at.is_some_and(|ends| ends <= now) {
        bail!("--expires-at lies in the past");
    }
    let wanted = if new.scopes.is_empty() { &Scope::DEFAULT[..] } else { &new.scopes };
    let key = NewKey {
        id: KeyId::from_uuid(ids::new_id()),
        account_id: new.account,
        environment: new.environment.into_string(),
        name: new.name.into_string(),
        scopes: Scope::ALL.into_iter().filter(|scope| wanted.contains(scope)).collect(),
        expires_at: new.expires_at,
        daily_cap: new.daily_cap.map(|cap| cap.credits().as_i64()),
        monthly_cap: new.monthly_cap.map(|cap| cap.credits().as_i64()),
    };
    let secret = make(&mut connection, &key, new.format, &context.pepper().await?).await?;
    let views = keys::list(&mut connection, new.account).await?;
    let view = views.into_iter().find(|view| view.id == key.id);
    let view = view.ok_or_else(|| anyhow!("the key has gone again"))?;
    output.print(&NewKeyShown { key: secret.expose(), view })
}

/// The environment must be there, and a key that says `test` or `live` must be what it says.
fn check_environment(environments: &[EnvironmentView], name: &str, format: KeyFormat) -> anyhow::Result<()> {
    let Some(environment) = environments.iter().find(|environment| environment.name == name) else {
        let names: Vec<_> = environments.iter().map(|environment| environment.name.as_str()).collect();
        bail!("the account has no environment `{name}`; it has {}", names.join(", "));
    };
    let said = match format {
        KeyFormat::SkLive => Mode::Live,
        KeyFormat::SkTest => Mode::Test,
        _ => return Ok(()),
    };
    if environment.mode != said.as_str() {
        bail!(
            "environment `{name}` is a {} one, and a `{}` key says otherwise",
            environment.mode,
            format.as_str()
        );
    }
    Ok(())
}

/// Saves a new key and returns it, to be shown once.
pub(super) async fn make(
    connection: &mut PgConnection,
    key: &NewKey,
    format: KeyFormat,
    pepper: &Pepper,
) -> anyhow::Result<KeySecret> {
    let secret = generate_key(format)?;
    let mut transaction = connection.begin().await?;
    keys::create(&mut transaction, key, &secret, pepper).await?;
    transaction.commit().await?;
    Ok(secret)
}

async fn list(account: AccountId, context: &Context, output: Output) -> anyhow::Result<()> {
    let account_id = context.account(account).await?.id;
    let keys = keys::list(&mut *context.connection().await?, account_id).await?;
    output.print(&KeyList { account_id, keys })
}

async fn set_state(
    id: KeyId,
    state: KeyState,
    wait: bool,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    if !keys::set_state(&mut *context.connection().await?, id, state).await? {
        bail!("there is no key {id}; `fluence key list --account ID` shows an account's");
    }
    let confirmation = if wait { Some(confirm::every_gateway(context).await?) } else { None };
    let set = StateSet { id, state: state.as_str(), confirmation };
    output.print(&set)?;
    match &set.confirmation {
        Some(confirmation) => confirmation.require(&format!("the key is {}", state.as_str())),
        None => Ok(()),
    }
}

/// A key in the only moment in which it is known.
#[derive(Serialize)]
struct NewKeyShown<'a> {
    key: &'a str,
    #[serde(flatten)]
    view: KeyView,
}

impl Report for NewKeyShown<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let view = &self.view;
        let environment = format!("{} ({})", view.environment, view.mode);
        let (scopes, ends) = (view.scopes.join(", "), or_dash(view.expires_at));
        write_fields(
            out,
            &[
                ("id", &view.id),
                ("key", &self.key),
                ("name", &view.name),
                ("environment", &environment),
                ("scopes", &scopes),
                ("expires", &ends),
            ],
        )?;
        writeln!(out, "\nKeep the key now: only a keyed hash of it is stored, so it is never shown again.")
    }
}

#[derive(Serialize)]
struct KeyList {
    account_id: AccountId,
    keys: Vec<KeyView>,
}

impl Report for KeyList {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |key: &KeyView| {
            [
                key.id.to_string(),
                key.name.clone(),
                format!("{}…{}", key.prefix, key.last_four),
                format!("{} ({})", key.environment, key.mode),
                key.state.clone(),
                key.scopes.join(","),
                or_dash(key.expires_at.map(|ends| ends.format("%F %RZ"))),
                or_dash(key.last_used_at.map(|used| used.format("%F %RZ"))),
            ]
        };
        let rows: Vec<_> = self.keys.iter().map(row).collect();
        let header = ["ID", "NAME", "KEY", "ENVIRONMENT", "STATE", "SCOPES", "EXPIRES", "LAST USED"];
        write_table(out, header, &rows)
    }
}

#[derive(Serialize)]
struct StateSet {
    id: KeyId,
    state: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    confirmation: Option<Confirmation>,
}

impl Report for StateSet {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(out, &[("id", &self.id), ("state", &self.state)])?;
        self.confirmation.iter().try_for_each(|confirmation| confirmation.write_text(out))
    }
}
