//! `fluence credit`: grants credits and takes them back.

use std::io::{self, Write};

use anyhow::{anyhow, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, write_fields};
use super::values;
use crate::domain::amount::Amount;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::text::{Reason, Reference};
use crate::management::credits::{self, CreditError, GrantOrder, Grantable, TakeOrder};

#[derive(Debug, Subcommand)]
pub enum CreditCommand {
    /// Grant a pack or an amount of credits.
    Grant(GrantCredits),
    /// Take credits back. The balance cannot fall below zero.
    Take(TakeCredits),
}

#[derive(Debug, Args)]
pub struct GrantCredits {
    /// Account id.
    #[arg(long)]
    account: AccountId,
    /// Pack, such as `starter`. It expires after 12 months.
    #[arg(long, required_unless_present = "credits", conflicts_with_all = ["credits", "reason", "expires_at"])]
    pack: Option<String>,
    /// Number of credits.
    #[arg(long, value_name = "N", requires = "reason", allow_negative_numbers = true)]
    credits: Option<Amount>,
    /// Reason, shown in the account's statement.
    #[arg(long, value_name = "TEXT", requires = "credits")]
    reason: Option<Reason>,
    /// Expiry: a date (00:00 UTC) or an instant [default: in 12 months].
    #[arg(long, value_name = "TIME", value_parser = values::instant, requires = "credits")]
    expires_at: Option<DateTime<Utc>>,
    /// Your id for this grant. Repeating the command with it grants nothing more [default: a new
    /// id].
    #[arg(long, value_name = "ID")]
    id: Option<Reference>,
}

#[derive(Debug, Args)]
pub struct TakeCredits {
    /// Account id.
    #[arg(long)]
    account: AccountId,
    /// Number of credits.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    credits: Amount,
    /// Reason, shown in the account's statement.
    #[arg(long, value_name = "TEXT")]
    reason: Reason,
    /// Your id for this correction. Repeating the command with it takes nothing more [default: a
    /// new id].
    #[arg(long, value_name = "ID")]
    id: Option<Reference>,
}

impl CreditCommand {
    /// # Errors
    /// When the account or pack does not exist, the account has too few credits, or the ledger
    /// cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Grant(grant) => give(grant, context, output).await,
            Self::Take(take) => take_back(take, context, output).await,
        }
    }
}

async fn give(order: GrantCredits, context: &Context, output: Output) -> anyhow::Result<()> {
    let packs = context.catalogue().await?.packs;
    let what = match (order.pack, order.credits, order.reason) {
        (Some(pack), ..) => Grantable::Pack(pack),
        (None, Some(amount), Some(reason)) => {
            Grantable::Credits { amount, reason, expires_at: order.expires_at }
        }
        _ => bail!("set --pack, or --credits and --reason"),
    };
    let reference = order.id.map(Reference::into_string);
    let account_id = order.account;
    let (desk, by) = (context.ledger_desk(), context.operator().actor);
    let granted = credits::grant(&desk, &by, GrantOrder { account_id, what, reference }, &packs).await;
    let granted = granted.map_err(|error| match error {
        CreditError::EndsInPast => anyhow!("--expires-at is in the past"),
        error => error.into(),
    })?;
    output.print(&GrantReport {
        id: granted.reference,
        account_id,
        source: granted.source.as_str(),
        credits: granted.credits,
        lot: granted.lot,
        expires_at: granted.expires_at,
        balance: granted.balance,
        repeated: granted.repeated,
    })
}

async fn take_back(order: TakeCredits, context: &Context, output: Output) -> anyhow::Result<()> {
    let account_id = order.account;
    let order = TakeOrder {
        account_id,
        amount: order.credits,
        reason: order.reason,
        reference: order.id.map(Reference::into_string),
    };
    let taken = credits::take(&context.ledger_desk(), &context.operator().actor, order).await?;
    output.print(&TakeReport {
        id: taken.reference,
        call_id: taken.call_id,
        account_id,
        credits: taken.credits,
        balance: taken.balance,
        repeated: taken.repeated,
    })
}

#[derive(Serialize)]
struct GrantReport {
    id: String,
    account_id: AccountId,
    source: &'static str,
    credits: Credits,
    lot: i32,
    expires_at: DateTime<Utc>,
    balance: Credits,
    repeated: bool,
}

impl Report for GrantReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let granted = if self.repeated { "granted before; nothing was added" } else { "granted" };
        let credits = format!("{} ({granted})", self.credits);
        write_fields(
            out,
            &[
                ("id", &self.id),
                ("account", &self.account_id),
                ("credits", &credits),
                ("expires", &self.expires_at.format("%F %TZ")),
                ("balance", &self.balance),
            ],
        )
    }
}

#[derive(Serialize)]
struct TakeReport {
    id: String,
    call_id: CallId,
    account_id: AccountId,
    credits: Credits,
    balance: Credits,
    repeated: bool,
}

impl Report for TakeReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let before = if self.repeated { " (taken before; nothing more was taken)" } else { "" };
        let taken = format!("{}{before}", self.credits);
        write_fields(
            out,
            &[("id", &self.id), ("account", &self.account_id), ("taken", &taken), ("balance", &self.balance)],
        )
    }
}
