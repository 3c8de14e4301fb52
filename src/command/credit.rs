//! `fluence credit`: grants credits and takes them back.

use std::io::{self, Write};

use anyhow::{anyhow, bail};
use chrono::{DateTime, Months, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use sqlx::PgConnection;

use super::context::Context;
use super::output::{Output, Report, count, write_fields};
use super::values;
use crate::clock as ids;
use crate::domain::amount::Amount;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::plan::{PACK_LIFE_MONTHS, Pack};
use crate::domain::text::{Reason, Reference};
use crate::ledger::rules::lot::LotSource;
use crate::ledger::rules::operation::{Correction, Effect, Grant, Operation};
use crate::storage::clock;
use crate::storage::ledger::lots;
use crate::storage::operator_acts::{self, Act, ActKind};

/// Life of a grant without an expiry.
const GRANT_LIFE_MONTHS: u32 = PACK_LIFE_MONTHS;

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
    /// Your id for this grant. Repeating the command with it grants nothing more [default: a new id].
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
    /// Your id for this correction. Repeating the command with it takes nothing more [default: a new id].
    #[arg(long, value_name = "ID")]
    id: Option<Reference>,
}

impl CreditCommand {
    /// # Errors
    /// When the account does not exist or pack, the account has too few credits, or the ledger cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Grant(grant) => give(grant, context, output).await,
            Self::Take(take) => take_back(take, context, output).await,
        }
    }
}

async fn give(order: GrantCredits, context: &Context, output: Output) -> anyhow::Result<()> {
    let mut connection = context.connection().await?;
    let packs = context.catalogue().await?.packs;
    let grant = grant_of(order, packs, clock::now(&mut connection).await?)?;
    // Locks the id while the ledger works on its own connection: an id is used for one grant, of one account.
    let mut under_id = context.pool().begin().await?;
    operator_acts::lock(&mut under_id, ActKind::Grant, &grant.reference).await?;
    let elsewhere =
        operator_acts::granted_elsewhere(&mut under_id, grant.account_id, &grant.reference).await?;
    if let Some(other) = elsewhere {
        bail!("id `{}` was already used for account {other}; nothing was granted", grant.reference);
    }
    let effect = context.act(Operation::Grant(grant.clone())).await?;
    let Effect::Granted { lot, repeated, balance } = effect else {
        bail!("the ledger answered a grant with something else");
    };
    let kept = lots::by_reference(&mut connection, grant.account_id, &grant.reference).await?;
    let kept = kept.ok_or_else(|| anyhow!("the grant disappeared after it was made"))?;
    if (kept.source, kept.granted) != (grant.source, grant.amount) {
        let (id, source) = (grant.reference, kept.source.as_str());
        let credits = count(kept.granted.as_i64().unsigned_abs(), "credit");
        bail!("id `{id}` was already used for {credits} ({source}); nothing was granted");
    }
    output.print(&GrantReport {
        id: grant.reference,
        account_id: grant.account_id,
        source: kept.source.as_str(),
        credits: kept.granted,
        lot: lot.0,
        expires_at: kept.expires_at,
        balance: balance.remaining,
        repeated,
    })
}

/// Returns the operation for an order.
fn grant_of(order: GrantCredits, packs: Vec<Pack>, now: DateTime<Utc>) -> anyhow::Result<Grant> {
    let in_months = |months| {
        now.checked_add_months(Months::new(months)).ok_or_else(|| anyhow!("the expiry is out of range"))
    };
    let (source, amount, expires_at, note) = match (order.pack, order.credits, order.reason) {
        (Some(name), ..) => {
            let pack = known_pack(&name, packs)?;
            (LotSource::Pack, pack.credits, in_months(PACK_LIFE_MONTHS)?, pack.name)
        }
        (None, Some(amount), Some(reason)) => {
            let expires_at = order.expires_at.map_or_else(|| in_months(GRANT_LIFE_MONTHS), Ok)?;
            (LotSource::Grant, amount.credits(), expires_at, reason.into_string())
        }
        _ => bail!("set --pack, or --credits and --reason"),
    };
    if expires_at <= now {
        bail!("--expires-at is in the past");
    }
    let id = ids::new_id();
    let reference = order.id.map_or_else(|| id.to_string(), Reference::into_string);
    Ok(Grant {
        account_id: order.account,
        id: CallId::from_uuid(id),
        reference,
        source,
        amount,
        expires_at,
        note,
    })
}

