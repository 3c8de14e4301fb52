//! What a receipt and its entries say in a sentence, in the language of their reader.

use std::borrow::Cow;

use super::{CallState, Payment};
use crate::domain::call_status::{CallStatus, reason};
use crate::domain::credits::Credits;
use crate::domain::language::Language;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::EntryKind;

/// How a call ended, if it has, and its statuses where its outcome does not determine them.
pub type End = (Option<Outcome>, Option<CallStatus>);

/// What a receipt says in a sentence.
pub fn of_receipt(state: CallState, end: End, payment: &Payment, language: Language) -> String {
    let reason = reason_of(end, language);
    let credits = |amount| credits(amount, language);
    match (language, state) {
        (Language::En, CallState::Held) => {
            format!("Pending: {} set aside while the call runs.", credits(payment.credits_held))
        }
        (Language::Pt, CallState::Held) => {
            format!("Pendente: reserva de {} durante a chamada.", credits(payment.credits_held))
        }
        (Language::En, CallState::Captured) => {
            format!("Charged {}: {reason}.", credits(payment.credits_captured))
        }
        (Language::Pt, CallState::Captured) => {
            format!("Cobrança de {}: {reason}.", credits(payment.credits_captured))
        }
        (Language::En, CallState::Released) if is_free(end) => {
            format!("Charged 0 credits: {reason}, and its price came to nothing.")
        }
        (Language::Pt, CallState::Released) if is_free(end) => {
            format!("Cobrança de 0 créditos: {reason}, e o preço resultou em zero.")
        }
        (Language::En, CallState::Released) => {
            format!("Refunded: {} given back, because {reason}.", credits(payment.credits_released))
        }
        (Language::Pt, CallState::Released) => {
            format!("Devolução de {}, porque {reason}.", credits(payment.credits_released))
        }
    }
}

/// What an entry of a call is, in a sentence. A hold sets aside the most that its call may cost.
pub fn of_entry(
    (kind, amount): (EntryKind, i64),
    state: CallState,
    end: End,
    language: Language,
) -> Option<String> {
    let (most, reason) = (credits(amount.saturating_neg(), language), reason_of(end, language));
    let (en, pt) = match (kind, state) {
        (EntryKind::Hold, CallState::Held) => (
            format!("Held while the call runs: {most} at most."),
            format!("Reserva durante a chamada: no máximo {most}."),
        ),
        (EntryKind::Hold, CallState::Captured) => (
            format!("Charged from the hold of {most}: {reason}."),
            format!("Cobrança pela reserva de {most}: {reason}."),
        ),
        (EntryKind::Hold, CallState::Released) => {
            ("Held until the call ended.".to_owned(), "Reserva até o fim da chamada.".to_owned())
        }
        (EntryKind::Release, CallState::Captured) => (
            "Unused part of the hold returned.".to_owned(),
            "Devolução da parte não usada da reserva.".to_owned(),
        ),
        (EntryKind::Release, CallState::Released) if is_free(end) => (
            format!("The whole hold returned: {reason}, and its price came to nothing."),
            format!("Devolução de toda a reserva: {reason}, e o preço resultou em zero."),
        ),
        (EntryKind::Release, _) => {
            (format!("Refunded, because {reason}."), format!("Devolução, porque {reason}."))
        }
        _ => return None,
    };
    Some(match language {
        Language::En => en,
        Language::Pt => pt,
    })
}

fn is_free((outcome, _): End) -> bool {
    outcome.is_some_and(Outcome::is_free_if_released)
}

fn reason_of((outcome, status): End, language: Language) -> Cow<'static, str> {
    let unknown = match language {
        Language::En => "its end is not known",
        Language::Pt => "não se sabe como a chamada terminou",
    };
    outcome.map_or(unknown.into(), |outcome| reason(outcome, status, language))
}

fn credits(amount: i64, language: Language) -> String {
    Credits::try_from(amount).unwrap_or_default().counted(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(held: i64, captured: i64, released: i64) -> Payment {
        Payment {
            credits_held: held,
            credits_captured: captured,
            credits_released: released,
            ..Payment::default()
        }
    }

    #[test]
    fn a_summary_says_what_was_charged_and_why() {
        let (not_found, too_little) = (Some(Outcome::ProfileNotFound), Some(Outcome::InsufficientData));
        for (state, outcome, payment, en, pt) in [
            (
                CallState::Held,
                None,
                paid(5, 0, 0),
                "Pending: 5 credits set aside while the call runs.",
                "Pendente: reserva de 5 créditos durante a chamada.",
            ),
            (
                CallState::Captured,
                not_found,
                paid(5, 2, 3),
                "Charged 2 credits: the search found no profile.",
                "Cobrança de 2 créditos: a busca não encontrou nenhum perfil.",
            ),
            (
                CallState::Released,
                too_little,
                paid(1, 0, 1),
                "Refunded: 1 credit given back, because there was too little text to analyse.",
                "Devolução de 1 crédito, porque havia pouco texto para analisar.",
            ),
        ] {
            assert_eq!(of_receipt(state, (outcome, None), &payment, Language::En), en);
            assert_eq!(of_receipt(state, (outcome, None), &payment, Language::Pt), pt);
        }
    }

    #[test]
    fn an_entry_says_what_it_is() {
        let said = |kind, amount, state, outcome| {
            Language::ALL.map(|language| of_entry((kind, amount), state, (outcome, None), language))
        };
        let (hold, release) = (EntryKind::Hold, EntryKind::Release);
        let (answered, failed) = (Some(Outcome::Answered), Some(Outcome::Failed));
        for (shown, en, pt) in [
            (
                said(hold, -20, CallState::Held, None),
                "Held while the call runs: 20 credits at most.",
                "Reserva durante a chamada: no máximo 20 créditos.",
            ),
            (
                said(hold, -20, CallState::Captured, answered),
                "Charged from the hold of 20 credits: the call was answered.",
                "Cobrança pela reserva de 20 créditos: a chamada foi respondida.",
            ),
            (
                said(release, 16, CallState::Captured, answered),
                "Unused part of the hold returned.",
                "Devolução da parte não usada da reserva.",
            ),
            (
                said(hold, -1, CallState::Released, failed),
                "Held until the call ended.",
                "Reserva até o fim da chamada.",
            ),
            (
                said(release, 1, CallState::Released, failed),
                "Refunded, because the call failed.",
                "Devolução, porque a chamada falhou.",
            ),
        ] {
            assert_eq!(shown, [Some(en.to_owned()), Some(pt.to_owned())]);
        }
        assert_eq!(said(EntryKind::Grant, 5, CallState::Held, None), [None, None]);
    }
}
