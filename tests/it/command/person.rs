//! `fluence person`.

use serde_json::{Value, json};

use super::program::{Program, names};
use crate::support::scratch::Scratch;

/// More than these tests save.
const LIMITS: fluence::domain::contact::ContactLimits =
    fluence::domain::contact::ContactLimits { contacts: 10, bytes: 1 << 20 };

const ANA: [&str; 6] = ["--first-name", "ANA", "--last-name", "Lemos", "--company", "Zyntra Ltda"];

/// A database whose directory knows Ana and Rui.
async fn world() -> Program {
    let program = Program::new().await;
    let line = |name: &str, id: &str| {
        json!({"first_name": name, "last_name": "Lemos", "company": "Zyntra", "external_id": id, "source": "crm",
               "email": "a@b.example", "posts": [{"text": "Bom dia"}]})
    };
    import(&program, &[line("Ana", "1"), line("Rui", "2")]);
    program
}

fn import(program: &Program, people: &[Value]) -> Value {
    let folder = Scratch::new();
    std::fs::create_dir(folder.path()).unwrap();
    let file = folder.path().join("people.jsonl");
    std::fs::write(&file, people.iter().map(|person| format!("{person}\n")).collect::<String>()).unwrap();
    program.json(&["directory", "import", file.to_str().unwrap()])
}

/// Saves Ana as a live contact of an account.
async fn keep_ana(program: &Program, account: &str) {
    use fluence::domain::contact::{ContactContent, ContactOwner};
    use fluence::domain::ids::ContactId;
    use fluence::domain::key::Mode;
    let content = ContactContent {
        first_name: "Ana".into(),
        last_name: "Lemos".into(),
        company: "Zyntra".into(),
        title: None,
        email: Some("ana@example.com".into()),
        bio: None,
        posts: Vec::new(),
    };
    let owner = ContactOwner { account: account.parse().unwrap(), mode: Mode::Live };
    let id = ContactId::from_uuid(fluence::clock::new_id());
    let mut connection = program.database.pool().acquire().await.unwrap();
    fluence::storage::contacts::create(&mut connection, owner, id, content, LIMITS).await.unwrap();
}

