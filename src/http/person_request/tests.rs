//! Requests about people, sound and faulty.

use super::*;
use crate::domain::refusal::{Fault, FieldFault};
use crate::http::json_body::parse_fields;
use proptest::prelude::*;

fn parse(text: &str, takes: PersonFields) -> Result<PersonRequest, Refusal> {
    PersonRequest::parse(parse_fields(text.as_bytes())?, takes)
}

fn faults(text: &str, takes: PersonFields) -> Vec<(String, Fault)> {
    match parse(text, takes) {
        Err(Refusal::ValidationFailed(faults)) => {
            faults.into_iter().map(|FieldFault { field, fault }| (field, fault)).collect()
        }
        other => panic!("{text}: {other:?}"),
    }
}

/// The one fault of a first name, the rest being right.
fn first_name_fault(first_name: &str) -> Fault {
    let json = serde_json::json!({"first_name": first_name, "last_name": "b", "company": "c"});
    match faults(&json.to_string(), PersonFields::ANALYZE).as_slice() {
        [(field, fault)] if field == "first_name" => *fault,
        other => panic!("{other:?}"),
    }
}

fn first_name(first_name: &str) -> String {
    let json = serde_json::json!({"first_name": first_name, "last_name": "b", "company": "c"});
    parse(&json.to_string(), PersonFields::ANALYZE).unwrap().query.first_name
}

const ANA: &str = r#""first_name": "Ana", "ultimo_nome": " Souza ", "empresa": "Padaria do Zé""#;

#[test]
fn either_spelling_is_taken_and_names_are_trimmed() {
    for takes in [PersonFields::CRM, PersonFields::ANALYZE, PersonFields::COMPREHENSIVE] {
        let request = parse(&format!("{{{ANA}}}"), takes).unwrap();
        let query = PersonQuery {
            first_name: "Ana".to_owned(),
            last_name: "Souza".to_owned(),
            company: "Padaria do Zé".to_owned(),
        };
        let detail = Detail::Standard;
        let expected = PersonRequest { query, texts: None, depth: None, detail, allow_mock_data: false };
        assert_eq!(request, expected);
    }
}

#[test]
fn each_route_takes_its_own_options_only() {
    let all = format!(r#"{{{ANA}, "language": "pt", "tier": "premium", "allow_mock_data": true}}"#);
    let request = parse(&all, PersonFields::COMPREHENSIVE).unwrap();
    assert_eq!(
        (request.texts, request.depth, request.allow_mock_data),
        (Some(Language::Pt), Some(Depth::Premium), true)
    );
    let unknown =
        |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Fault::Unknown)).collect::<Vec<_>>();
    assert_eq!(faults(&all, PersonFields::ANALYZE), unknown(&["tier", "allow_mock_data"]));
    assert_eq!(faults(&all, PersonFields::CRM), unknown(&["language", "tier", "allow_mock_data"]));
}

