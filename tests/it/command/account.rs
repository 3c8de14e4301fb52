//! `fluence account` and `fluence environment`.

use serde_json::{Value, json};

use super::program::{Program, Ran, names};

const UNKNOWN_ACCOUNT: &str = "01900000-0000-7000-8000-000000000000";

#[tokio::test]
async fn a_new_account_has_its_first_plan_credits_and_an_environment() {
    let program = Program::new().await;
    let account = program.json(&[
        "account",
        "create",
        "--name",
        " José Ltda ",
        "--email",
        "j@acme.example",
        "--plan",
        "professional",
        "--edition",
        "2025-01",
    ]);
    assert_eq!(account["name"], "José Ltda");
    assert_eq!(account["balance"], 1000);
    let shown = program.json(&["account", "show", account["id"].as_str().unwrap()]);
    assert_eq!(shown["environments"][0]["name"], "default");
    assert_eq!(shown["plan_credits_left"], 1000);
    assert_eq!((&shown["requests_limit"], &shown["requests_used"]), (&json!(1000), &json!(0)));
}

#[tokio::test]
async fn a_change_whose_second_part_the_ledger_does_not_take_says_what_was_done() {
    let program = Program::new().await;
    let moved = program.account("2025-06", "business");
    let fault = "create function fault() returns trigger language plpgsql as $$
         begin raise exception 'disk full' using errcode = '53100'; end $$;
         create trigger fault before insert on ledger_batch for each row execute function fault();";
    sqlx::raw_sql(fault).execute(program.database.pool()).await.unwrap();
    let words = ["account", "create", "--name", "B", "--email", "b@b.example", "--plan", "business"];
    let created = program.run(&words);
    let id =
        program.json(&["account", "find", "b@b.example"])["accounts"][0]["id"].as_str().unwrap().to_owned();
    // The log has the reason, too.
    let said = |ran: &Ran, done: &str| ran.status == 1 && ran.err.contains(&format!("fluence: {done}"));
    let done = format!("account {id} was created, but its first period has not begun: ");
    assert!(said(&created, &done), "{}", created.err);
    assert!(created.err.contains("Do not create it again"), "{}", created.err);
    let refused = program.run(&["account", "move", &moved, "--plan", "essentials"]);
    let done = format!("account {moved} is on plan essentials (2025-06)");
    assert!(said(&refused, &done) && refused.err.contains("again"), "{}", refused.err);
    for said in [created.err, refused.err] {
        assert!(!said.contains("nothing was changed"), "{said}");
    }
}

#[tokio::test]
async fn an_account_is_one_json_object() {
    let program = Program::new().await;
    let account =
        program.json(&["account", "create", "--name", "A", "--email", "a@b.example", "--plan", "fortics"]);
    let expected = [
        "id",
        "name",
        "email",
        "edition",
        "plan",
        "state",
        "balance",
        "anchored_at",
        "created_at",
        "repeated",
    ];
    let mut found = names(&account);
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(account["edition"], "2025-06", "the newest edition is the default");
}

#[tokio::test]
async fn the_list_shows_every_account() {
    let program = Program::new().await;
    let (one, other) = (program.account("2025-01", "essentials"), program.account("2025-06", "business"));
    let list = program.json(&["account", "list"]);
    let ids: Vec<_> = list["accounts"].as_array().unwrap().iter().map(|account| &account["id"]).collect();
    assert_eq!(ids, [&json!(one), &json!(other)]);
    let text = program.run(&["account", "list"]).out;
    assert!(text.lines().count() == 3 && text.contains("business (2025-06)"), "{text}");
}

#[tokio::test]
async fn a_suspended_account_is_resumed() {
    let program = Program::new().await;
    let id = program.account("2025-01", "essentials");
    assert_eq!(program.json(&["account", "suspend", &id])["state"], "suspended");
    assert_eq!(program.json(&["account", "show", &id])["state"], "suspended");
    assert_eq!(program.json(&["account", "resume", &id])["state"], "active");
}

