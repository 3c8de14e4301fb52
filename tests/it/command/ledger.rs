//! `fluence ledger`.

use std::io::Read;
use std::process::Stdio;

use chrono::{DateTime, TimeDelta};
use fluence::clock::new_id;
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId};
use fluence::ledger::rules::entry::GrantKind;
use fluence::ledger::rules::operation::{Correction, Grant, Operation};
use fluence::ledger::writer::operator::apply_operations;
use fluence::storage::ledger::PgLedgerStore;
use serde_json::{Value, json};

use super::program::Program;

/// More than one page of the store.
const MANY: usize = 1_200;

/// One commit with many entries.
async fn with_many_entries() -> (Program, String) {
    let program = Program::new().await;
    let account = program.account("2025-06", "enterprise");
    let account_id: AccountId = account.parse().unwrap();
    let take = |_| {
        let id = CallId::from_uuid(new_id());
        let (reference, amount) = (id.to_string(), Credits::from_u32(1));
        Operation::Correct(Correction { account_id, id, reference, amount, note: "test".into() })
    };
    let store = PgLedgerStore::new(program.database.options(), "test".into(), TimeDelta::zero());
    apply_operations(store, (0..MANY).map(take).collect()).await.unwrap();
    (program, account)
}

#[tokio::test]
async fn a_statement_lists_every_entry_in_order() {
    let (program, account) = with_many_entries().await;
    let statement = program.json(&["ledger", "statement", "--account", &account]);
    assert_eq!(statement["account_id"], json!(account));
    let entries = statement["entries"].as_array().unwrap();
    let numbers: Vec<_> = entries.iter().map(|entry| entry["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=MANY as i64 + 1).collect::<Vec<_>>());
    let mut balance = 0;
    for entry in entries {
        balance += entry["amount"].as_i64().unwrap();
        assert_eq!(entry["balance_after"], balance);
    }
    assert_eq!(program.balance(&account), balance);
}

#[tokio::test]
async fn nothing_is_verified_from_an_instant_in_the_future_on() {
    let program = Program::new().await;
    let refused = program.run(&["ledger", "verify", "--since", "2099-01-01"]);
    assert_eq!(refused.failure(), "--since is in the future: there is nothing to verify yet");
    let seen = program.json(&["ledger", "verify"])["seen_until"].as_str().unwrap().to_owned();
    assert_eq!(program.json(&["ledger", "verify", "--since", &seen])["clean"], true);
}

#[tokio::test]
async fn a_table_and_a_csv_have_a_line_for_every_entry_and_a_head() {
    let (program, account) = with_many_entries().await;
    for more in [&[][..], &["--csv"]] {
        let words: Vec<_> =
            ["ledger", "statement", "--account", &account].into_iter().chain(more.iter().copied()).collect();
        let ran = program.run(&words);
        assert_eq!((ran.status, ran.out.lines().count()), (0, MANY + 2), "{}", ran.err);
    }
}

#[tokio::test]
async fn a_reader_that_stops_reading_a_statement_causes_no_error() {
    let (program, account) = with_many_entries().await;
    let mut command = program.command(&["ledger", "statement", "--account", &account, "--json"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut some = [0; 100];
    run.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let ended = run.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
}

#[tokio::test]
async fn a_csv_holds_no_formula_and_its_negative_numbers_are_numbers() {
    let program = Program::new().await;
    let account = program.account("2025-01", "essentials");
    let grant = ["credit", "grant", "--account", &account, "--credits", "5", "--id=@SUM(A1)", "--reason"];
    program.json(&grant.into_iter().chain(["=HYPERLINK(\"http://x.example\";\"=1\")"]).collect::<Vec<_>>());
    let take = ["credit", "take", "--account", &account, "--credits", "2", "--id=@SUM(A2)", "--reason=-2+3"];
    program.json(&take);
    let csv = program.run(&["ledger", "statement", "--account", &account, "--csv"]).out;
    let lines: Vec<_> = csv.split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "number,at,kind,amount,balance_after,lot,source,endpoint,outcome,key_id,key_name,id,reference,note,state,label,status,upstream_status,summary"
    );
    assert!(lines[2].starts_with("2,") && lines[2].contains(",grant,5,505,2,grant,,,,,"), "{csv}");
    assert!(lines[2].ends_with(r#",'@SUM(A1),"'=HYPERLINK(""http://x.example"";""'=1"")",,,,,"#), "{csv}");
    assert!(
        lines[3].contains(",correction,-2,503,2,grant,,,,,") && lines[3].ends_with(",'@SUM(A2),'-2+3,,,,,"),
        "{csv}"
    );
}

#[tokio::test]
async fn an_entry_is_shown_with_names() {
    let program = Program::new().await;
    let account = program.account("2025-01", "essentials");
    program.json(&["credit", "grant", "--account", &account, "--pack", "mega", "--id", "order-1"]);
    let entry = program.json(&["ledger", "statement", "--account", &account])["entries"][1].clone();
    assert_eq!(
        (&entry["kind"], &entry["source"], &entry["lot"]),
        (&json!("pack"), &json!("pack"), &json!(2))
    );
    assert_eq!((&entry["reference"], &entry["note"]), (&json!("order-1"), &json!("Mega")));
    assert_eq!((&entry["endpoint"], &entry["outcome"]), (&Value::Null, &Value::Null));
}

/// What the store answers about a batch whose commit was not acknowledged is what the commit had
/// decided.
#[tokio::test]
async fn a_refused_or_repeated_act_is_found_as_such_after_a_lost_connection() {
    use fluence::ledger::rules::account::RuleError;
    use fluence::ledger::rules::operation::Effect;
    use fluence::ledger::store::{Batch, LedgerStore, Resolution, Work};
    let program = Program::new().await;
    let account_id: AccountId = program.account("2025-01", "essentials").parse().unwrap();
    let grant = |reference: &str| {
        Operation::Grant(Grant {
            account_id,
            id: CallId::from_uuid(new_id()),
            reference: reference.into(),
            kind: GrantKind::Grant,
            amount: Credits::from_u32(10),
            expires_at: DateTime::from_timestamp(4_000_000_000, 0).unwrap(),
            note: "test".into(),
        })
    };
    let take = |amount| {
        let id = CallId::from_uuid(new_id());
        Operation::Correct(Correction {
            account_id,
            id,
            reference: id.to_string(),
            amount: Credits::from_u32(amount),
            note: "test".into(),
        })
    };
    let mut store = PgLedgerStore::new(program.database.options(), "test".into(), TimeDelta::zero());
    let epoch = store.open_epoch().await.unwrap();
    let batch = |number, operations| Batch {
        epoch,
        number,
        open_from: number,
        captured: Vec::new(),
        work: Work::Ordered(operations),
    };
    store.commit(&batch(1, vec![grant("a")])).await.unwrap();
    let unacknowledged = batch(2, vec![grant("a"), grant("b"), take(5), take(9_999)]);
    let decided = store.commit(&unacknowledged).await.unwrap();
    let Resolution::Committed(found) = store.resolve(&unacknowledged).await.unwrap() else { panic!() };
    let described = |effects: &[Option<Effect>]| -> Vec<String> {
        let word = |effect: &Option<Effect>| match effect {
            Some(Effect::Granted { lot, repeated, .. }) => format!("lot {} {repeated}", lot.0),
            Some(Effect::Done(_)) => "done".into(),
            Some(Effect::Refused(RuleError::Insufficient { available })) => format!("only {available}"),
            other => format!("{other:?}"),
        };
        effects.iter().map(word).collect()
    };
    assert_eq!(described(&decided), ["lot 2 true", "lot 3 false", "done", "only 515"]);
    assert_eq!(described(&found), described(&decided));
}

#[tokio::test]
async fn books_that_were_kept_are_clean() {
    let (program, account) = with_many_entries().await;
    let report = program.json(&["ledger", "verify"]);
    assert_eq!((&report["clean"], &report["faults"]), (&json!(true), &json!([])));
    assert_eq!((&report["accounts"], &report["entries"]), (&json!(1), &json!(MANY + 1)));
    let report = program.json(&["ledger", "verify", "--account", &account]);
    assert_eq!(report["clean"], true);
}

#[tokio::test]
async fn a_changed_row_is_named_and_is_status_1() {
    let program = Program::new().await;
    let (account, other) =
        (program.account("2025-01", "essentials"), program.account("2025-01", "essentials"));
    let change = "update ledger_account set balance = balance + 1 where account_id = $1::uuid";
    sqlx::query(change).bind(&account).execute(program.database.pool()).await.unwrap();
    let ran = program.run(&["ledger", "verify", "--json"]);
    assert_eq!(ran.status, 1);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["clean"], false);
    assert!(ran.err.starts_with("fluence: the ledger is wrong; the first wrong row is "), "{}", ran.err);
    assert!(ran.err.contains(&account) && ran.err.lines().count() == 1, "{}", ran.err);
    assert!(program.run(&["ledger", "verify"]).out.starts_with("ledger    WRONG\n"));
    assert_eq!(program.json(&["ledger", "verify", "--account", &other])["clean"], true);
}
