//! `fluence directory`.

use serde_json::json;

use super::program::{Program, Ran};
use crate::support::scratch::Scratch;

fn import(program: &Program, lines: &str, more: &[&str]) -> Ran {
    let folder = Scratch::new();
    std::fs::create_dir(folder.path()).unwrap();
    let file = folder.path().join("people.jsonl");
    std::fs::write(&file, lines).unwrap();
    let words = ["directory", "import", file.to_str().unwrap()];
    program.run(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
}

const PERSON: &str = r#"{"first_name":"Ana","last_name":"Lemos","company":"Zyntra","external_id":"1"}"#;

#[tokio::test]
async fn a_file_is_imported_and_counted() {
    let program = Program::new().await;
    let report = import(&program, PERSON, &["--source", "crm", "--json"]).json();
    assert_eq!((&report["added"], &report["faulty"]), (&json!(1), &json!(0)));
    let stats = program.json(&["directory", "stats"]);
    assert_eq!(stats["people"], 1);
    assert_eq!(stats["sources"][0], json!({"source": "crm", "legal_basis": null, "people": 1}));
}

#[tokio::test]
async fn importing_the_same_file_again_adds_no_person() {
    let program = Program::new().await;
    assert_eq!(import(&program, PERSON, &[]).status, 0);
    let again = import(&program, PERSON, &["--json"]).json();
    assert_eq!((&again["added"], &again["unchanged"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn a_faulty_line_is_reported_and_the_others_are_imported() {
    let program = Program::new().await;
    let ran = import(
        &program,
        &format!("{{\"first_name\":\"A\u{9b}\",\"x\u{9b}y\":1}}\n{PERSON}\nnonsense\n"),
        &[],
    );
    assert_eq!(ran.status, 1);
    assert_eq!(ran.err, "fluence: 2 lines rejected; all other lines were imported\n");
    assert!(ran.out.contains("\nline 1: ") && ran.out.contains("\nline 3: "), "{}", ran.out);
    assert!(!ran.out.contains('\u{9b}'), "a terminal takes it for the start of a command");
    assert_eq!(program.json(&["directory", "stats"])["people"], 1);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let program = Program::new().await;
    let failed = program.run(&["directory", "import", "/no/such/file"]);
    assert!(failed.failure().starts_with("cannot open /no/such/file: "));
}

#[tokio::test]
async fn people_come_from_standard_input_too() {
    let program = Program::new().await;
    let ran = program.run_with(&["directory", "import", "-", "--json"], PERSON);
    assert_eq!(ran.json()["added"], 1);
}

#[tokio::test]
async fn the_people_of_one_source_are_counted_then_removed_and_it_is_written_down() {
    let program = Program::new().await;
    program.run(&["demo"]);
    import(&program, PERSON, &["--source", "crm"]);
    let dry = program.json(&["directory", "remove", "--source", "sample", "--dry-run"]);
    assert_eq!(dry, json!({"source": "sample", "people": 20, "removed": false}));
    assert_eq!(program.json(&["directory", "stats"])["people"], 21);
    let unasked = program.run(&["directory", "remove", "--source", "sample"]);
    assert!(unasked.failure().contains("--yes"), "{}", unasked.err);
    assert_eq!(program.json(&["directory", "stats"])["people"], 21);
    let done = program.json(&["directory", "remove", "--source", "sample", "--yes"]);
    assert_eq!(done, json!({"source": "sample", "people": 20, "removed": true}));
    assert_eq!(
        program.json(&["directory", "stats"])["sources"],
        json!([{"source": "crm", "legal_basis": null, "people": 1}])
    );
    let audit = program.json(&["audit", "--last", "1"])["entries"][0].clone();
    assert_eq!(
        (&audit["action"], &audit["subject_id"]),
        (&json!("directory.source_removed"), &json!("sample"))
    );
    assert_eq!((&audit["before"]["people"], &audit["after"]["people"]), (&json!(20), &json!(0)));
    let again = program.run(&["directory", "remove", "--source", "sample"]);
    assert!(again.failure().starts_with("the directory has no people of source sample"), "{}", again.err);
}

#[tokio::test]
async fn stats_warn_if_the_directory_is_empty_or_has_only_invented_people() {
    let program = Program::new().await;
    assert_eq!(program.json(&["directory", "stats"])["shortage"], "empty");
    program.run(&["demo"]);
    assert_eq!(program.json(&["directory", "stats"])["shortage"], "sample_only");
    let out = program.run(&["directory", "stats"]).out;
    assert!(out.contains("fluence directory remove --source sample"), "{out}");
    import(&program, PERSON, &[]);
    assert_eq!(program.json(&["directory", "stats"])["shortage"], json!(null));
}

#[tokio::test]
async fn a_line_whose_names_have_no_letter_is_refused_with_its_reason() {
    let program = Program::new().await;
    let letterless = r#"{"first_name":"...","last_name":"99","company":"!"}"#;
    let company_of_digits = r#"{"first_name":"Ana","last_name":"O","company":"99"}"#;
    let ran = import(&program, &format!("{letterless}\n{company_of_digits}\n"), &[]);
    assert_eq!(ran.status, 1);
    let reason =
        "line 1: first_name: needs a letter; last_name: needs a letter; company: needs a letter or a digit";
    assert!(ran.out.contains(reason), "{}", ran.out);
    assert_eq!(program.json(&["directory", "stats"])["people"], 1);
}
