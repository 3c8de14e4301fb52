//! Every page of the console, and who may open it. The test of access is generated from this table:
//! a page that is not here does not exist.

use std::sync::Arc;

use axum::routing::MethodRouter;

use super::mailbox;
use super::missing;
use super::redirects;
use super::run::method_routers;
use crate::console::account::alerts;
use crate::console::account::environments;
use crate::console::account::keys::{act, edit, list, make, revoke, rotate, show, which};
use crate::console::account::members;
use crate::console::account::overview;
use crate::console::account::playground;
use crate::console::account::{audit, close, credits, receipt, settings, statement, usage};
use crate::console::entry::choose;
use crate::console::entry::invitation;
use crate::console::entry::link;
use crate::console::entry::log_in;
use crate::console::entry::lost_factor;
use crate::console::entry::reset;
use crate::console::entry::sign_up;
use crate::console::entry::sign_up_code;
use crate::console::person::confirm;
use crate::console::person::email_change;
use crate::console::person::profile;
use crate::console::person::second_factor;
use crate::console::person::security;
use crate::console::person::vouch;
use crate::console::request::access::Access;
use crate::console::request::call::Console;
use crate::console::request::table::pages;

pages! {
    Anyone Get "/console/log-in" => log_in::show;
    Anyone Post "/console/log-in" => log_in::send;
    AwaitingFactor Get "/console/log-in/second" => second_factor::ask;
    AwaitingFactor Post "/console/log-in/second" => second_factor::send;
    AwaitingFactor Get "/console/log-in/lost" => lost_factor::show;
    AwaitingFactor Post "/console/log-in/lost" => lost_factor::send;
    Anyone Get "/console/keep-factor" => lost_factor::show_keep;
    Anyone Post "/console/keep-factor" => lost_factor::keep;
    Person Post "/console/log-out" => log_in::log_out;
    Anyone Get "/console/link" => link::show;
    Anyone Post "/console/link" => link::send;
    Anyone Get "/console/mailbox" => mailbox::show;
    Anyone Get "/console/reset" => reset::show;
    Anyone Post "/console/reset" => reset::send;
    Anyone Get "/console/reset/finish" => reset::show_finish;
    Anyone Post "/console/reset/finish" => reset::finish;
    Anyone Get "/console/invitation" => invitation::show;
    Anyone Post "/console/invitation" => invitation::send;
    Anyone Get "/console/sign-up" => sign_up::show;
    Anyone Post "/console/sign-up" => sign_up::send;
    Anyone Get "/console/sign-up/sent" => sign_up_code::show;
    Anyone Post "/console/sign-up/sent" => sign_up_code::send;
    Anyone Get "/console/sign-up/finish" => sign_up::show_finish;
    Anyone Post "/console/sign-up/finish" => sign_up::finish;

    Anyone Get "/console/new-email" => email_change::show_finish;
    Anyone Post "/console/new-email" => email_change::finish;

    Person Get "/console" => choose::show;
    Person Get "/console/go/keys" => choose::keys;
    Person Get "/console/go/credits" => choose::credits;
    Person Get "/console/confirm" => confirm::show;
    Person Post "/console/confirm" => confirm::send;
    Person Get "/console/me" => profile::show;
    Person Post "/console/me" => profile::send;
    Person Get "/console/me/security" => security::show;
    PersonConfirmed Get "/console/me/password" => security::password;
    PersonConfirmed Post "/console/me/password" => security::set_password;
    Person Post "/console/me/sessions" => security::end_sessions;

    PersonConfirmed Get "/console/me/email" => email_change::show;
    PersonConfirmed Post "/console/me/email" => email_change::send;
    PersonConfirmed Get "/console/me/second-factor" => second_factor::show;
    PersonConfirmed Post "/console/me/second-factor" => second_factor::switch_on;
    PersonConfirmed Post "/console/me/second-factor/off" => second_factor::switch_off;

    Member Get "/console/{account}" => overview::show;

    Member Get "/console/{account}/keys" => list::show;
    Member Post "/console/{account}/keys" => list::send;
    AdminConfirmed Get "/console/{account}/keys/new" => make::show;
    AdminConfirmed Post "/console/{account}/keys/new" => make::send;
    Member Get "/console/{account}/keys/which" => which::show;
    Member Post "/console/{account}/keys/which" => which::send;
    Member Get "/console/{account}/keys/{key}" => show::show;
    AdminConfirmed Get "/console/{account}/keys/{key}/edit" => edit::show;
    AdminConfirmed Post "/console/{account}/keys/{key}/edit" => edit::send;
    AdminConfirmed Get "/console/{account}/keys/{key}/rotate" => rotate::show;
    AdminConfirmed Post "/console/{account}/keys/{key}/rotate" => rotate::send;
    AdminConfirmed Get "/console/{account}/keys/{key}/end-overlap" => act::ask_end_overlap;
    AdminConfirmed Post "/console/{account}/keys/{key}/end-overlap" => act::end_overlap;
    AdminConfirmed Get "/console/{account}/keys/{key}/cancel-rotation" => act::ask_cancel_rotation;
    AdminConfirmed Post "/console/{account}/keys/{key}/cancel-rotation" => act::cancel_rotation;
    AdminConfirmed Get "/console/{account}/keys/{key}/disable" => act::ask_disable;
    AdminConfirmed Post "/console/{account}/keys/{key}/disable" => act::disable;
    AdminConfirmed Get "/console/{account}/keys/{key}/enable" => act::ask_enable;
    AdminConfirmed Post "/console/{account}/keys/{key}/enable" => act::enable;
    AdminConfirmed Get "/console/{account}/keys/{key}/revoke" => revoke::show;
    AdminConfirmed Post "/console/{account}/keys/{key}/revoke" => revoke::send;
    Member Get "/console/{account}/keys/{key}/revoked" => revoke::gateways;

    Member Get "/console/{account}/playground" => playground::show;
    Member Post "/console/{account}/playground" => playground::code;
    Member Post "/console/{account}/playground/key" => playground::key;

    Member Get "/console/{account}/usage" => usage::show;
    Member Get "/console/{account}/usage.csv" => usage::csv;
    Member Get "/console/{account}/ledger" => statement::show;
    Member Get "/console/{account}/ledger.csv" => statement::csv;
    Member Get "/console/{account}/ledger/calls/{call}" => receipt::show;
    Member Get "/console/{account}/credits" => credits::show;
    Member Get "/console/{account}/alerts" => alerts::show;
    Admin Get "/console/{account}/alerts/edit" => alerts::edit;
    Admin Post "/console/{account}/alerts/edit" => alerts::save;
    Admin Post "/console/{account}/alerts/test" => alerts::try_out;
    Member Get "/console/{account}/audit" => audit::show;
    Member Get "/console/{account}/audit.csv" => audit::csv;
    Member Get "/console/{account}/settings" => settings::show;
    AdminConfirmed Get "/console/{account}/settings/edit" => settings::edit;
    AdminConfirmed Post "/console/{account}/settings/edit" => settings::save;
    AdminConfirmed Get "/console/{account}/settings/close" => close::show;
    AdminConfirmed Post "/console/{account}/settings/close" => close::send;

    Member Get "/console/{account}/members" => members::list;
    AdminConfirmed Get "/console/{account}/members/new" => members::invite::show;
    AdminConfirmed Post "/console/{account}/members/new" => members::invite::send;
    AdminConfirmed Get "/console/{account}/members/{member}" => members::show;
    AdminConfirmed Post "/console/{account}/members/{member}" => members::change;
    AdminConfirmed Post "/console/{account}/members/{member}/invite" => members::invite::send_again;
    AdminConfirmed Get "/console/{account}/members/{member}/vouch" => vouch::show;
    AdminConfirmed Post "/console/{account}/members/{member}/vouch" => vouch::send;

    Member Get "/console/{account}/environments" => environments::list;
    AdminConfirmed Get "/console/{account}/environments/new" => environments::show_new;
    AdminConfirmed Post "/console/{account}/environments/new" => environments::create;
    AdminConfirmed Get "/console/{account}/environments/{environment}" => environments::show_limit;
    AdminConfirmed Post "/console/{account}/environments/{environment}" => environments::set_limit;
}

/// The routes for the gateway's router.
pub fn routes(console: &Arc<Console>) -> Vec<(&'static str, MethodRouter)> {
    method_routers(console, ROUTES).chain(missing::routes(console)).chain(redirects::routes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::request::table::page_at;

    #[test]
    fn a_path_leads_to_its_page_and_a_literal_goes_first() {
        let params = |path: &str| page_at(ROUTES, path).map(|(_, params)| params.len());
        for (path, count) in [
            ("/console/me", 0),
            ("/console/0190", 1),
            ("/console/0190/keys/new", 1),
            ("/console/0190/keys/0191", 2),
        ] {
            assert_eq!(params(path), Some(count), "{path}");
        }
        assert_eq!(params("/console/0190/keys/0191/x"), None);
    }
}