#[test]
fn every_route_takes_a_detail() {
    for takes in [PersonFields::CRM, PersonFields::ANALYZE, PersonFields::COMPREHENSIVE] {
        for (word, detail) in
            [("brief", Detail::Brief), ("standard", Detail::Standard), ("full", Detail::Full)]
        {
            let text = format!(r#"{{{ANA}, "detail": "{word}"}}"#);
            assert_eq!(parse(&text, takes).unwrap().detail, detail);
        }
        let wrong = Fault::NotOneOf(&["brief", "standard", "full"]);
        let text = format!(r#"{{{ANA}, "detail": "long"}}"#);
        assert_eq!(faults(&text, takes), [("detail".to_owned(), wrong)]);
    }
}

#[test]
fn missing_names_are_reported_in_the_route_s_own_spelling() {
    let missing = |names: [&str; 3]| names.map(|name| (name.to_owned(), Fault::Missing)).to_vec();
    assert_eq!(faults("{}", PersonFields::CRM), missing(["primeiro_nome", "ultimo_nome", "empresa"]));
    assert_eq!(faults("{}", PersonFields::ANALYZE), missing(["first_name", "last_name", "company"]));
}

#[test]
fn both_spellings_must_agree_after_trimming_and_normalising() {
    let same = format!("{{{ANA}, \"company\": \"Padaria do Ze\u{301} \"}}");
    assert!(parse(&same, PersonFields::CRM).is_ok());
    let other = format!("{{{ANA}, \"company\": \"Padaria do Rui\"}}");
    assert_eq!(faults(&other, PersonFields::CRM), [("company".to_owned(), Fault::Contradicts)]);
    assert_eq!(faults(&other, PersonFields::ANALYZE), [("empresa".to_owned(), Fault::Contradicts)]);
}

#[test]
fn d05_unknown_fields_are_named_with_every_other_fault() {
    let text = r#"{"first_name": 7, "last_name": "", "role": "admin", "balance": 1, "language": "fr"}"#;
    let expected = [
        ("first_name", Fault::NotText),
        ("last_name", Fault::Empty),
        ("company", Fault::Missing),
        ("language", Fault::NotOneOf(&["en", "pt"])),
        ("role", Fault::Unknown),
        ("balance", Fault::Unknown),
    ];
    assert_eq!(faults(text, PersonFields::ANALYZE), expected.map(|(name, fault)| (name.to_owned(), fault)));
}

#[test]
fn length_counts_characters_after_normalising() {
    assert_eq!(first_name(&"é".repeat(100)).chars().count(), 100);
    assert_eq!(first_name(&"e\u{301}".repeat(100)), "é".repeat(100));
    assert_eq!(first_name(&"王".repeat(100)).chars().count(), 100);
    assert_eq!(first_name_fault(&"é".repeat(101)), Fault::TooLong { max_chars: 100 });
    assert_eq!(first_name_fault(&"x".repeat(50_000)), Fault::TooLong { max_chars: 100 });
}

#[test]
fn d11_control_characters_are_refused_and_scripts_are_not() {
    for bad in [
        "A\u{0}na",
        "A\nna",
        "A\u{7f}",
        "A\u{9f}b",
        "\u{202E}anA",
        "A\u{2066}b",
        "A\u{200F}",
        "A\u{2028}b",
        "\u{0}",
    ] {
        assert_eq!(first_name_fault(bad), Fault::ControlCharacter, "{bad:?}");
    }
    for empty in ["", "   ", "\u{a0}", "\u{200B}", "\t\n"] {
        assert_eq!(first_name_fault(empty), Fault::Empty, "{empty:?}");
    }
    for good in ["محمد", "می\u{200C}خواهم", "शर्मा", "王伟", "O'Brien", "Jean-Luc", "Nguyễn", "王"]
    {
        assert_eq!(first_name(good), good);
    }
    assert_eq!(first_name(" Ana\n"), "Ana");
}

#[test]
fn names_without_a_letter_are_named_all_at_once() {
    let text = r#"{"first_name": "...", "last_name": "🙂", "empresa": "!!!"}"#;
    let expected = [
        ("first_name", Fault::NoLetter),
        ("last_name", Fault::NoLetter),
        ("empresa", Fault::NoLetterOrDigit),
    ];
    let expected = expected.map(|(name, fault)| (name.to_owned(), fault));
    for takes in [PersonFields::CRM, PersonFields::ANALYZE, PersonFields::COMPREHENSIVE] {
        assert_eq!(faults(text, takes), expected);
    }
    assert!(parse(r#"{"first_name": "王", "last_name": "O", "company": "99"}"#, PersonFields::CRM).is_ok());
    assert_eq!(first_name_fault("99"), Fault::NoLetter);
}

#[test]
fn profile_urls_are_refused_in_any_field() {
    for (field, text) in [
        ("first_name", r#"{"first_name": "https://www.linkedin.com/in/ana"}"#),
        ("company", r#"{"company": "see linkedin.com/in/ana"}"#),
        ("empresa", r#"{"empresa": "WWW.EXAMPLE.COM"}"#),
        ("notes", r#"{"notes": ["x", {"deep": "http://a.b"}]}"#),
        ("linkedin_url", r#"{"linkedin_url": null, "first_name": "Ana"}"#),
        ("profileUrl", r#"{"profileUrl": "ana"}"#),
        ("LinkedIn", r#"{"LinkedIn": "ana"}"#),
        ("link", r#"{"link": "ana"}"#),
        ("url", r#"{"url": 1}"#),
    ] {
        let expected = Err(Refusal::ProfileUrlNotAccepted { field: field.to_owned() });
        assert_eq!(parse(text, PersonFields::CRM), expected, "{text}");
    }
}

#[test]
fn companies_named_like_a_domain_are_no_urls() {
    for company in
        ["Booking.com", "Amazon.com.br", "Novo Nordisk A/S", "S.A./N.V.", "Acme Inc./Ltd.", "AC/DC", "24/7"]
    {
        let json = serde_json::json!({"first_name": "a", "last_name": "b", "company": company});
        assert!(parse(&json.to_string(), PersonFields::ANALYZE).is_ok(), "{company}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(fields) = parse_fields(&bytes) {
            let _ = PersonRequest::parse(fields, PersonFields::COMPREHENSIVE);
        }
    }

    #[test]
    fn an_accepted_name_is_clean(first in any::<String>(), last in "\\PC{0,120}", company in any::<String>()) {
        let json = serde_json::json!({"first_name": first, "last_name": last, "company": company});
        if let Ok(request) = parse(&json.to_string(), PersonFields::ANALYZE) {
            let PersonQuery { first_name, last_name, company } = request.query;
            for name in [first_name, last_name, company] {
                prop_assert!((1..=MAX_NAME_CHARS).contains(&name.chars().count()));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert_eq!(name.trim(), name.as_str());
            }
        }
    }
}
