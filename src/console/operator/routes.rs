//! Every page of the operators' console, and who may open it. The test of access is generated from
//! this table: a page that is not here does not exist.

use std::sync::Arc;

use axum::routing::MethodRouter;

use super::access::Access;
use super::{
    account, accounts, audit, busiest, confirm, credits, email, explain, health, key, link, log_in,
    lost_factor, missing, new_account, note, people, plan, plan_moves, plans, second_factor, suspension,
};
use crate::console::account::environments;
use crate::console::account::keys::{list, revoke, show};
use crate::console::account::members;
use crate::console::account::overview;
use crate::console::account::{audit as owner_audit, credits as owner_credits, receipt, statement, usage};
use crate::console::entry::log_in::log_out;
use crate::console::request::call::Console;
use crate::console::request::table::pages;
use crate::console::run::method_routers;

pages! {
    Anyone Get "/operator/log-in" => log_in::show;
    Anyone Post "/operator/log-in" => log_in::send;
    Anyone Get "/operator/link" => link::show;
    Anyone Post "/operator/link" => link::send;
    AwaitingFactor Get "/operator/log-in/second" => second_factor::ask;
    AwaitingFactor Post "/operator/log-in/second" => second_factor::send;
    AwaitingFactor Get "/operator/log-in/set-up" => second_factor::show_set_up;
    AwaitingFactor Post "/operator/log-in/set-up" => second_factor::set_up;
    Viewer Post "/operator/log-out" => log_out;
    Viewer Get "/operator/confirm" => confirm::show;
    Viewer Post "/operator/confirm" => confirm::send;

    Viewer Get "/operator" => health::show;
    Viewer Get "/operator/busiest" => busiest::show;
    Viewer Get "/operator/audit" => audit::show;
    Support Get "/operator/email" => email::list;
    SupportConfirmed Get "/operator/email/{email}/retry" => email::ask;
    SupportConfirmed Post "/operator/email/{email}/retry" => email::retry;
    Support Get "/operator/explain" => explain::show;
    Support Post "/operator/explain" => explain::send;
    Viewer Get "/operator/plans" => plans::list;
    Support Get "/operator/plans/accounts" => plans::accounts;
    AdminConfirmed Get "/operator/plans/move" => plan_moves::show;
    AdminConfirmed Post "/operator/plans/move" => plan_moves::send;
    Viewer Get "/operator/plans/moves/{move}" => plan_moves::show_run;
    AdminConfirmed Get "/operator/plans/moves/{move}/stop" => plan_moves::ask_stop;
    AdminConfirmed Post "/operator/plans/moves/{move}/stop" => plan_moves::stop;
    Viewer Get "/operator/people" => people::list;

    Support Get "/operator/accounts" => accounts::show;
    Support Post "/operator/accounts" => accounts::send;
    SupportConfirmed Get "/operator/accounts/new" => new_account::show;
    SupportConfirmed Post "/operator/accounts/new" => new_account::send;
    Support Get "/operator/accounts/{account}" => account::show;
    Support Get "/operator/accounts/{account}/note" => note::show;
    Support Post "/operator/accounts/{account}/note" => note::send;
    SupportConfirmed Get "/operator/accounts/{account}/suspend" => suspension::ask_suspend;
    SupportConfirmed Post "/operator/accounts/{account}/suspend" => suspension::suspend;
    SupportConfirmed Get "/operator/accounts/{account}/resume" => suspension::ask_resume;
    SupportConfirmed Post "/operator/accounts/{account}/resume" => suspension::resume;
    AdminConfirmed Get "/operator/accounts/{account}/plan" => plan::show;
    AdminConfirmed Post "/operator/accounts/{account}/plan" => plan::send;
    AdminConfirmed Get "/operator/accounts/{account}/grant" => credits::show_grant;
    AdminConfirmed Post "/operator/accounts/{account}/grant" => credits::grant;
    AdminConfirmed Get "/operator/accounts/{account}/take" => credits::show_take;
    AdminConfirmed Post "/operator/accounts/{account}/take" => credits::take;
    SupportConfirmed Get "/operator/accounts/{account}/keys/{key}/revoke" => key::show;
    SupportConfirmed Post "/operator/accounts/{account}/keys/{key}/revoke" => key::revoke;

    SupportConfirmed Get "/operator/accounts/{account}/members/{member}/factor" => lost_factor::ask;
    SupportConfirmed Post "/operator/accounts/{account}/members/{member}/factor" => lost_factor::send;

    Support Get "/operator/accounts/{account}/overview" => overview::show;
    Support Get "/operator/accounts/{account}/keys" => list::show;
    Support Post "/operator/accounts/{account}/keys" => list::send;
    Support Get "/operator/accounts/{account}/keys/{key}" => show::show;
    Support Get "/operator/accounts/{account}/keys/{key}/revoked" => revoke::gateways;
    Support Get "/operator/accounts/{account}/environments" => environments::list;
    Support Get "/operator/accounts/{account}/usage" => usage::show;
    Support Get "/operator/accounts/{account}/usage.csv" => usage::csv;
    Support Get "/operator/accounts/{account}/ledger" => statement::show;
    Support Get "/operator/accounts/{account}/ledger.csv" => statement::csv;
    Support Get "/operator/accounts/{account}/ledger/calls/{call}" => receipt::show;
    Support Get "/operator/accounts/{account}/credits" => owner_credits::show;
    Support Get "/operator/accounts/{account}/members" => members::list;
    Support Get "/operator/accounts/{account}/audit" => owner_audit::show;
    Support Get "/operator/accounts/{account}/audit.csv" => owner_audit::csv;
}

/// The routes for the router of the operators' address.
pub fn routes(console: &Arc<Console>) -> Vec<(&'static str, MethodRouter)> {
    method_routers(console, ROUTES).chain(method_routers(console, missing::ROUTES)).collect()
}