#[tokio::test]
async fn a_move_counts_at_once_and_stays_in_the_edition_unless_told() {
    let program = Program::new().await;
    let id = program.account("2025-01", "essentials");
    let moved = program.json(&["account", "move", &id, "--plan", "professional"]);
    assert_eq!((&moved["edition"], &moved["balance"]), (&json!("2025-01"), &json!(1000)));
    let moved = program.json(&["account", "move", &id, "--plan", "business", "--edition", "2025-06"]);
    assert_eq!((&moved["edition"], &moved["balance"]), (&json!("2025-06"), &json!(100_000)));
    program.json(&["account", "move", &id, "--plan", "business", "--edition", "2025-06"]);
    let entries = program.json(&["ledger", "statement", "--account", &id])["entries"].clone();
    let told = entries.as_array().unwrap().iter().map(|entry| [&entry["kind"], &entry["note"]]);
    let nothing = Value::Null;
    let first = [&json!("renewal"), &nothing];
    assert_eq!(
        told.collect::<Vec<_>>(),
        [first, [&json!("plan_move"), &json!("professional")], [&json!("plan_move"), &json!("business_crm")]]
    );
}

#[tokio::test]
async fn what_was_used_stays_used_through_a_move_and_its_repetition() {
    let program = Program::new().await;
    let id = program.account("2025-01", "essentials");
    program.json(&["credit", "take", "--account", &id, "--credits", "200", "--reason", "used"]);
    for _ in 0..2 {
        let moved = program.json(&["account", "move", &id, "--plan", "professional"]);
        assert_eq!(moved["balance"], 800);
    }
}

#[tokio::test]
async fn an_unknown_plan_names_those_there_are() {
    let program = Program::new().await;
    let id = program.account("2025-01", "essentials");
    let failed = program.run(&["account", "move", &id, "--plan", "gold"]);
    assert_eq!(
        failed.failure(),
        "edition 2025-01 has no plan `gold`; its plans are essentials, professional, enterprise"
    );
    let failed = program.run(&["account", "move", &id, "--plan", "gold", "--edition", "1999"]);
    assert_eq!(
        failed.failure(),
        "edition `1999` does not exist; the editions are 2025-01, fluenzr, start, 2025-06"
    );
    let failed = program.run(&["account", "move", &id, "--plan", "start"]);
    assert_eq!(
        failed.failure(),
        "edition 2025-01 has no plan `start`, but edition start has: use --edition start"
    );
    assert_eq!(program.json(&["account", "show", &id])["plan"], "essentials");
}

#[tokio::test]
async fn every_command_reports_an_unknown_account() {
    let program = Program::new().await;
    for words in [
        &["account", "show", UNKNOWN_ACCOUNT][..],
        &["account", "suspend", UNKNOWN_ACCOUNT],
        &["account", "move", UNKNOWN_ACCOUNT, "--plan", "business"],
        &["key", "list", "--account", UNKNOWN_ACCOUNT],
        &["key", "create", "--account", UNKNOWN_ACCOUNT, "--name", "k"],
        &["environment", "create", "--account", UNKNOWN_ACCOUNT, "--name", "e", "--mode", "test"],
        &["credit", "grant", "--account", UNKNOWN_ACCOUNT, "--pack", "mega"],
        &["credit", "take", "--account", UNKNOWN_ACCOUNT, "--credits", "1", "--reason", "r"],
        &["ledger", "statement", "--account", UNKNOWN_ACCOUNT],
        &["ledger", "verify", "--account", UNKNOWN_ACCOUNT],
    ] {
        let failed = program.run(words);
        assert!(
            failed.failure().starts_with(&format!("account {UNKNOWN_ACCOUNT} does not exist")),
            "{words:?}"
        );
    }
}

