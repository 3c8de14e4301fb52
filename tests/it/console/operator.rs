//! The operators' console, as an operator with a browser without script uses it.

mod access;
mod acts;
mod explain;
mod forms;
mod health;
mod log_in;
mod lost_factor;
mod pages;
mod plan_moves;
mod plans;
mod search;

use fluence::domain::audit::Actor;
use fluence::domain::ids::AccountId;
use fluence::identity::operator::OperatorRole;
use fluence::management::operators;
use fluence::management::second_factor::{enroll, new_secret};

use super::log_in::PASSWORD;
use crate::support::gateway::Gateway;
use crate::support::visitor::{Page, Visitor};

/// With an operators' console.
pub(crate) async fn start() -> Gateway {
    start_with(&[]).await
}

async fn start_with(environment: &[(&str, &str)]) -> Gateway {
    let listen = [("FLUENCE_OPERATOR_LISTEN", "127.0.0.1:0")];
    Gateway::start_with(&listen.iter().chain(environment).copied().collect::<Vec<_>>()).await
}

/// An operator in a browser, with the recovery codes that are left.
pub(crate) struct Operator {
    pub(crate) visitor: Visitor,
    codes: Vec<String>,
}

/// The path of the link of a new operator.
pub(crate) async fn added(gateway: &Gateway, email: &str, role: OperatorRole) -> String {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let (by, name) = (Actor::operator("root".into()), email.split('@').next().unwrap().parse().unwrap());
    let added = operators::add(&mut connection, &by, &email.parse().unwrap(), &name, role).await;
    format!("/operator/link?token={}", added.unwrap().1.expose())
}

/// Gives an operator a second factor with new recovery codes.
async fn with_factor(gateway: &Gateway, email: &str) -> Vec<String> {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let known =
        fluence::storage::identity::operators::by_email(&mut connection, &email.parse().unwrap()).await;
    let id = known.unwrap().unwrap().id;
    enroll(&mut connection, &gateway.peppers, id, &new_secret().unwrap(), 0).await.unwrap()
}

/// An operator with a password and a second factor, logged in.
pub(crate) async fn operator(gateway: &Gateway, email: &str, role: OperatorRole) -> Operator {
    let link = added(gateway, email, role).await;
    let mut codes = with_factor(gateway, email).await;
    let mut visitor = Visitor::of_operators(gateway);
    let half = visitor.fill(&link, &[("password", PASSWORD)]).await;
    assert_eq!(half.leads_to(), "/operator/log-in/second?next=%2Foperator", "{}", half.body);
    let entered = visitor.fill(half.leads_to(), &[("code", &codes.pop().unwrap())]).await;
    assert_eq!((entered.status, entered.leads_to()), (303, "/operator"), "{}", entered.body);
    Operator { visitor, codes }
}

pub(crate) async fn admin(gateway: &Gateway) -> Operator {
    operator(gateway, "olga@example.com", OperatorRole::Admin).await
}

pub(crate) fn desk(account: AccountId) -> String {
    format!("/operator/accounts/{account}")
}

/// What the account's owners read in their audit log, newest first.
async fn owner_audit(gateway: &Gateway, account: AccountId) -> Page {
    let mut owner = gateway.admin(account).await;
    owner.get(&format!("/console/{account}/audit")).await
}
