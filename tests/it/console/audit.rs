//! The audit log as people read it: what a change did, in their own words.

use std::collections::BTreeSet;

use fluence::domain::audit::{Action, Actor, Change, Subject};
use fluence::domain::ids::AccountId;
use fluence::domain::key::terms::KeyTerms;
use fluence::domain::key::{KeyState, Mode, Scope};
use fluence::domain::member::Role;
use fluence::identity::operator::OperatorRole;
use fluence::storage::audit::append;
use reqwest::Method;
use serde_json::{Value, json};

use super::operator::operator;
use crate::support::gateway::Gateway;
use crate::support::visitor::Page;

/// What each act writes down before and after, with every field that it can have.
fn written(action: Action) -> (Option<Value>, Option<Value>) {
    let terms = || json!(KeyTerms::unlimited("backend", &Scope::ALL));
    let at = "2026-11-28T22:34:00Z";
    let (before, after) = match action {
        Action::AccountCreated => {
            (json!(null), json!({"name": "Acme", "edition": "2025-01", "plan": "start"}))
        }
        Action::AccountSuspended | Action::AccountResumed => {
            (json!({"state": "active"}), json!({"state": "suspended"}))
        }
        Action::AccountMoved | Action::PlanMoveBegun => (
            json!({"edition": "2025-01", "plan": "start"}),
            json!({"edition": "2026-01", "plan": "growth", "accounts": 3}),
        ),
        Action::AccountChanged => {
            (json!({"name": "a", "email": "a@x.test"}), json!({"name": "b", "email": "b@x.test"}))
        }
        Action::AlertsChanged => (
            json!({"low_credits": true, "threshold": 100, "no_credits": true, "requests": true, "key_ends": true,
                "key_unused": true}),
            json!({"low_credits": false, "threshold": null, "no_credits": false, "requests": false,
                "key_ends": false, "key_unused": false}),
        ),
        Action::AccountClosed => (json!(null), json!({"keys_revoked": 2})),
        Action::EnvironmentCreated => (json!(null), json!({"name": "staging", "mode": Mode::Test})),
        Action::EnvironmentChanged => (json!({"key_cap": null}), json!({"key_cap": 3})),
        Action::KeyCreated | Action::KeyImported => {
            let mut made = terms();
            made["environment"] = json!("default");
            made["format"] = json!("prefixed");
            (json!(null), made)
        }
        Action::KeyChanged => (
            terms(),
            json!({"name": "b", "scopes": ["read"], "regions": ["eu"], "allowed_networks": ["10.0.0.0/8"],
                "expires_at": at, "daily_cap": 1, "monthly_cap": 2}),
        ),
        Action::KeyDisabled | Action::KeyEnabled | Action::KeyRevoked => {
            (json!({"state": KeyState::Active}), json!({"state": KeyState::Revoked}))
        }
        Action::KeyExposed => (
            json!({"state": "active"}),
            json!({"state": "revoked", "action": "revoked", "source": "report", "url": "https://gist.example/1",
                "secret_version": 1}),
        ),
        Action::KeyOnLeakChanged => (json!({"on_leak": null}), json!({"on_leak": "notify"})),
        Action::KeyRotated => (json!({"version": 1}), json!({"version": 2, "old_ends_at": null})),
        Action::KeyRotationCancelled => (json!({"version": 2}), json!({"version": 1})),
        Action::KeyOverlapEnded => {
            (json!({"version": 1, "ends_at": at}), json!({"version": 1, "ends_at": "2026-11-27T10:00:00Z"}))
        }
        Action::MemberAdded => (json!(null), json!({"role": Role::Admin})),
        Action::MemberChanged => {
            (json!({"role": "admin", "state": "active"}), json!({"role": "member", "state": "disabled"}))
        }
        Action::MemberAccepted | Action::MemberInvitedAgain => {
            (json!({"state": "invited"}), json!({"state": "active"}))
        }
        Action::MemberVouched | Action::MemberFactorReset => {
            (json!(null), json!({"second_factor_ends_at": at}))
        }
        Action::CreditsGranted => (
            json!(null),
            json!({"credits": 5, "source": "grant", "reference": null, "note": "n", "expires_at": at, "balance": 9}),
        ),
        Action::CreditsTaken => (json!(null), json!({"credits": 5, "note": "n", "balance": 9})),
        Action::DirectorySourceRemoved => (json!({"people": 9}), json!({"people": 0})),
        Action::CatalogueApplied | Action::RoutesApplied => (json!({"number": 0}), json!({"number": 1})),
        Action::PepperRetired => (json!(null), json!({"digests_forgotten": 4})),
        Action::OperatorAdded => (json!(null), json!({"name": "Olga", "role": OperatorRole::Viewer})),
        Action::OperatorRemoved => (json!({"name": "Olga"}), json!(null)),
        Action::OperatorChanged => (json!({"role": "viewer"}), json!({"role": "support"})),
        Action::PepperAdded
        | Action::OperatorReset
        | Action::OperatorLinked
        | Action::OperatorLoggedIn
        | Action::EmailRetried
        | Action::PlanMoveStopped => (json!(null), json!(null)),
    };
    (Some(before).filter(|value| !value.is_null()), Some(after).filter(|value| !value.is_null()))
}

