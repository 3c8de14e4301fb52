//! Granting credits.

use chrono::{DateTime, Months, Utc};

use super::desk::{CreditError, apply, check_open};
use crate::clock::new_id;
use crate::domain::amount::Amount;
use crate::domain::audit::Actor;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::plan::{PACK_LIFE_MONTHS, Pack};
use crate::domain::text::Reason;
use crate::ledger::rules::entry::GrantKind;
use crate::ledger::rules::lot::LotSource;
use crate::ledger::rules::operation::{Effect, Grant, Operation};
use crate::storage::clock;
use crate::storage::ledger::desk::LedgerDesk;
use crate::storage::ledger::lots;
use crate::storage::operator_acts::{self, ActKind};

/// Life of a grant without an expiry.
const GRANT_LIFE_MONTHS: u32 = PACK_LIFE_MONTHS;

/// What is granted.
#[derive(Clone, Debug)]
pub enum Grantable {
    /// A pack of the catalogue, by its name.
    Pack(String),
    /// A number of credits. `None`: they expire after 12 months.
    Credits { amount: Amount, reason: Reason, expires_at: Option<DateTime<Utc>> },
}

#[derive(Clone, Debug)]
pub struct GrantOrder {
    pub account_id: AccountId,
    pub what: Grantable,
    /// The operator's id of the grant. The same id twice counts once. `None`: a new one.
    pub reference: Option<String>,
}

/// A grant as it was made, now or under its id before.
#[derive(Clone, Debug)]
pub struct Granted {
    pub reference: String,
    pub source: LotSource,
    pub credits: Credits,
    pub lot: i32,
    pub expires_at: DateTime<Utc>,
    pub balance: Credits,
    /// Whether it was made before.
    pub repeated: bool,
}

/// Grants credits.
///
/// # Errors
/// When the id was used for something else, the account does not exist, or the ledger cannot be
/// reached.
pub async fn grant(
    desk: &LedgerDesk,
    by: &Actor,
    order: GrantOrder,
    packs: &[Pack],
) -> Result<Granted, CreditError> {
    let mut connection = desk.pool.acquire().await?;
    let grant = grant_of(order, packs, clock::now(&mut connection).await?)?;
    // Locks the id while the ledger works on its own connection: an id is used for one grant, of
    // one account.
    let mut under_id = desk.pool.begin().await?;
    operator_acts::lock(&mut under_id, ActKind::Grant, &grant.reference).await?;
    let elsewhere =
        operator_acts::granted_elsewhere(&mut under_id, grant.account_id, &grant.reference).await?;
    if let Some(account_id) = elsewhere {
        return Err(CreditError::UsedElsewhere { reference: grant.reference, account_id, done: "granted" });
    }
    if lots::by_reference(&mut connection, grant.account_id, &grant.reference).await?.is_none() {
        check_open(&mut connection, grant.account_id).await?;
    }
    let effect = apply(desk, by, Operation::Grant(grant.clone())).await?;
    let Effect::Granted { lot, repeated, balance } = effect else { return Err(CreditError::Unexpected) };
    let kept = lots::by_reference(&mut connection, grant.account_id, &grant.reference).await?;
    let kept = kept.ok_or(CreditError::Unexpected)?;
    if (kept.source, kept.granted) != (grant.kind.source(), grant.amount) {
        let (granted, kind) = (kept.granted, kept.source);
        return Err(CreditError::UsedForOther { reference: grant.reference, granted, kind });
    }
    Ok(Granted {
        reference: grant.reference,
        source: kept.source,
        credits: kept.granted,
        lot: lot.0,
        expires_at: kept.expires_at,
        balance: balance.remaining,
        repeated,
    })
}

/// Returns the operation for an order.
fn grant_of(order: GrantOrder, packs: &[Pack], now: DateTime<Utc>) -> Result<Grant, CreditError> {
    let in_months = |months| now.checked_add_months(Months::new(months)).ok_or(CreditError::EndsTooLate);
    let (kind, amount, expires_at, note) = match order.what {
        Grantable::Pack(name) => {
            let pack = known_pack(name, packs)?;
            (GrantKind::Pack, pack.credits, in_months(PACK_LIFE_MONTHS)?, pack.name.clone())
        }
        Grantable::Credits { amount, reason, expires_at } => {
            let expires_at = expires_at.map_or_else(|| in_months(GRANT_LIFE_MONTHS), Ok)?;
            (GrantKind::Grant, amount.credits(), expires_at, reason.into_string())
        }
    };
    if expires_at <= now {
        return Err(CreditError::EndsInPast);
    }
    let id = new_id();
    let reference = order.reference.unwrap_or_else(|| id.to_string());
    let account_id = order.account_id;
    Ok(Grant { account_id, id: CallId::from_uuid(id), reference, kind, amount, expires_at, note })
}

fn known_pack(name: String, packs: &[Pack]) -> Result<&Pack, CreditError> {
    let known = || packs.iter().map(|pack| pack.pack.clone()).collect();
    let found = packs.iter().find(|pack| pack.pack == name);
    found.ok_or_else(|| CreditError::NoPack { pack: name, known: known() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::plans::Catalogue;

    fn expiry(today: &str, what: Grantable) -> String {
        let packs = Catalogue::shipped().unwrap().packs;
        let order = GrantOrder { account_id: AccountId::from_uuid(new_id()), what, reference: None };
        grant_of(order, &packs, today.parse().unwrap()).unwrap().expires_at.to_rfc3339()
    }

    #[test]
    fn twelve_months_from_the_29th_of_february_end_on_the_28th() {
        let today = "2028-02-29T10:00:00Z";
        assert_eq!(expiry(today, Grantable::Pack("starter".into())), "2029-02-28T10:00:00+00:00");
        let (amount, reason) = ("5".parse().unwrap(), "test".parse().unwrap());
        let credits = Grantable::Credits { amount, reason, expires_at: None };
        assert_eq!(expiry(today, credits), "2029-02-28T10:00:00+00:00");
    }

    #[test]
    fn an_act_without_an_id_gets_a_new_one() {
        let packs = Catalogue::shipped().unwrap().packs;
        let reference = |id: Option<&str>| {
            let order = GrantOrder {
                account_id: AccountId::from_uuid(new_id()),
                what: Grantable::Pack("mega".into()),
                reference: id.map(Into::into),
            };
            grant_of(order, &packs, DateTime::UNIX_EPOCH).unwrap().reference
        };
        assert_ne!(reference(None), reference(None));
        assert_eq!(reference(Some("order-1")), "order-1");
    }

    #[test]
    fn an_expiry_in_the_past_and_an_unknown_pack_are_refused() {
        let now = DateTime::UNIX_EPOCH;
        let order = |what| GrantOrder { account_id: AccountId::from_uuid(new_id()), what, reference: None };
        let (amount, reason) = ("5".parse().unwrap(), "test".parse().unwrap());
        let past = Grantable::Credits { amount, reason, expires_at: Some(now) };
        assert!(matches!(grant_of(order(past), &[], now), Err(CreditError::EndsInPast)));
        let unknown = grant_of(order(Grantable::Pack("x".into())), &[], now);
        assert!(matches!(unknown, Err(CreditError::NoPack { .. })));
    }
}
