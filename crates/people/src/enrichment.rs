//! The messages to and from an enrichment service. Its contract is docs/enrichment.md.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::directory_line::{DirectoryLine, FieldFault, LineFault, Problem};
use fluence_domain::person::PersonQuery;

/// The most people in an answer.
pub const MAX_PEOPLE: usize = 50;

/// A question: the names that the client sent, without data about the client.
#[derive(Serialize)]
struct Question<'a> {
    first_name: &'a str,
    last_name: &'a str,
    company: &'a str,
}

/// Returns the body of a question.
pub fn question(query: &PersonQuery) -> Vec<u8> {
    let PersonQuery { first_name, last_name, company } = query;
    serde_json::to_vec(&Question { first_name, last_name, company }).unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer<'a> {
    /// `null` means the same as an empty list.
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    people: Option<Vec<&'a RawValue>>,
}

/// What is wrong with an answer. The messages contain none of its data, because they are logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// Not the expected JSON object.
    #[error("did not answer with {{\"people\": [...]}}")]
    Malformed,
    #[error("answered with more than {MAX_PEOPLE} people")]
    TooMany,
    /// A person that is invalid as a line of a directory file.
    #[error("answered with an invalid person, number {number} of the list: {reason}")]
    Person {
        /// The person's position, counted from 1.
        number: usize,
        /// What is wrong, without the person's data.
        reason: String,
    },
}

/// Reads an answer. Every person is validated as strictly as a line of a directory file.
pub fn people(answer: &[u8]) -> Result<Vec<DirectoryLine>, AnswerFault> {
    let answer: Answer<'_> = serde_json::from_slice(answer).map_err(|_| AnswerFault::Malformed)?;
    let people = answer.people.unwrap_or_default();
    if people.len() > MAX_PEOPLE {
        return Err(AnswerFault::TooMany);
    }
    let read = |(index, raw): (usize, &RawValue)| {
        DirectoryLine::parse(raw.get().as_bytes())
            .map_err(|fault| AnswerFault::Person { number: index + 1, reason: without_their_data(&fault) })
    };
    people.into_iter().enumerate().map(read).collect()
}

/// Returns the message of a fault, without the names of fields that a directory file does not have.
fn without_their_data(fault: &LineFault) -> String {
    let LineFault::Fields(faults) = fault else { return fault.to_string() };
    let one = |fault: &FieldFault| match fault.problem {
        Problem::Unknown => "a field that a directory file does not have".to_owned(),
        _ => fault.to_string(),
    };
    faults.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn fault(answer: &serde_json::Value) -> AnswerFault {
        people(answer.to_string().as_bytes()).unwrap_err()
    }

    fn ana() -> serde_json::Value {
        json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra", "posts": [{"text": "oi"}]})
    }

    #[test]
    fn a_question_contains_only_the_names() {
        let query = PersonQuery { first_name: "Zoë".into(), last_name: "\"".into(), company: "X".into() };
        let sent: serde_json::Value = serde_json::from_slice(&question(&query)).unwrap();
        assert_eq!(sent, json!({"first_name": "Zoë", "last_name": "\"", "company": "X"}));
    }

    #[test]
    fn people_are_read_as_from_a_directory_file() {
        let read = people(json!({"people": [ana()]}).to_string().as_bytes()).unwrap();
        assert_eq!((read.len(), read[0].posts.len()), (1, 1));
        assert_eq!(people(br#"{"people": []}"#).unwrap(), []);
    }

    #[test]
    fn one_invalid_person_makes_the_answer_unusable_and_the_error_contains_no_data() {
        let mut nameless = ana();
        nameless["first_name"] = json!("");
        let mut more = ana();
        more["password"] = json!("x");
        let mut letterless = ana();
        letterless["last_name"] = json!("-");
        for faulty in [nameless, letterless, more, json!("Ana"), json!(null)] {
            let fault = fault(&json!({"people": [ana(), faulty]}));
            assert!(matches!(fault, AnswerFault::Person { number: 2, .. }), "{fault:?}");
            assert!(!fault.to_string().contains("Lemos"));
        }
    }

    #[test]
    fn null_means_no_person() {
        assert_eq!(people(br#"{"people": null}"#).unwrap(), []);
    }

    #[test]
    fn a_reason_names_the_field_but_no_data_of_the_service() {
        let mut faulty = ana();
        faulty["posts"] = json!([{"text": "oi", "published_at": "yesterday"}]);
        faulty["secret_of_the_service"] = json!(1);
        let reason = fault(&json!({"people": [faulty]})).to_string();
        assert_eq!(
            reason,
            "answered with an invalid person, number 1 of the list: posts[0].published_at: not a date such as 2026-01-31; \
             a field that a directory file does not have"
        );
    }

    #[test]
    fn anything_else_is_malformed() {
        for answer in
            [json!([]), json!({}), json!({"people": {}}), json!({"people": [], "x": 1}), json!(null)]
        {
            assert_eq!(fault(&answer), AnswerFault::Malformed, "{answer}");
        }
        assert_eq!(people(b"<html>").unwrap_err(), AnswerFault::Malformed);
        assert_eq!(people(b"{\"people\": [\"\xff\"]}").unwrap_err(), AnswerFault::Malformed);
        assert_eq!(fault(&json!({"people": vec![ana(); MAX_PEOPLE + 1]})), AnswerFault::TooMany);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = people(&bytes);
        }
    }
}
