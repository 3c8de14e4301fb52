//! `fluence retention`: months of the ledger that are exported, read back and detached.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Months, TimeDelta, Utc};
use fluence::clock::{id_of, new_id, now};
use fluence::domain::audit::Actor;
use fluence::domain::credits::Credits;
use fluence::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use fluence::domain::month::Month;
use fluence::domain::plan::PlanRef;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::entry::{CallRef, RouteNumber};
use fluence::ledger::rules::hold::{Hold, HoldRequest};
use fluence::ledger::rules::operation::{Correction, Effect, Operation, Settle};
use fluence::storage::accounts::{self, NewAccount};
use fluence::storage::console::{range, statement};
use fluence::storage::ledger::past::PastWriter;
use fluence::storage::ledger::usage::roll_up;
use fluence::storage::routes;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};

use super::program::{Program, Ran, text};
use crate::support::scratch::Scratch;

/// Months of the past with calls, the oldest first. The last one is not over.
const MONTHS: u32 = 5;

/// A ledger with calls in each month, and a folder for exports.
struct Old {
    program: Program,
    account: AccountId,
    months: Vec<Month>,
    folder: Scratch,
}

/// A customer of the past.
struct Customer<'c> {
    connection: &'c mut PgConnection,
    writer: PastWriter,
    account: AccountId,
    call: CallRef,
}

impl Customer<'_> {
    async fn commit(
        &mut self,
        at: DateTime<Utc>,
        operations: Vec<Operation>,
        captured: &[Hold],
    ) -> Vec<Effect> {
        let captured = captured.iter().map(|hold| (hold.call_id, Outcome::Answered)).collect();
        self.writer.commit(self.connection, at, operations, captured).await.unwrap()
    }

    async fn hold(&mut self, at: DateTime<Utc>) -> Hold {
        let request = HoldRequest {
            call_id: CallId::from_uuid(id_of(at)),
            account_id: self.account,
            call: self.call,
            amount: Credits::from_u32(2),
            caps: KeyCaps::default(),
            idempotency: None,
        };
        match self.commit(at, vec![Operation::Hold(request)], &[]).await.remove(0) {
            Effect::Held(held) => held.hold,
            other => panic!("{other:?}"),
        }
    }

    /// A month with a charged call, a released one, a correction, and a call that ends in the next
    /// month.
    async fn live(&mut self, month: Month) {
        let at = |minutes| month.begins_at() + TimeDelta::minutes(minutes);
        let charged = self.hold(at(90)).await;
        self.commit(at(91), Vec::new(), &[charged]).await;
        let failed = self.hold(at(92)).await;
        let release = Operation::Settle(Settle::release(failed, Outcome::Failed, None));
        self.commit(at(93), vec![release], &[]).await;
        let id = CallId::from_uuid(id_of(at(94)));
        let correction = Correction {
            account_id: self.account,
            id,
            reference: id.to_string(),
            amount: Credits::from_u32(3),
            note: "test".into(),
        };
        self.commit(at(94), vec![Operation::Correct(correction)], &[]).await;
        if month.ends_at() < now() {
            let late = self.hold(month.ends_at() - TimeDelta::milliseconds(500)).await;
            self.commit(month.ends_at() + TimeDelta::milliseconds(500), Vec::new(), &[late]).await;
        }
    }
}

impl Old {
    async fn new() -> Self {
        let program = Program::new().await;
        // The calls of the last month are in the past.
        let this = Month::of((now() - TimeDelta::hours(2)).date_naive());
        let first = Month::of(this.first_day().checked_sub_months(Months::new(MONTHS - 1)).unwrap());
        let months: Vec<Month> = (0..MONTHS).map(|later| first.plus(later)).collect();
        let account = new_account(&program).await;
        let key = text(&program.json(&["key", "create", "--account", &account, "--name", "k"]), "id");
        let account: AccountId = account.parse().unwrap();
        let mut connection = program.database.pool().acquire().await.unwrap();
        for month in &months[..MONTHS as usize - 1] {
            add_partition(&mut connection, *month).await;
        }
        let route: RouteNumber = routes::numbers(&mut connection, &["/analyze"]).await.unwrap()[0];
        // On the first of a month at 01:00: its current period begins in the current month.
        let begins_at = first.begins_at() + TimeDelta::hours(1);
        let writer =
            PastWriter::begin(&mut connection, Actor::operator("root".into()), "past", account, begins_at)
                .await
                .unwrap();
        let key: KeyId = key.parse().unwrap();
        let call = CallRef { key_id: key, route };
        let mut customer = Customer { connection: &mut connection, writer, account, call };
        let advance = Operation::Advance { account_id: account, id: CallId::from_uuid(id_of(begins_at)) };
        customer.commit(begins_at, vec![advance], &[]).await;
        for month in &months {
            customer.live(*month).await;
        }
        let Customer { writer, .. } = customer;
        writer.end(&mut connection).await.unwrap();
        while roll_up(&mut connection, 500).await.unwrap() > 0 {}
        drop(connection);
        Self { program, account, months, folder: scratch() }
    }

