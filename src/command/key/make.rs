//! `fluence key create` and `fluence key import`.

use std::io::Read;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;
use secrecy::zeroize::Zeroize;

use super::explained_for_new;
use super::report::{KeyShown, NewKeyShown};
use crate::clock;
use crate::command::context::Context;
use crate::command::output::{Output, ShownOnce};
use crate::command::values;
use crate::domain::account::DEFAULT_ENVIRONMENT;
use crate::domain::amount::Amount;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::{FormatChoice, KeyFormat, KeySecret, Scope};
use crate::domain::network::Network;
use crate::domain::origin::{MAX_NETWORKS, MAX_REGIONS, Origin};
use crate::domain::region::Region;
use crate::domain::text::{EnvironmentName, Name};
use crate::management;
use crate::management::keys::NewSecret;
use crate::storage::keys::NewKey;

/// More than any key has.
const MAX_INPUT_BYTES: u64 = 4096;

#[derive(Debug, Args)]
pub struct CreateKey {
    #[command(flatten)]
    terms: Terms,
    /// Format of the key.
    #[arg(long, default_value = FormatChoice::PREFIXED, value_parser = values::key_format())]
    format: FormatChoice,
}

#[derive(Debug, Args)]
pub struct ImportKey {
    #[command(flatten)]
    terms: Terms,
}

#[derive(Debug, Args)]
struct Terms {
    /// Account id.
    #[arg(long)]
    account: AccountId,
    /// Name, 1 to 80 characters.
    #[arg(long)]
    name: Name,
    /// Environment of the account.
    #[arg(long, default_value = DEFAULT_ENVIRONMENT)]
    environment: EnvironmentName,
    /// Scope. Repeat for several [default: read and invoke; read for a flz_dev key].
    #[arg(long = "scope", value_name = "SCOPE", value_parser = values::scope())]
    scopes: Vec<Scope>,
    /// Expiry: a date (00:00 UTC) or an instant.
    #[arg(long, value_name = "TIME", value_parser = values::instant)]
    expires_at: Option<DateTime<Utc>>,
    /// Allowed region. Repeat for several [default: any].
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<Region>,
    /// Allowed address or network (CIDR). Repeat for several [default: any].
    #[arg(long = "allow-ip", value_name = "CIDR")]
    networks: Vec<Network>,
    /// Cap of credits per UTC day.
    #[arg(long, value_name = "CREDITS", allow_negative_numbers = true)]
    daily_cap: Option<Amount>,
    /// Cap of credits per UTC month.
    #[arg(long, value_name = "CREDITS", allow_negative_numbers = true)]
    monthly_cap: Option<Amount>,
}

impl Terms {
    fn into_key(self, format: Option<KeyFormat>) -> anyhow::Result<NewKey> {
        anyhow::ensure!(self.regions.len() <= MAX_REGIONS, "a key has at most {MAX_REGIONS} regions");
        anyhow::ensure!(self.networks.len() <= MAX_NETWORKS, "a key has at most {MAX_NETWORKS} networks");
        Ok(NewKey {
            id: KeyId::from_uuid(clock::new_id()),
            account_id: self.account,
            environment: self.environment.into_string(),
            terms: KeyTerms {
                name: self.name.into_string(),
                scopes: Scope::sorted(if self.scopes.is_empty() {
                    Scope::default_of(format)
                } else {
                    &self.scopes
                }),
                origin: Origin { regions: self.regions, networks: self.networks },
                expires_at: self.expires_at,
                daily_cap: self.daily_cap.map(Amount::credits),
                monthly_cap: self.monthly_cap.map(Amount::credits),
            },
        })
    }
}

impl CreateKey {
    pub(super) async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let new = self.terms.into_key(self.format.format())?;
        let peppers = context.peppers().await?;
        let mut connection = context.connection().await?;
        let prefix = &context.settings().keys.prefix;
        let secret = NewSecret { format: self.format, prefix, peppers: &peppers };
        let made = management::keys::create(&mut connection, &context.operator(), &new, &secret).await;
        let (view, secret) = made.map_err(|error| explained_for_new(new.account_id, error))?;
        let id = view.id;
        output.print_once(&NewKeyShown { key: secret.expose(), view }, &ShownOnce::of_new_key(id))
    }
}

impl ImportKey {
    pub(super) async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let secret = read_key()?;
        let new = self.terms.into_key(Some(secret.shape()))?;
        let peppers = context.peppers().await?;
        let mut connection = context.connection().await?;
        let by = context.operator();
        let imported = management::keys::import(&mut connection, &by, &new, &secret, &peppers).await;
        output.print(&KeyShown(imported.map_err(|error| explained_for_new(new.account_id, error))?))
    }
}

/// Reads a key from standard input. An error never contains it.
fn read_key() -> anyhow::Result<KeySecret> {
    let mut text = String::new();
    let read = std::io::stdin().take(MAX_INPUT_BYTES).read_to_string(&mut text);
    let key = read.map(|_| KeySecret::import(text.trim_end_matches(['\r', '\n'])));
    text.zeroize();
    Ok(key.map_err(|_| anyhow::anyhow!("standard input is not a key")).context("cannot read the key")??)
}
