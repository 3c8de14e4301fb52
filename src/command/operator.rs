//! `fluence operator`: who may log in to the operators' console.

use std::io::{self, Write};
use std::net::SocketAddr;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, ShownOnce, write_table};
use super::running;
use crate::config::Settings;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::one_time::Purpose;
use crate::identity::operator::{Operator, OperatorRole};
use crate::management::operators;
use crate::secret::token::Token;
use crate::storage::identity::operators as stored;

#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Add an operator, and print the one-time link of their first log-in.
    Add(AddOperator),
    /// List the operators.
    List,
    /// Give an operator another role.
    Role {
        /// E-mail address of the operator.
        email: EmailAddress,
        #[arg(value_enum)]
        role: RoleArg,
    },
    /// Print a new one-time link for an operator. The console still asks for the second factor.
    Link {
        /// E-mail address of the operator.
        email: EmailAddress,
    },
    /// Take the second factor from an operator who has lost it, and print a link that asks for
    /// another one.
    Reset {
        /// E-mail address of the operator.
        email: EmailAddress,
    },
    /// Remove an operator. Their sessions end at once.
    Remove {
        /// E-mail address of the operator.
        email: EmailAddress,
    },
}

#[derive(Debug, Args)]
pub struct AddOperator {
    /// E-mail address, with which the operator logs in.
    #[arg(long)]
    email: EmailAddress,
    /// Name in the audit log.
    #[arg(long)]
    name: Name,
    /// What the operator may do.
    #[arg(long, value_enum)]
    role: RoleArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleArg {
    /// See health, plans and the audit log, but open no account.
    Viewer,
    /// See and create accounts, suspend and resume them, revoke keys, end lost second factors, send
    /// e-mails again.
    Support,
    /// Also grant and take credits, and move accounts to other plans.
    Admin,
}

impl From<RoleArg> for OperatorRole {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Viewer => Self::Viewer,
            RoleArg::Support => Self::Support,
            RoleArg::Admin => Self::Admin,
        }
    }
}

impl OperatorCommand {
    /// # Errors
    /// When the operator exists or does not exist, or the database cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let (mut connection, by) = (context.connection().await?, context.operator().actor);
        let (email, token) = match self {
            Self::List => {
                let operators = stored::list(&mut connection).await?;
                return output.print(&OperatorList { operators });
            }
            Self::Role { email, role } => {
                operators::set_role(&mut connection, &by, &email, role.into()).await?;
                let changed = stored::by_email(&mut connection, &email).await?.map(|operator| operator.id);
                let mut operators = stored::list(&mut connection).await?;
                operators.retain(|operator| Some(operator.id) == changed);
                return output.print(&OperatorList { operators });
            }
            Self::Remove { email } => {
                operators::remove(&mut connection, &by, &email).await?;
                return output.print(&Removed { removed: email.into_string() });
            }
            Self::Add(AddOperator { email, name, role }) => {
                let (_, token) = operators::add(&mut connection, &by, &email, &name, role.into()).await?;
                (email, token)
            }
            Self::Link { email } => {
                let token = operators::link(&mut connection, &by, &email).await?;
                (email, token)
            }
            Self::Reset { email } => {
                let token = operators::reset(&mut connection, &by, &email).await?;
                (email, token)
            }
        };
        let email = email.into_string();
        let lost = ShownOnce {
            what: format!("the link for {email}"),
            when_lost: format!("Make another one with `fluence operator link {email}`"),
        };
        let settings = context.settings();
        let running = running::operators_console(settings);
        let report = OperatorLink {
            email: email.clone(),
            link: link(&console_base(settings, running), &token),
            minutes: Purpose::Operator.life().num_minutes(),
            is_off: running.is_none() && settings.operator.listen.trim().is_empty(),
        };
        output.print_once(&report, &lost)
    }
}

/// The base address of the operators' console: that of the settings, else of the gateway that runs
/// on this data folder.
fn console_base(settings: &Settings, running: Option<SocketAddr>) -> String {
    match (settings.operator.base_url.trim_end_matches('/'), running.or(settings.operator_listen())) {
        ("", Some(address)) => format!("http://{address}"),
        ("", None) => "http://127.0.0.1:8001".to_owned(),
        (given, _) => given.to_owned(),
    }
}

/// The address of a one-time link into the operators' console.
pub(super) fn link(base: &str, token: &Token) -> String {
    format!("{base}/operator/link?token={}", token.expose())
}

#[derive(Debug, Serialize)]
struct OperatorLink {
    email: String,
    /// It works once.
    link: String,
    minutes: i64,
    /// Whether the settings have no address for the console.
    #[serde(skip)]
    is_off: bool,
}

impl Report for OperatorLink {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { email, link, minutes, .. } = self;
        writeln!(
            out,
            "{link}\n\nThe link works once, within {minutes} minutes, for {email}. Send it to this person only."
        )?;
        if self.is_off {
            writeln!(
                out,
                "\nThe settings of this command name no operator.listen: start the gateway with one, such as \
                 FLUENCE_OPERATOR_LISTEN=127.0.0.1:8001."
            )?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct OperatorList {
    operators: Vec<Operator>,
}

impl Report for OperatorList {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let factor = |operator: &Operator| if operator.has_second_factor { "set up" } else { "not yet" };
        let row = |operator: &Operator| {
            [
                operator.name.clone(),
                operator.email.clone(),
                operator.role.as_str().to_owned(),
                factor(operator).to_owned(),
                operator
                    .last_log_in_at
                    .map_or_else(|| "never".to_owned(), |at| at.format("%F %TZ").to_string()),
            ]
        };
        let rows: Vec<_> = self.operators.iter().map(row).collect();
        write_table(out, ["NAME", "E-MAIL", "ROLE", "SECOND FACTOR", "LAST LOG-IN"], &rows)
    }
}

#[derive(Serialize)]
struct Removed {
    removed: String,
}

impl Report for Removed {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{} was removed. Sessions and links have ended.", self.removed)
    }
}
