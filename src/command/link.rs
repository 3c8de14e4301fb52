//! `fluence account link`: a one-time link by which a member logs in to the console.

use std::io::{self, Write};

use anyhow::{Context as _, anyhow};
use axum::http::Uri;
use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, ShownOnce};
use super::running::WhereArgs;
use crate::domain::ids::AccountId;
use crate::domain::text::EmailAddress;
use crate::identity::one_time::Purpose;
use crate::management::ChangeError;
use crate::management::identities::log_in_link;

#[derive(Debug, Args)]
pub struct LinkArgs {
    /// Account id.
    id: AccountId,
    /// Address of the member who logs in [default: the account's first admin].
    #[arg(long)]
    email: Option<EmailAddress>,
    #[command(flatten)]
    place: WhereArgs,
}

/// Makes the link and prints it.
pub(super) async fn run(args: LinkArgs, context: &Context, output: Output) -> anyhow::Result<()> {
    let url = args.place.url(context.settings())?;
    let made = make(context, args.id, args.email.as_ref(), &url).await?;
    let what = format!("the link for {}", made.email);
    let when_lost = "Run the command again for another one".to_owned();
    output.print_once(&made, &ShownOnce { what, when_lost })
}

/// Makes a link to the gateway at this URL, or at the address of its settings.
pub(super) async fn make(
    context: &Context,
    account: AccountId,
    email: Option<&EmailAddress>,
    url: &Uri,
) -> anyhow::Result<Link> {
    let account = context.account(account).await?.id;
    let mut connection = context.connection().await?;
    let made = log_in_link(&mut connection, account, email).await;
    let (token, email) = made.map_err(|error| match (error, email) {
        (ChangeError::NoMember, Some(email)) => {
            anyhow!("the account has no active member with the address {}", email.as_str())
        }
        (ChangeError::NoMember, None) => anyhow!("the account has no active member who is an admin"),
        (error, _) => error.into(),
    })?;
    let base = match context.settings().base_url.trim_end_matches('/') {
        "" => {
            let origin = url.scheme_str().zip(url.authority());
            let (scheme, host) = origin.context("the gateway's address is not a URL")?;
            format!("{scheme}://{host}")
        }
        given => given.to_owned(),
    };
    let minutes = Purpose::LogIn.life().num_minutes();
    Ok(Link { email, link: format!("{base}/console/link?token={}", token.expose()), minutes })
}

/// A link that works once.
#[derive(Debug, Serialize)]
pub(super) struct Link {
    /// Who logs in by it.
    pub(super) email: String,
    pub(super) link: String,
    /// How long it is valid.
    pub(super) minutes: i64,
}

impl Report for Link {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "{}\n\nThe link logs {} in, once, within {} minutes. Send it to this person only.",
            self.link, self.email, self.minutes
        )
    }
}