async fn write(
    gateway: &Gateway,
    account: AccountId,
    before: Option<Value>,
    after: Option<Value>,
    action: Action,
) {
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let subject = Subject::Account(account);
    let change = Change { account_id: Some(account), action, subject, before, after };
    append(&mut connection, &Actor::system("test"), &change).await.unwrap();
}

/// The texts of a kind of element.
fn texts<'p>(page: &'p Page, tag: &str) -> BTreeSet<&'p str> {
    let open = format!("<{tag}>");
    page.body.split(&open).skip(1).map(|rest| rest.split('<').next().unwrap()).collect()
}

#[tokio::test]
async fn every_field_of_every_act_has_a_name_in_both_languages() {
    let gateway = super::operator::start().await;
    let account = gateway.professional().await.account;
    let mut fields = BTreeSet::new();
    for action in Action::ALL {
        let (before, after) = written(action);
        for side in [&before, &after].into_iter().flatten() {
            fields.extend(side.as_object().unwrap().keys().cloned());
        }
        write(&gateway, account, before, after, action).await;
    }
    let mut owner = gateway.admin(account).await;
    let mut operator = operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    // English has words that are also names of fields; no name with an underscore is a word.
    let is_raw = |name: &&str| name.contains('_') || fields.contains(*name);
    for language in ["en", "pt"] {
        for (visitor, path) in
            [(&mut owner, format!("/console/{account}/audit")), (&mut operator, "/operator/audit".to_owned())]
        {
            visitor.language = language;
            let page = visitor.get(&path).await;
            let names = texts(&page, "dt");
            assert!(names.len() > 20, "{names:?}");
            let raw: Vec<_> = names.into_iter().filter(is_raw).collect();
            assert!(raw.is_empty(), "{language} {path}: {raw:?}");
            for word in ["secret_ended", "null", "true", "false", "revoked", "viewer", "notify"] {
                let shown = texts(&page, "ins");
                assert!(language == "en" || !shown.contains(word), "{path}: {word}");
            }
        }
    }
}

#[tokio::test]
async fn a_leak_and_the_end_of_an_old_secret_read_as_what_they_did() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, manager) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let (rotated, _) = gateway.key(customer.account, |_| {}).await;
    let rotate = json!({"overlap_seconds": 86_400});
    let path = format!("/v1/keys/{rotated}");
    assert_eq!(gateway.post(&format!("{path}/rotate"), &manager, &rotate).await.status, 200);
    assert_eq!(gateway.post(&format!("{path}/end-overlap"), &manager, &json!({})).await.status, 200);
    let report = json!({"token": customer.key, "url": "https://gist.example/1"});
    let reported = gateway.request(Method::POST, "/leaks/report").json(&report).send().await.unwrap();
    assert!(reported.status().is_success(), "{reported:?}");
    let mut owner = gateway.admin(customer.account).await;
    let log = owner.get(&format!("/console/{}/audit", customer.account)).await;
    for part in ["<del>active</del> → <ins>revoked</ins>", "<dt>The report</dt>", "<dt>Found at</dt>"] {
        assert!(log.has(part), "{part}: {}", log.body);
    }
    for wrong in ["→ <ins>none</ins>", "→ <ins>never</ins>", "<del>none</del>"] {
        assert!(!log.has(wrong), "{wrong}: {}", log.body);
    }
}

#[tokio::test]
async fn a_fact_that_only_ended_is_struck_out_and_leads_to_nothing() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let before = json!({"version": 1, "ends_at": "2026-11-28T22:34:00Z"});
    write(&gateway, account, Some(before), None, Action::KeyOverlapEnded).await;
    let log = gateway.admin(account).await.get(&format!("/console/{account}/audit")).await;
    assert!(log.has("<dt>Version of the secret</dt><dd><del>1</del></dd>"), "{}", log.body);
    assert!(log.has("<del>28 Nov 2026, 22:34 UTC</del></dd>"), "{}", log.body);
}