#[tokio::test]
async fn names_and_addresses_that_cannot_be_are_wrong_usage() {
    let program = Program::new().await;
    let create = |name: &str, email: &str| {
        program.run(&["account", "create", "--name", name, "--email", email, "--plan", "business"])
    };
    assert!(create("", "a@b.example").usage().contains("must not be empty"));
    assert!(create(&"x".repeat(81), "a@b.example").usage().contains("at most 80 characters"));
    assert!(create("a\u{1b}[2Jb", "a@b.example").usage().contains("control characters"));
    assert!(create("A", "nobody").usage().contains("name@example.com"));
    assert_eq!(program.json(&["account", "list"])["accounts"], json!([]));
}

#[tokio::test]
async fn an_environment_is_made_once_under_its_name() {
    let program = Program::new().await;
    let id = program.account("2025-01", "professional");
    let words = ["environment", "create", "--account", &id, "--name", "staging", "--mode", "test"];
    let made = program.json(&words);
    assert_eq!((&made["name"], &made["mode"]), (&json!("staging"), &json!("test")));
    assert_eq!(program.run(&words).failure(), "the account already has an environment with this name");
    let environments = program.json(&["account", "show", &id])["environments"].clone();
    assert_eq!(environments.as_array().unwrap().len(), 2);
    assert_eq!(environments[1]["most_keys"], 10);
}

