//! The demonstration's operator: a link into the operators' console, and codes for its second
//! factor, so that no telephone is needed.

use std::net::SocketAddr;

use serde::Serialize;

use crate::command::context::Context;
use crate::command::operator::link;
use crate::identity::operator::OperatorRole;
use crate::management::second_factor::{enroll, new_secret};
use crate::management::{ChangeError, operators};
use crate::storage::identity::operators as stored;

const EMAIL: &str = "operator@example.com";
const NAME: &str = "Demonstration";
/// Recovery codes that are printed: one to log in, and others for acts.
const CODES: usize = 3;

/// How to open the operators' console.
#[derive(Debug, Serialize)]
pub struct OperatorAccess {
    /// It works once.
    pub(super) link: String,
    /// Each works once, in place of the code of an app.
    pub(super) codes: Vec<String>,
}

/// Makes the operator unless there is one, and gives them new codes. Those of earlier runs end.
pub(super) async fn prepare(context: &Context, address: SocketAddr) -> anyhow::Result<OperatorAccess> {
    let (peppers, by) = (context.peppers().await?, context.operator().actor);
    let mut connection = context.connection().await?;
    let email = EMAIL.parse()?;
    let added = operators::add(&mut connection, &by, &email, &NAME.parse()?, OperatorRole::Admin).await;
    let token = match added {
        Ok((_, token)) => token,
        Err(ChangeError::OperatorExists(_)) => operators::link(&mut connection, &by, &email).await?,
        Err(error) => return Err(error.into()),
    };
    let known = stored::by_email(&mut connection, &email).await?;
    let id = known.ok_or(ChangeError::NoOperator(EMAIL.to_owned()))?.id;
    let codes = enroll(&mut connection, &peppers, id, &new_secret()?, 0).await?;
    let link = link(&format!("http://{address}"), &token);
    Ok(OperatorAccess { link, codes: codes.into_iter().take(CODES).collect() })
}
