//! Plans and packs: saves the catalogue in force.

use sqlx::PgConnection;

use super::error::{RowRef, StorageError};
use crate::catalogue::plans::Catalogue;
use crate::domain::plan::{Access, Plan, Support};

/// Replaces the catalogue. Accounts must not be on a plan that it does not have.
pub async fn replace(connection: &mut PgConnection, catalogue: &Catalogue) -> Result<(), StorageError> {
    save(connection, catalogue).await?;
    let plans = catalogue.editions.iter();
    let plans = plans
        .flat_map(|edition| edition.plans.iter().map(|plan| (edition.edition.as_str(), plan.plan.as_str())));
    let (editions, plans): (Vec<&str>, Vec<&str>) = plans.unzip();
    sqlx::query(
        "delete from plan p
          where not exists (select from unnest($1::text[], $2::text[]) as n (edition, plan)
                             where n.edition = p.edition and n.plan = p.plan)",
    )
    .bind(editions)
    .bind(plans)
    .execute(&mut *connection)
    .await?;
    let packs: Vec<&str> = catalogue.packs.iter().map(|pack| pack.pack.as_str()).collect();
    sqlx::query("delete from pack where not pack = any($1)").bind(packs).execute(connection).await?;
    Ok(())
}

/// Saves the catalogue and updates existing plans and packs. Equal rows stay as they are: gateways
/// empty caches at a change.
pub async fn save(connection: &mut PgConnection, catalogue: &Catalogue) -> Result<(), StorageError> {
    for edition in &catalogue.editions {
        for (position, plan) in (0..).zip(&edition.plans) {
            save_plan(connection, &edition.edition, position, plan).await?;
        }
    }
    for pack in &catalogue.packs {
        sqlx::query(
            "insert into pack as stored (pack, name, credits, price_usd) values ($1, $2, $3, $4)
                 on conflict (pack) do update
                set name = excluded.name, credits = excluded.credits, price_usd = excluded.price_usd
              where stored.* is distinct from excluded.*",
        )
        .bind(&pack.pack)
        .bind(&pack.name)
        .bind(pack.credits.as_i64())
        .bind(int(pack.price_usd))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn save_plan(
    connection: &mut PgConnection,
    edition: &str,
    position: i32,
    plan: &Plan,
) -> Result<(), StorageError> {
    let access: Vec<&str> = plan.access.iter().map(|access| access.as_str()).collect();
    sqlx::query(
        "insert into plan as stored (edition, plan, position, tier, label, price_usd, credits, rate_per_s, burst, concurrency,
                           requests, access, api_access, keys_per_environment, support, assumption)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
             on conflict (edition, plan) do update
            set position = excluded.position, tier = excluded.tier, label = excluded.label,
                price_usd = excluded.price_usd, credits = excluded.credits, rate_per_s = excluded.rate_per_s,
                burst = excluded.burst, concurrency = excluded.concurrency, requests = excluded.requests,
                access = excluded.access, api_access = excluded.api_access,
                keys_per_environment = excluded.keys_per_environment, support = excluded.support,
                assumption = excluded.assumption
          where stored.* is distinct from excluded.*",
    )
    .bind(edition)
    .bind(&plan.plan)
    .bind(position)
    .bind(&plan.tier)
    .bind(&plan.label)
    .bind(plan.price_usd.map(int))
    .bind(plan.credits.as_i64())
    .bind(int(plan.rate_per_s))
    .bind(int(plan.burst))
    .bind(int(plan.concurrency))
    .bind(int(plan.requests))
    .bind(access)
    .bind(plan.api_access)
    .bind(int(plan.keys_per_environment))
    .bind(support_name(plan.support))
    .bind(&plan.assumption)
    .execute(connection)
    .await?;
    Ok(())
}

/// Converts a figure of a plan to the column's type.
fn int(figure: u32) -> i32 {
    i32::try_from(figure).unwrap_or(i32::MAX)
}

fn support_name(support: Support) -> &'static str {
    match support {
        Support::Community => "community",
        Support::Email => "email",
        Support::Priority => "priority",
        Support::Dedicated => "dedicated",
    }
}

/// The columns of `plan`, for joins in other queries.
#[derive(sqlx::FromRow)]
pub(super) struct PlanRow {
    plan: String,
    tier: String,
    label: String,
    price_usd: Option<i32>,
    credits: i64,
    rate_per_s: i32,
    burst: i32,
    concurrency: i32,
    requests: i32,
    access: Vec<String>,
    api_access: bool,
    keys_per_environment: i32,
    support: String,
}

impl TryFrom<PlanRow> for Plan {
    type Error = StorageError;
    fn try_from(row: PlanRow) -> Result<Self, StorageError> {
        let plan = RowRef::new("plan", &row.plan);
        let access = row.access.iter().map(|name| name.parse::<Access>().ok());
        let supports = [Support::Community, Support::Email, Support::Priority, Support::Dedicated];
        let support = supports.into_iter().find(|support| support_name(*support) == row.support);
        Ok(Self {
            price_usd: row.price_usd.map(|price| plan.convert("price_usd", price)).transpose()?,
            credits: plan.convert("credits", row.credits)?,
            rate_per_s: plan.convert("rate_per_s", row.rate_per_s)?,
            burst: plan.convert("burst", row.burst)?,
            concurrency: plan.convert("concurrency", row.concurrency)?,
            requests: plan.convert("requests", row.requests)?,
            access: plan.read("access", access.collect::<Option<_>>())?,
            api_access: row.api_access,
            keys_per_environment: plan.convert("keys_per_environment", row.keys_per_environment)?,
            support: plan.read("support", support)?,
            assumption: None,
            plan: row.plan,
            tier: row.tier,
            label: row.label,
        })
    }
}