    fn file(&self, month: Month) -> PathBuf {
        self.folder.path().join(month.to_string())
    }

    fn export(&self, month: Month) -> Value {
        let file = self.file(month);
        self.program.json(&["retention", "export", "--month", &month.to_string(), "--to", path(&file)])
    }

    /// Runs `detach` where entries are kept for a month.
    fn detach(&self, month: Month) -> Ran {
        let mut command = self.program.command(&["retention", "detach", path(&self.file(month)), "--json"]);
        command.env("FLUENCE_LEDGER_KEEP_MONTHS", "1").output().unwrap().into()
    }

    fn verify(&self) -> Value {
        self.program.json(&["ledger", "verify"])
    }

    async fn run(&self, statement: &str) {
        let pool = self.program.database.pool();
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(pool).await.unwrap();
    }
}

/// An account without entries.
async fn new_account(program: &Program) -> String {
    let id = AccountId::from_uuid(new_id());
    let new = NewAccount {
        id,
        environment_id: EnvironmentId::from_uuid(new_id()),
        name: "Acme".into(),
        email: "ops@acme.example".into(),
        plan: PlanRef { edition: "2025-01".into(), plan: "professional".into() },
    };
    let mut transaction = program.database.pool().begin().await.unwrap();
    accounts::create(&mut transaction, &new).await.unwrap();
    transaction.commit().await.unwrap();
    id.to_string()
}