#[tokio::test]
async fn an_account_is_made_once_under_an_id_and_once_for_an_address() {
    let program = Program::new().await;
    let create_on = |plan: &str, email: &str, more: &[&str]| {
        let words = ["account", "create", "--name", "ACME", "--email", email, "--plan", plan, "--json"];
        program.run(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    let create = |email: &str, more: &[&str]| create_on("professional", email, more);
    let first = create("ops@example.com", &["--id", "order-1"]).json();
    let again = create("ops@example.com", &["--id", "order-1"]).json();
    assert_eq!((&first["id"], &first["repeated"]), (&again["id"], &json!(false)));
    assert_eq!((&again["repeated"], &again["balance"]), (&json!(true), &json!(100_000)));
    let id = first["id"].as_str().unwrap();
    let other = create("other@example.com", &["--id", "order-1"]);
    assert_eq!(
        other.failure(),
        format!("id `order-1` was already used for account {id}; nothing was changed")
    );
    let refused = |ran: Ran| ran.failure().starts_with("id `order-1` was already used");
    assert!(refused(create_on("business", "ops@example.com", &["--id", "order-1"])));
    let of_another = ["--id", "order-1", "--edition", "2025-01"];
    assert!(refused(create("ops@example.com", &of_another)));
    program.json(&["account", "move", id, "--plan", "business"]);
    let moved = create("ops@example.com", &["--id", "order-1"]).json();
    assert_eq!((&moved["repeated"], &moved["plan"]), (&json!(true), &json!("business")));
    assert!(refused(create_on("business", "ops@example.com", &["--id", "order-1"])));
    let taken = create("OPS@Example.com", &[]);
    assert_eq!(
        taken.failure(),
        format!(
            "account {id} already has this e-mail address. Use `--allow-duplicate-email` to accept it for another account"
        )
    );
    assert_eq!(create("OPS@Example.com", &["--allow-duplicate-email"]).status, 0);
    assert_eq!(program.json(&["account", "list"])["accounts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_account_is_corrected_and_found() {
    let program = Program::new().await;
    let (one, other) = (program.account("2025-01", "essentials"), program.account("2025-01", "essentials"));
    let changed =
        program.json(&["account", "change", &one, "--name", "José & Cia", "--email", "jose@cia.example"]);
    assert_eq!((&changed["name"], &changed["email"]), (&json!("José & Cia"), &json!("jose@cia.example")));
    for (text, found) in
        [("JOSÉ", vec![&one]), ("@CIA.", vec![&one]), (&other[..30], vec![&other]), ("nobody", vec![])]
    {
        let list = program.json(&["account", "find", text]);
        let ids: Vec<_> =
            list["accounts"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, found, "{text}");
    }
    let taken = program.run(&["account", "change", &other, "--email", "JOSE@cia.example"]);
    assert!(taken.failure().contains("already has this e-mail address"));
    program.run(&["account", "change", &one]).usage();
}

#[tokio::test]
async fn a_close_names_what_ends_and_needs_consent() {
    let program = Program::new().await;
    let id = program.account("2025-01", "essentials");
    program.json(&["key", "create", "--account", &id, "--name", "server"]);
    let account = program.json(&["account", "show", &id]);
    let dry = program.json(&["account", "close", &id, "--dry-run"]);
    assert_eq!((&dry["keys"], &dry["balance"]), (&json!(1), &account["balance"]));
    let shown = program.run(&["account", "close", &id, "--dry-run"]).out;
    let ends = format!("1 key for good, and {} credits can no longer be used.", account["balance"]);
    assert!(shown.contains(account["name"].as_str().unwrap()) && shown.contains(&ends), "{shown}");
    assert!(shown.ends_with("\nNothing was changed.\n"), "{shown}");
    let unasked = program.run(&["account", "close", &id]);
    assert!(unasked.failure().contains("repeat the command with --yes"), "{}", unasked.err);
    program.run(&["account", "close", &id, "--yes", "--dry-run"]).usage();
    assert_eq!(program.json(&["account", "show", &id]), account);
}

#[tokio::test]
async fn a_closed_account_stays_closed_and_has_no_key() {
    let program = Program::new().await;
    let id = program.account("2025-01", "essentials");
    let key = program.json(&["key", "create", "--account", &id, "--name", "server"])["id"].clone();
    for _ in 0..2 {
        let closed = program.json(&["account", "close", &id, "--yes"]);
        assert_eq!((&closed["state"], closed["closed_at"].is_string()), (&json!("suspended"), true));
    }
    assert_eq!(program.json(&["key", "show", key.as_str().unwrap()])["state"], "revoked");
    for words in [
        &["account", "resume", &id][..],
        &["account", "move", &id, "--plan", "professional"],
        &["key", "create", "--account", &id, "--name", "server"],
        &["environment", "create", "--account", &id, "--name", "e", "--mode", "test"],
    ] {
        assert_eq!(program.run(words).failure(), "the account is closed permanently", "{words:?}");
    }
    for act in ["grant", "take"] {
        let words = ["credit", act, "--account", &id, "--credits", "5", "--reason", "r"];
        let refused = program.run(&words);
        let reason = "the account is closed permanently, and its credits are no longer spent";
        assert_eq!(refused.failure(), reason, "{act}");
    }
    assert!(program.run(&["account", "list"]).out.contains("closed"));
}

#[tokio::test]
async fn an_invalid_id_is_refused_with_an_example() {
    let program = Program::new().await;
    let refused = program.run(&["account", "show", "nope"]);
    assert!(refused.usage().contains("an id looks like 01900000-"), "{}", refused.err);
    assert!(refused.usage().contains("fluence account list"), "{}", refused.err);
}

#[tokio::test]
async fn environments_are_listed() {
    let program = Program::new().await;
    let id = program.account("2025-01", "professional");
    program.json(&["environment", "create", "--account", &id, "--name", "staging", "--mode", "test"]);
    let listed = program.json(&["environment", "list", "--account", &id]);
    assert_eq!(
        (&listed["environments"][1]["name"], &listed["environments"][1]["most_keys"]),
        (&json!("staging"), &json!(10))
    );
    assert!(program.run(&["environment", "list", "--account", &id]).out.contains("0 of 10"));
}

#[tokio::test]
async fn all_accounts_of_a_plan_are_shown_and_then_moved() {
    let program = Program::new().await;
    let (one, other) = (program.account("2025-01", "essentials"), program.account("2025-01", "essentials"));
    let stays = program.account("2025-01", "professional");
    let words = [
        "account",
        "move-all",
        "--from-edition",
        "2025-01",
        "--from",
        "essentials",
        "--plan",
        "professional",
    ];
    let dry: Vec<&str> = words.into_iter().chain(["--dry-run"]).collect();
    let shown = program.json(&dry);
    assert_eq!((&shown["accounts"], &shown["gaining"]), (&json!(2), &json!(2)));
    assert!(program.run(&dry).out.contains("Nothing was changed."));
    assert_eq!(program.json(&["account", "show", &one])["plan"], "essentials");
    let words: Vec<&str> = words.into_iter().chain(["--reason", "the plan ends"]).collect();
    let moved = program.json(&words);
    assert_eq!(
        (&moved["moved"], &moved["on_plan"], &moved["continued"]),
        (&json!(2), &json!(0), &json!(false))
    );
    for id in [&one, &other, &stays] {
        let account = program.json(&["account", "show", id]);
        assert_eq!((&account["plan"], &account["balance"]), (&json!("professional"), &json!(1000)));
    }
    let log = program.run(&["audit", "--account", &one, "--json"]).out;
    assert!(log.contains("the plan ends"), "{log}");
    let again = program.run(&words);
    assert!(
        again.failure().contains("no open account is on plan `essentials` of edition 2025-01"),
        "{}",
        again.err
    );
}

#[tokio::test]
async fn closed_accounts_stay_on_their_plan_and_are_counted() {
    let program = Program::new().await;
    let (moves, stays) = (program.account("2025-01", "essentials"), program.account("2025-01", "essentials"));
    program.json(&["account", "close", &stays, "--yes"]);
    let words = ["account", "move-all", "--from-edition", "2025-01", "--from", "essentials", "--plan"];
    let words: Vec<&str> = words.into_iter().chain(["professional"]).collect();
    let dry: Vec<&str> = words.iter().copied().chain(["--dry-run"]).collect();
    let shown = program.json(&dry);
    assert_eq!((&shown["on_plan"], &shown["closed"]), (&json!(1), &json!(1)), "{shown}");
    let moved = program.run(&words).out;
    let said = "Left on the old plan: 1 closed account. Keep the plan in the catalogue.";
    assert!(moved.contains(said), "{moved}");
    for (id, plan) in [(&moves, "professional"), (&stays, "essentials")] {
        assert_eq!(program.json(&["account", "show", id])["plan"], plan);
    }
}

#[tokio::test]
async fn a_command_resumes_an_interrupted_run() {
    let program = Program::new().await;
    let id = program.account("2025-01", "essentials");
    let begun = "insert into plan_move (id, from_edition, from_plan, to_edition, to_plan, author)
                 values ($1, '2025-01', 'essentials', '2025-01', 'professional', 'olga')";
    let (run, pool) = (fluence::clock::new_id(), program.database.pool());
    sqlx::query(begun).bind(run).execute(pool).await.unwrap();
    let waiting =
        "insert into plan_move_account (plan_move_id, account_id, state) values ($1, $2::uuid, 'waiting')";
    sqlx::query(waiting).bind(run).bind(&id).execute(pool).await.unwrap();
    let words = ["account", "move-all", "--from-edition", "2025-01", "--from", "essentials", "--plan"];
    let to = |plan| words.into_iter().chain([plan]).collect::<Vec<&str>>();
    let other = program.run(&to("enterprise"));
    assert!(
        other.failure().contains("already being moved to plan `professional` of edition 2025-01"),
        "{}",
        other.err
    );
    let moved = program.json(&to("professional"));
    assert_eq!(
        (&moved["moved"], &moved["continued"], &moved["author"]),
        (&json!(1), &json!(true), &json!("olga"))
    );
    assert_eq!(program.json(&["account", "show", &id])["plan"], "professional");
}
