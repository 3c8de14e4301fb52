//! `fluence key change`.

use anyhow::ensure;
use chrono::{DateTime, Utc};
use clap::{ArgGroup, Args};

use super::explained;
use super::report::WholeKey;
use crate::command::context::Context;
use crate::command::output::Output;
use crate::command::values::{self, OrNone};
use crate::domain::amount::Amount;
use crate::domain::ids::KeyId;
use crate::domain::key::Scope;
use crate::domain::key::terms::TermsChange;
use crate::domain::network::Network;
use crate::domain::origin::{MAX_NETWORKS, MAX_REGIONS};
use crate::domain::region::Region;
use crate::domain::text::Name;
use crate::management;

/// Options that are not given change nothing.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
pub struct ChangeKey {
    /// Key id.
    id: KeyId,
    /// New name, 1 to 80 characters.
    #[arg(long, group = "change")]
    name: Option<Name>,
    /// New scope, replacing all scopes. Repeat for several.
    #[arg(long = "scope", group = "change", value_name = "SCOPE", value_parser = values::scope())]
    scopes: Option<Vec<Scope>>,
    /// New expiry: a date (00:00 UTC), an instant, or `none`.
    #[arg(long, group = "change", value_name = "TIME", value_parser = values::or_none(values::instant))]
    expires_at: Option<OrNone<DateTime<Utc>>>,
    /// New allowed region, replacing all regions, or `any`. Repeat for several.
    #[arg(long = "region", group = "change", value_name = "REGION", value_parser = values::or_any::<Region>)]
    regions: Option<Vec<OrNone<Region>>>,
    /// New allowed address or network (CIDR), replacing all of them, or `any`. Repeat for several.
    #[arg(long = "allow-ip", group = "change", value_name = "CIDR", value_parser = values::or_any::<Network>)]
    networks: Option<Vec<OrNone<Network>>>,
    /// New cap of credits per UTC day, or `none`.
    #[arg(long, group = "change", value_name = "CREDITS", allow_negative_numbers = true, value_parser = values::or_none(values::amount))]
    daily_cap: Option<OrNone<Amount>>,
    /// New cap of credits per UTC month, or `none`.
    #[arg(long, group = "change", value_name = "CREDITS", allow_negative_numbers = true, value_parser = values::or_none(values::amount))]
    monthly_cap: Option<OrNone<Amount>>,
}

impl ChangeKey {
    pub(super) async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let cap = |cap: Option<OrNone<Amount>>| cap.map(|cap| cap.0.map(Amount::credits));
        let change = TermsChange {
            name: self.name.map(Name::into_string),
            scopes: self.scopes.map(|scopes| Scope::sorted(&scopes)),
            regions: self.regions.map(listed),
            networks: self.networks.map(listed),
            expires_at: self.expires_at.map(|end| end.0),
            daily_cap: cap(self.daily_cap),
            monthly_cap: cap(self.monthly_cap),
        };
        let regions = change.regions.as_ref().map_or(0, Vec::len);
        ensure!(regions <= MAX_REGIONS, "a key has at most {MAX_REGIONS} regions");
        let networks = change.networks.as_ref().map_or(0, Vec::len);
        ensure!(networks <= MAX_NETWORKS, "a key has at most {MAX_NETWORKS} networks");
        let (mut connection, by) = (context.connection().await?, context.operator());
        let changed = management::keys::change(&mut connection, &by, self.id, change).await;
        output.print(&WholeKey(changed.map_err(|error| explained(self.id, error))?))
    }
}

/// The values of a list, which is empty for `any`.
fn listed<T>(values: Vec<OrNone<T>>) -> Vec<T> {
    values.into_iter().filter_map(|value| value.0).collect()
}