fn scratch() -> Scratch {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    scratch
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

/// A partition of the past, as `migrate` made it then.
async fn add_partition(connection: &mut PgConnection, month: Month) {
    let name = format!("ledger_entry_{}", month.to_string().replace('-', "_"));
    let (from, to) = (month.begins_at().to_rfc3339(), month.ends_at().to_rfc3339());
    let statement =
        format!("create table {name} partition of ledger_entry for values from ('{from}') to ('{to}')");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.unwrap();
}

#[tokio::test]
async fn old_months_are_exported_and_detached_and_the_books_still_verify() {
    let old = Old::new().await;
    let (program, account) = (&old.program, old.account.to_string());
    let before = old.verify();
    assert_eq!(before["clean"], true, "{before}");
    let balance = program.balance(&account);
    let [first, second, ..] = old.months[..] else { panic!() };
    let exported = old.export(first);
    // Renewal, hold, hold, release, correction, hold: the late one, whose capture is in the next
    // month.
    assert_eq!((&exported["entries"], &exported["batches"]), (&6.into(), &7.into()), "{exported}");
    assert_eq!(program.json(&["retention", "check", path(&old.file(first))]), exported);

    let detached = old.detach(first).json();
    // The late call's hold and the correction.
    assert_eq!((&detached["entries"], &detached["carried"]), (&6.into(), &2.into()), "{detached}");
    let verified = old.verify();
    assert_eq!(verified["clean"], true, "{verified}");
    let entries = |report: &Value| report["entries"].as_u64().unwrap();
    assert_eq!(entries(&verified), entries(&before) - 6);
    assert_eq!(program.balance(&account), balance);
    assert_eq!(program.json(&["ledger", "verify", "--account", &account])["clean"], true);

    old.export(second);
    assert_eq!(old.detach(second).status, 0);
    let verified = old.verify();
    assert_eq!(verified["clean"], true, "{verified}");
    // Both exports are still good, and nothing is exported or detached twice.
    for month in [first, second] {
        program.json(&["retention", "check", path(&old.file(month))]);
        assert!(old.detach(month).failure().ends_with("it has already been detached"));
    }
    let again = program.run(&["retention", "export", "--month", &first.to_string(), "--to", "/nowhere"]);
    assert!(again.failure().contains("was detached"), "{}", again.err);
    statements_begin_later(&old).await;

    // The sums that stay are part of what is verified.
    old.run("update ledger_carried_lot set came_in = came_in + 1").await;
    assert_eq!(program.run(&["ledger", "verify"]).status, 1);
}

/// What the console reads of an account whose first months are detached.
async fn statements_begin_later(old: &Old) {
    let mut connection = old.program.database.pool().acquire().await.unwrap();
    let connection = &mut *connection;
    let (entries, sum) = statement::add_up(connection, old.account).await.unwrap();
    let newest = statement::newest_entry(connection, old.account).await.unwrap().unwrap();
    assert_eq!((entries, sum), (newest.number, newest.balance));
    assert!(newest.is_balance());
    let third = old.months[2];
    let of_third = (third.begins_at(), third.ends_at());
    let found = range::around(connection, old.account, of_third.0, of_third.1).await.unwrap();
    let movements = statement::movements(connection, old.account, found, of_third).await.unwrap().unwrap();
    assert!(movements.adds_up() && movements.opening > 0, "{movements:?}");
    let entries = old.program.json(&["ledger", "statement", "--account", &old.account.to_string()]);
    let first = entries["entries"][0]["at"].as_str().unwrap().to_owned();
    assert!(first.starts_with(&third.to_string()), "{first}");
}

#[tokio::test]
async fn an_account_whose_entries_are_all_detached_verifies() {
    let old = Old::new().await;
    let quiet = new_account(&old.program).await;
    // As if its last entry were of the first month.
    let [first, ..] = old.months[..] else { panic!() };
    let mut connection = old.program.database.pool().acquire().await.unwrap();
    let begins_at = first.begins_at() + TimeDelta::hours(2);
    let account: AccountId = quiet.parse().unwrap();
    let mut writer =
        PastWriter::begin(&mut connection, Actor::operator("root".into()), "quiet", account, begins_at)
            .await
            .unwrap();
    let advance = Operation::Advance { account_id: account, id: CallId::from_uuid(id_of(begins_at)) };
    writer.commit(&mut connection, begins_at, vec![advance], Vec::new()).await.unwrap();
    writer.end(&mut connection).await.unwrap();
    while roll_up(&mut connection, 500).await.unwrap() > 0 {}
    drop(connection);
    old.export(first);
    // Its period began in the month, so that the sweep has yet to renew it.
    assert!(
        old.detach(first).failure().ends_with("periods that began before its end and are still current: 1")
    );
    let this = old.months[MONTHS as usize - 1].begins_at();
    let later = format!(
        "update ledger_account set period = 4, period_starts_at = '{this}', period_ends_at = '{this}'::timestamptz + interval '1 month',
                open_lot_expires_at = '{this}'::timestamptz + interval '1 month' where account_id = '{quiet}';
         update ledger_lot set expires_at = '{this}'::timestamptz + interval '1 month' where account_id = '{quiet}'"
    );
    old.run(&later).await;
    assert_eq!(old.detach(first).status, 0);
    let verified = old.verify();
    assert_eq!(verified["clean"], true, "{verified}");
}

#[tokio::test]
async fn a_month_that_is_still_needed_stays() {
    let old = Old::new().await;
    let [first, second, .., last] = old.months[..] else { panic!() };
    let to = path(&old.file(last)).to_owned();
    let current = old.program.run(&["retention", "export", "--month", &last.to_string(), "--to", &to]);
    assert!(current.failure().contains("is not over"), "{}", current.err);
    assert!(!old.file(last).exists());
    old.export(first);
    old.export(second);
    let kept = old.program.run(&["retention", "detach", path(&old.file(first))]);
    let until = first.plus(121);
    let expected = format!("ledger.keep_months is 120: the entries of this month are kept until {until}");
    assert!(kept.failure().ends_with(&expected), "{}", kept.err);
    assert!(old.detach(second).failure().ends_with("detach the oldest first"));
    let (month, file) = (first.to_string(), old.file(first));
    let twice = ["retention", "export", "--month", &month, "--to", path(&file)];
    assert!(old.program.run(&twice).failure().contains("cannot create"));
    old.run("update ledger_usage_cursor set given_back_batch = batch - 1").await;
    assert!(old.detach(first).failure().contains("usage is not added up yet"));
    old.run(
        "update ledger_usage_cursor set batch = 0, given_back_batch = 0; update ledger_epoch set is_added_up = false",
    )
    .await;
    assert!(old.detach(first).failure().contains("usage is not added up yet"));
    assert_eq!(old.program.json(&["retention", "show"])["tables"].as_array().unwrap().len(), tables());
}

/// The tables of docs/operations/data.md.
fn tables() -> usize {
    let page = include_str!("../../../docs/operations/data.md");
    page.lines().filter(|line| line.starts_with("| `")).count()
}

#[tokio::test]
async fn a_changed_export_is_refused() {
    let old = Old::new().await;
    let first = old.months[0];
    old.export(first);
    let file = old.file(first);
    let whole = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let without = |place: usize| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, line)| *line);
        kept.collect::<Vec<_>>().join("\n") + "\n"
    };
    let other_month = whole.replacen(&first.to_string(), &old.months[1].to_string(), 1);
    for (changed, reason) in [
        (whole.replacen("\"amount\":-2", "\"amount\":-1", 1), "does not match its seal"),
        (whole.replacen("\"entries\":6", "\"entries\":7", 1), "the file was changed"),
        (without(lines.len() - 1), "its end is missing"),
        (without(0), "not an export"),
        (without(1), "neither a batch nor an entry"),
        (format!("{whole}{}\n", lines[1]), "more after its end"),
        (whole[..whole.len() - 20].to_owned(), "neither a batch nor an entry"),
        (other_month, "of another month"),
        (String::new(), "its end is missing"),
    ] {
        fs::write(&file, changed).unwrap();
        for command in ["check", "detach"] {
            let refused = old.program.run(&["retention", command, path(&file)]);
            assert!(refused.failure().contains(reason), "{reason}: {}", refused.err);
        }
    }
    fs::write(&file, &whole).unwrap();
    let other = Program::new().await;
    let refused = other.run(&["retention", "check", path(&file)]);
    assert!(refused.failure().contains("export of another database"), "{}", refused.err);
}