fn person<'a>(verb: &'a str, who: &[&'a str]) -> Vec<&'a str> {
    let consent: &[&str] = if verb == "export" { &[] } else { &["--yes"] };
    ["person", verb].into_iter().chain(who.iter().copied()).chain(consent.iter().copied()).collect()
}

fn people(program: &Program) -> Value {
    program.json(&["directory", "stats"])["people"].clone()
}

#[tokio::test]
async fn an_export_holds_all_that_is_held() {
    let program = world().await;
    let exported = program.json(&person("export", &ANA));
    let [record] = exported["records"].as_array().unwrap().as_slice() else { panic!("{exported}") };
    assert_eq!((&record["email"], &record["posts"][0]["text"]), (&json!("a@b.example"), &json!("Bom dia")));
    let by_id = program.json(&person("export", &["--external-id", "1", "--source", "crm"]));
    assert_eq!(by_id, exported);
    let id = record["id"].as_str().unwrap();
    assert_eq!(program.json(&person("export", &["--id", id])), exported);
    let shown = program.run(&person("export", &ANA));
    assert!(shown.status == 0 && shown.out.contains("a@b.example"), "{}", shown.out);
}

#[tokio::test]
async fn an_erasure_reports_only_the_number_of_records() {
    let program = world().await;
    let done = program.json(&person("erase", &ANA));
    assert_eq!(
        (&done["action"], &done["records"], &done["contacts"]),
        (&json!("erase"), &json!(1), &json!(0))
    );
    assert_eq!(names(&done), ["action", "at", "contacts", "kept_by", "records"]);
    assert!(!done.to_string().contains("Ana"));
    assert_eq!(people(&program), 1);
    assert_eq!(program.json(&person("erase", &ANA))["records"], 0, "and again, for nothing");
}

#[tokio::test]
async fn without_consent_nothing_is_deleted_and_a_dry_run_says_what_would_be() {
    let program = world().await;
    let account = program.account("2025-01", "professional");
    keep_ana(&program, &account).await;
    for (verb, action) in [("erase", "erase"), ("opt-out", "opt_out")] {
        let words: Vec<&str> = ["person", verb].into_iter().chain(ANA).collect();
        let unasked = program.run(&words);
        assert!(unasked.failure().contains("repeat the command with --yes"), "{}", unasked.err);
        let words: Vec<&str> = words.into_iter().chain(["--dry-run"]).collect();
        let expected = json!({
            "action": action, "dry_run": true, "records": 1, "contacts": 0,
            "kept_by": [{"account_id": account, "contacts": 1}]
        });
        assert_eq!(program.json(&words), expected);
        assert!(program.run(&words).out.ends_with("\nNothing was changed.\n"));
    }
    let of_account: Vec<&str> =
        ["person", "erase"].into_iter().chain(ANA).chain(["--account", &account, "--dry-run"]).collect();
    assert_eq!(program.json(&of_account)["contacts"], 1);
    assert_eq!(people(&program), 2);
    let left = program.json(&person("export", &ANA))["kept_by"].clone();
    assert_eq!(left, json!([{"account_id": account, "contacts": 1}]));
}

#[tokio::test]
async fn an_import_does_not_restore_a_person_who_opted_out() {
    let program = world().await;
    let done = program.json(&person("opt-out", &ANA));
    assert_eq!((&done["action"], &done["records"]), (&json!("opt_out"), &json!(1)));
    let again = import(&program, &[json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra"})]);
    assert_eq!((&again["added"], &again["opted_out"]), (&json!(0), &json!(1)));
    assert!(!program.dump().await.contains("\"Ana\""));
}

#[tokio::test]
async fn contacts_are_the_accounts_own_to_export_and_erase() {
    let program = world().await;
    let (mine, theirs) =
        (program.account("2025-01", "professional"), program.account("2025-01", "professional"));
    keep_ana(&program, &mine).await;
    keep_ana(&program, &theirs).await;

    let done = program.json(&person("erase", &ANA));
    let mut keepers: Vec<_> = done["kept_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|keeper| keeper["account_id"].as_str().unwrap())
        .collect();
    keepers.sort_unstable();
    let mut accounts = [mine.as_str(), theirs.as_str()];
    accounts.sort_unstable();
    assert_eq!(keepers, accounts, "whom to pass the request on to");

    let of_mine: Vec<&str> = ANA.into_iter().chain(["--account", &mine]).collect();
    let exported = program.json(&person("export", &of_mine));
    assert_eq!(
        (&exported["records"], &exported["contacts"][0]["email"]),
        (&json!([]), &json!("ana@example.com"))
    );
    assert_eq!(program.json(&person("erase", &of_mine))["contacts"], 1);
    let left = program.json(&person("export", &ANA))["kept_by"].clone();
    assert_eq!(left, json!([{"account_id": theirs, "contacts": 1}]));
}

#[tokio::test]
async fn a_person_is_named_completely_and_in_one_way() {
    let program = Program::new().await;
    for who in [
        &[][..],
        &["--first-name", "Ana", "--last-name", "Lemos"],
        &["--external-id", "1"],
        &["--source", "crm"],
        &["--id", "not-an-id"],
        &["--id", "01900000-0000-7000-8000-000000000001", "--external-id", "1", "--source", "crm"],
    ] {
        program.run(&person("erase", who)).usage();
    }
    let opt_out: Vec<&str> =
        ANA.into_iter().chain(["--account", "01900000-0000-7000-8000-000000000001"]).collect();
    program.run(&person("opt-out", &opt_out)).usage();
    let unknown = program.run(&person("erase", &opt_out));
    assert!(unknown.failure().contains("does not exist; `fluence account list`"), "{}", unknown.err);
}

#[tokio::test]
async fn an_opt_out_without_effect_is_reported() {
    let program = Program::new().await;
    let gone = program.run(&person("opt-out", &["--id", "01900000-0000-7000-8000-000000000001"]));
    assert!(gone.failure().contains("no opt-out was saved"), "{}", gone.err);
}

#[tokio::test]
async fn a_name_without_a_letter_is_refused() {
    let program = world().await;
    for verb in ["export", "erase", "opt-out"] {
        let who = ["--first-name", "Ana", "--last-name", "-", "--company", "Zyntra"];
        assert_eq!(program.run(&person(verb, &who)).failure(), "--last-name needs at least a letter");
        let who = ["--first-name", "Ana", "--last-name", "Lemos", "--company", "!!!"];
        assert_eq!(
            program.run(&person(verb, &who)).failure(),
            "--company needs at least a letter or a digit"
        );
    }
    assert_eq!(people(&program), 2);
}
