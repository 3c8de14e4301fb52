//! Names and texts of the errors.

use std::collections::HashSet;

use super::*;

fn limited(limit: Limit) -> Refusal {
    Refusal::Limited(LimitHit { limit, size: 1, retry_after_s: 1 })
}

#[test]
fn every_code_has_its_own_name_and_titles() {
    let names_of: [fn(ErrorCode) -> &'static str; 3] =
        [ErrorCode::as_str, |code| code.title(Language::En), |code| code.title(Language::Pt)];
    for name_of in names_of {
        let names: HashSet<_> = ErrorCode::ALL.iter().map(|code| name_of(*code)).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }
}

#[test]
fn texts_are_sentences_and_use_the_words_of_clients() {
    // Fixed by the contract.
    let is_fixed = |text: &str| text == "Invalid API key provided" || text.ends_with(" plan");
    for text in ErrorCode::ALL.iter().flat_map(|code| code.templates()).flat_map(|template| {
        let Template { message: [en, pt], action: [en_action, pt_action] } = template;
        [en, pt, en_action, pt_action]
    }) {
        let is_ended = text.ends_with(['.', '}']) && !text.ends_with("..");
        assert!(is_ended || is_fixed(text), "{text}");
        for word in ["console", "told", "nobody", "anew", "is none", "stands"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

#[test]
fn one_of_a_thing_is_in_the_singular() {
    let several = Refusal::MultipleMatches { total: 1, candidates: Vec::new() };
    let contacts = Refusal::SeveralContacts { total: 1, candidates: Vec::new() };
    let refusals =
        [limited(Limit::Rate), limited(Limit::Concurrency), limited(Limit::Quota), several, contacts];
    for refusal in refusals.into_iter().chain([
        Refusal::BodyTooLarge { limit_bytes: 1 },
        Refusal::RequestTimeout { timeout_s: 1 },
        Refusal::ContactLimitReached { limit: ContactLimit::Contacts(1) },
        Refusal::InsufficientCredits {
            needed: Credits::from_u32(1),
            available: Credits::from_u32(1),
            locked: None,
        },
        Refusal::InsufficientData { words: 1, words_needed: 1, unsupported_language: false },
    ]) {
        for text in Language::ALL.map(|language| refusal.message(language)) {
            let mut behind = text.split("1 ").skip(1).peekable();
            assert!(behind.peek().is_some(), "{text}");
            for noun in behind.filter_map(|rest| rest.split([' ', '.']).next()) {
                assert!(!noun.ends_with('s') && noun != "people", "{text}");
            }
        }
    }
    assert_eq!(
        limited(Limit::Quota).message(Language::En),
        "The plan's quota of 1 request for this billing period is used up. A running call counts; its request comes back if it ends without a charge. A credit pack pays for more."
    );
}

#[test]
fn a_code_to_retry_after_a_wait_is_a_refusal_with_a_wait() {
    for limit in [Limit::Rate, Limit::Concurrency, Limit::Quota, Limit::FailedAttempts] {
        let refusal = limited(limit);
        assert_eq!((refusal.code().retry(), refusal.wait().is_some()), (Retry::AfterWait, true));
    }
    for code in ErrorCode::ALL.iter().filter(|code| code.retry() == Retry::AfterPause) {
        assert!(code.status() >= 500 || *code == ErrorCode::RequestTimeout, "{code:?}");
    }
}