/// Returns the pack of this name, or an error that lists the packs.
fn known_pack(name: &str, packs: Vec<Pack>) -> anyhow::Result<Pack> {
    let names: Vec<_> = packs.iter().map(|pack| pack.pack.clone()).collect();
    let pack = packs.into_iter().find(|pack| pack.pack == name);
    pack.ok_or_else(|| anyhow!("pack `{name}` does not exist; the packs are {}", names.join(", ")))
}

async fn take_back(order: TakeCredits, context: &Context, output: Output) -> anyhow::Result<()> {
    let reference = order.id.map_or_else(|| ids::new_id().to_string(), Reference::into_string);
    let (account_id, credits) = (context.account(order.account).await?.id, order.credits.credits());
    // Locks the id while the ledger works on its own connection.
    let mut under_id = context.pool().begin().await?;
    operator_acts::lock(&mut under_id, ActKind::Take, &reference).await?;
    let call_id = call_under(&reference, account_id, &mut under_id, context).await?;
    if let Some(taken) = operator_acts::taken(&mut under_id, account_id, call_id).await? {
        if taken != credits {
            bail!(
                "id `{reference}` was already used for {}; nothing was taken",
                count(taken.as_i64().unsigned_abs(), "credit")
            );
        }
        let balance = context.account(account_id).await?.balance;
        return output.print(&TakeReport {
            id: reference,
            call_id,
            account_id,
            credits,
            balance,
            repeated: true,
        });
    }
    let correction =
        Correction { account_id, id: call_id, amount: credits, note: order.reason.into_string() };
    let Effect::Done(balance) = context.act(Operation::Correct(correction)).await? else {
        bail!("the ledger answered a correction with something else");
    };
    let balance = balance.remaining;
    output.print(&TakeReport { id: reference, call_id, account_id, credits, balance, repeated: false })
}

/// Returns the call id of an id, saved before the ledger applies the operation, so that it is applied once.
async fn call_under(
    reference: &str,
    account_id: AccountId,
    under_id: &mut PgConnection,
    context: &Context,
) -> anyhow::Result<CallId> {
    if let Some(act) = operator_acts::find(under_id, ActKind::Take, reference).await? {
        if act.account_id != account_id {
            bail!("id `{reference}` was already used for account {}; nothing was taken", act.account_id);
        }
        return act.call_id.ok_or_else(|| anyhow!("id `{reference}` has no operation in the ledger"));
    }
    let call_id = CallId::from_uuid(ids::new_id());
    let act = Act { account_id, call_id: Some(call_id) };
    operator_acts::save(&mut *context.connection().await?, ActKind::Take, reference, act).await?;
    Ok(call_id)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::plans::Catalogue;

    fn packs() -> Vec<Pack> {
        Catalogue::shipped().unwrap().packs
    }

    fn expiry(today: &str, pack: Option<&str>, credits: Option<&str>) -> String {
        let order = GrantCredits {
            account: AccountId::from_uuid(ids::new_id()),
            pack: pack.map(Into::into),
            credits: credits.map(|credits| credits.parse().unwrap()),
            reason: credits.map(|_| "test".parse().unwrap()),
            expires_at: None,
            id: None,
        };
        grant_of(order, packs(), today.parse().unwrap()).unwrap().expires_at.to_rfc3339()
    }

    #[test]
    fn twelve_months_from_the_29th_of_february_end_on_the_28th() {
        let today = "2028-02-29T10:00:00Z";
        assert_eq!(expiry(today, Some("starter"), None), "2029-02-28T10:00:00+00:00");
        assert_eq!(expiry(today, None, Some("5")), "2029-02-28T10:00:00+00:00");
    }

    #[test]
    fn an_act_without_an_id_gets_a_new_one() {
        let order = |id: Option<&str>| GrantCredits {
            account: AccountId::from_uuid(ids::new_id()),
            pack: Some("mega".into()),
            credits: None,
            reason: None,
            expires_at: None,
            id: id.map(|id| id.parse().unwrap()),
        };
        let reference = |id| grant_of(order(id), packs(), DateTime::UNIX_EPOCH).unwrap().reference;
        assert_ne!(reference(None), reference(None));
        assert_eq!(reference(Some("order-1")), "order-1");
    }
}
