//! Entries of the audit log as sentences.

use maud::{Markup, html};
use serde_json::Value;

use super::words::Words;
use crate::domain::audit::Action;
use crate::domain::language::Language;
use crate::storage::console::history::HistoryLine;

/// Who did what to what.
pub(super) fn sentence(words: Words, line: &HistoryLine) -> Markup {
    let who = line.actor_name.as_deref();
    let actor = match line.actor.as_str() {
        "operator" => html! { (words.by_operator()) },
        "system" => html! { (words.by_system()) },
        "key" => html! { (words.by_key()) " " b { (who.unwrap_or_default()) } },
        _ => html! { (who.unwrap_or(words.by_somebody())) },
    };
    // Who accepts is who the line begins with.
    let is_own = line.action == Action::MemberAccepted.as_str();
    let subject = line.subject_name.as_deref().filter(|_| !is_own).unwrap_or_default();
    let did = match (Action::from_name(&line.action), credits(line)) {
        (Some(Action::CreditsGranted), Some(credits)) => words.granted(credits),
        (Some(Action::CreditsTaken), Some(credits)) => words.took_back(credits),
        _ => verb_of(words, &line.action).to_owned(),
    };
    html! {
        (actor) " " (did)
        @if !subject.is_empty() && who != Some(subject) { " " b { (subject) } }
        @if let Some(reason) = &line.reason { ": " (reason) }
    }
}

/// The credits of a grant or a correction.
fn credits(line: &HistoryLine) -> Option<i64> {
    line.after.as_ref()?.get("credits").and_then(Value::as_i64)
}

/// What was done, by the name of the act.
pub(super) fn verb_of(words: Words, action: &str) -> &str {
    Action::from_name(action).map_or(action, |action| verb(words, action))
}

/// What was done, behind the name of who did it.
const fn verb(words: Words, action: Action) -> &'static str {
    let (en, pt) = match action {
        Action::AccountCreated => ("created the account", "criou a conta"),
        Action::AccountSuspended => ("suspended the account", "suspendeu a conta"),
        Action::AccountResumed => ("resumed the account", "reativou a conta"),
        Action::AccountMoved => ("moved the account to another plan", "mudou o plano da conta"),
        Action::AccountChanged => {
            ("changed the account's name or address", "alterou o nome ou o endereço da conta")
        }
        Action::AlertsChanged => ("chose other alerts", "escolheu outros alertas"),
        Action::AccountClosed => ("closed the account", "encerrou a conta"),
        Action::EnvironmentCreated => ("created the environment", "criou o ambiente"),
        Action::EnvironmentChanged => ("changed the environment", "alterou o ambiente"),
        Action::KeyCreated => ("created the key", "criou a chave"),
        Action::KeyImported => ("imported the key", "importou a chave"),
        Action::KeyChanged => ("changed the key", "alterou a chave"),
        Action::KeyDisabled => ("disabled the key", "desativou a chave"),
        Action::KeyEnabled => ("enabled the key", "ativou a chave"),
        Action::KeyRevoked => ("revoked the key", "revogou a chave"),
        Action::KeyOnLeakChanged => (
            "changed what a report of a leak does to the key",
            "alterou o que uma denúncia de vazamento faz com a chave",
        ),
        Action::KeyExposed => ("reported a leak of the key", "denunciou o vazamento da chave"),
        Action::KeyRotated => ("replaced the secret of", "trocou o segredo de"),
        Action::KeyRotationCancelled => ("took the new secret back of", "desfez a troca do segredo de"),
        Action::KeyOverlapEnded => ("ended the old secret of", "encerrou o segredo antigo de"),
        Action::MemberAdded => ("invited", "convidou"),
        Action::MemberChanged => ("changed the role or state of", "alterou a função ou o acesso de"),
        Action::MemberAccepted => ("joined the account", "entrou na conta"),
        Action::MemberInvitedAgain => ("invited again", "convidou de novo"),
        Action::MemberVouched => ("vouched for", "confirmou a identidade de"),
        Action::MemberFactorReset => {
            ("began to end the second factor of", "iniciou o fim do segundo fator de")
        }
        Action::CreditsGranted => ("granted credits", "concedeu créditos"),
        Action::CreditsTaken => ("took credits back", "retirou créditos"),
        Action::DirectorySourceRemoved => ("removed a source of people", "removeu uma fonte de pessoas"),
        Action::CatalogueApplied => ("put other plans in force", "pôs outros planos em vigor"),
        Action::RoutesApplied => ("put other routes in force", "pôs outras rotas em vigor"),
        Action::PepperAdded => ("began to use a new pepper", "passou a usar um novo pepper"),
        Action::PepperRetired => ("retired a pepper", "aposentou um pepper"),
        Action::OperatorAdded => ("added an operator", "adicionou um operador"),
        Action::OperatorRemoved => ("removed an operator", "removeu um operador"),
        Action::OperatorChanged => ("changed the role of an operator", "alterou a função de um operador"),
        Action::OperatorReset => {
            ("reset an operator’s second factor", "redefiniu o segundo fator de um operador")
        }
        Action::OperatorLinked => {
            ("made a log-in link for an operator", "criou um link de acesso para um operador")
        }
        Action::OperatorLoggedIn => ("logged in", "entrou no console"),
        Action::EmailRetried => ("sent an e-mail again", "reenviou um e-mail"),
        Action::PlanMoveBegun => {
            ("began to move all accounts of a plan", "começou a mudar todas as contas de um plano")
        }
        Action::PlanMoveStopped => {
            ("stopped moving the accounts of a plan", "interrompeu a mudança das contas de um plano")
        }
    };
    match words.0 {
        Language::En => en,
        Language::Pt => pt,
    }
}
