//! Accounts as commands print them.

use std::io::{self, Write};

use serde::Serialize;

use crate::command::environment::write_environments;
use crate::command::output::{Report, count, write_fields, write_table};
use crate::domain::account::{Account, AccountDetail};

#[derive(Serialize)]
pub(super) struct AccountMade {
    #[serde(flatten)]
    pub(super) account: Account,
    /// Whether the account existed under this id.
    pub(super) repeated: bool,
}

impl Report for AccountMade {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        self.account.write_text(out)?;
        if self.repeated {
            writeln!(out, "\nThe account already existed. Nothing was changed.")
        } else {
            Ok(())
        }
    }
}

/// What the close of an account ends.
#[derive(Serialize)]
pub(super) struct Closing {
    #[serde(flatten)]
    account: Account,
    /// Keys that are neither revoked nor expired.
    keys: i64,
}

impl Closing {
    pub(super) fn of(detail: AccountDetail) -> Self {
        let keys = detail.environments.iter().map(|environment| environment.keys).sum();
        Self { account: detail.account, keys }
    }
}

impl Report for Closing {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        self.account.write_text(out)?;
        writeln!(
            out,
            "\nThe close revokes {} for good, and {} can no longer be used.",
            count(self.keys.unsigned_abs(), "key"),
            count(self.account.balance.as_i64().unsigned_abs(), "credit")
        )
    }
}

fn state(account: &Account) -> &'static str {
    if account.closed_at.is_some() { "closed" } else { account.state.as_str() }
}

#[derive(Serialize)]
pub(super) struct AccountList {
    pub(super) accounts: Vec<Account>,
    /// Whether the list was cut at its limit.
    #[serde(rename = "truncated")]
    pub(super) is_cut: bool,
}

impl Report for AccountList {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |account: &Account| {
            [
                account.id.to_string(),
                account.name.clone(),
                account.plan.to_string(),
                state(account).to_owned(),
                account.balance.to_string(),
                account.email.clone(),
            ]
        };
        let rows: Vec<_> = self.accounts.iter().map(row).collect();
        write_table(out, ["ID", "NAME", "PLAN", "STATE", "CREDITS", "E-MAIL"], &rows)?;
        if self.is_cut {
            writeln!(out, "The list is limited to {} accounts; there may be more.", rows.len())?;
        }
        Ok(())
    }
}

impl Report for Account {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("id", &self.id),
                ("name", &self.name),
                ("e-mail", &self.email),
                ("plan", &self.plan),
                ("state", &state(self)),
                ("credits", &self.balance),
            ],
        )
    }
}

impl Report for AccountDetail {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        self.account.write_text(out)?;
        writeln!(out)?;
        write_fields(
            out,
            &[
                ("period since", &self.period_starts_at.format("%F %TZ")),
                ("renews at", &self.renews_at.format("%F %TZ")),
                ("plan credits left", &format!("{} of {}", self.plan_credits_left, self.plan_credits)),
                ("requests used", &format!("{} of {}", self.requests_used, self.requests_limit)),
            ],
        )?;
        writeln!(out)?;
        write_environments(out, &self.environments)
    }
}
