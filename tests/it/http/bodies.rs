//! Golden files: the answer of every error code in every dialect and language.

use std::collections::HashSet;
use std::fmt::Write;

use fluence::domain::language::Language;
use fluence::domain::refusal::ErrorCode;
use fluence::http::dialect::Dialect;

use super::samples::{billing, context, refusals, sent_refusal};
use crate::support::answer::indented;

/// Every refusal as one dialect says it: status, the headers it calls for, the body to the letter.
async fn golden(dialect: Dialect, problem_json: bool, language: Language) -> String {
    let ctx = context(dialect, problem_json, language);
    let mut text = String::new();
    for refusal in refusals() {
        let code = refusal.code().as_str();
        let sent = sent_refusal(refusal, None, &ctx).await;
        write!(text, "{} {code}", sent.status).unwrap();
        for name in ["www-authenticate", "retry-after", "allow"] {
            if let Some(value) = sent.header(name) {
                write!(text, " | {name}: {value}").unwrap();
            }
        }
        writeln!(text, "\n{}\n", indented(&sent.body)).unwrap();
    }
    text
}

#[test]
fn there_is_a_sample_of_every_code() {
    let sampled: HashSet<_> = refusals().iter().map(|refusal| refusal.code()).collect();
    let missing: Vec<_> = ErrorCode::ALL.iter().filter(|code| !sampled.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn fluence_in_english() {
    insta::assert_snapshot!(golden(Dialect::Fluence, false, Language::En).await);
}

#[tokio::test]
async fn fluence_in_portuguese() {
    insta::assert_snapshot!(golden(Dialect::Fluence, false, Language::Pt).await);
}

#[tokio::test]
async fn fluenzr_in_english() {
    insta::assert_snapshot!(golden(Dialect::Fluenzr, false, Language::En).await);
}

#[tokio::test]
async fn fluenzr_in_portuguese() {
    insta::assert_snapshot!(golden(Dialect::Fluenzr, false, Language::Pt).await);
}

#[tokio::test]
async fn influtics_in_english() {
    insta::assert_snapshot!(golden(Dialect::Influtics, false, Language::En).await);
}

#[tokio::test]
async fn influtics_in_portuguese() {
    insta::assert_snapshot!(golden(Dialect::Influtics, false, Language::Pt).await);
}

#[tokio::test]
async fn problems_in_english() {
    insta::assert_snapshot!(golden(Dialect::Fluence, true, Language::En).await);
}

#[tokio::test]
async fn problems_in_portuguese() {
    insta::assert_snapshot!(golden(Dialect::Fluence, true, Language::Pt).await);
}

/// After authentication `billing_info` stands in every error body that the contract does not fix to
/// the letter.
#[tokio::test]
async fn every_error_after_authentication_has_billing_info() {
    for (dialect, problem_json) in [
        (Dialect::Fluence, false),
        (Dialect::Fluenzr, false),
        (Dialect::Influtics, false),
        (Dialect::Fluence, true),
    ] {
        let ctx = context(dialect, problem_json, Language::En);
        for refusal in refusals() {
            let code = refusal.code();
            let sent = sent_refusal(refusal, Some(billing()), &ctx).await;
            assert_eq!(sent.header("x-credits-used"), Some("0"));
            assert_eq!(sent.header("x-credits-remaining"), Some("998"));
            assert_eq!(sent.header("x-request-id"), Some("019a0000-0000-7000-8000-000000000001"));
            let is_fixed = code == ErrorCode::AccessDenied && dialect == Dialect::Fluence && !problem_json;
            let body = sent.json();
            assert_eq!(
                body["billing_info"]["creditos_restantes"].as_i64(),
                (!is_fixed).then_some(998),
                "{body}"
            );
            assert_eq!(body["request_id"].is_string(), !is_fixed, "{body}");
        }
    }
}
