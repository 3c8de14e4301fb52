//! `fluence catalogue` and `fluence routes`.

use serde_json::{Value, json};

use super::program::{Program, Ran};
use super::serving::Serving;
use crate::support::scratch::Scratch;

#[tokio::test]
async fn what_show_prints_can_be_applied() {
    let program = Program::new().await;
    for noun in ["catalogue", "routes"] {
        let shipped = program.run(&[noun, "show"]).out;
        let dearer = shipped.replacen("credits = ", "credits = 1", 1);
        let changed = program.run_with(&[noun, "diff", "-"], &dearer);
        assert!(changed.out.contains("1 change") && changed.out.contains("    credits: "), "{}", changed.out);
        let applied = program.run_with(&[noun, "apply", "-", "--json"], &dearer).json();
        assert_eq!((&applied["number"], &applied["new"]), (&json!(1), &json!(true)));
        assert_eq!(applied["changes"].as_array().unwrap().len(), 1);
        assert_eq!(program.run(&[noun, "show"]).out, dearer);
        assert_eq!(program.run(&[noun, "show", "0"]).out, shipped);
        let again = program.run_with(&[noun, "apply", "-", "--json"], &dearer).json();
        assert_eq!((&again["number"], &again["new"]), (&json!(1), &json!(false)));
        assert_eq!(program.json(&[noun, "rollback", "0"])["number"], 2);
        assert_eq!(program.run(&[noun, "show"]).out, shipped);
        let numbers: Vec<_> = program.json(&[noun, "list"])["sets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|set| set["number"].clone())
            .collect();
        assert_eq!(numbers, [2, 1]);
        assert!(program.run(&[noun, "show", "7"]).failure().contains("set 7 does not exist"));
    }
}

#[tokio::test]
async fn a_faulty_file_is_rejected_with_every_fault_and_its_line() {
    let program = Program::new().await;
    let ran = program.run_with(
        &["routes", "apply", "-"],
        "colour = 1\n[[route]]\npath = \"/v1/keys\"\nendpoint = \"crm\"\n",
    );
    assert_eq!(ran.status, 1);
    for line in [
        "nothing was changed: 5 faults:",
        "line 1: unknown field `colour`",
        "line 3: `path` is under `/v1/keys`, a path of the service",
        "line 2: `access` is missing",
    ] {
        assert!(ran.err.contains(line), "{line}: {}", ran.err);
    }
    let compared = program.run_with(&["routes", "diff", "-"], "colour = 1\n");
    assert!(compared.err.contains("1 fault:"), "{}", compared.err);
    assert!(!compared.err.contains("changed"), "{}", compared.err);
    let listed = program.run(&["routes", "list"]);
    assert!(listed.out.contains("the shipped ones are in force"), "{}", listed.out);
}

#[tokio::test]
async fn what_the_routes_need_and_this_machine_lacks_is_worth_a_warning() {
    let program = Program::new().await;
    let routes = "builtin = false\n[[upstream]]\nupstream = \"images\"\ntargets = [\"https://img.example\"]\n\
        credential = { header = \"X-Token\", value = \"{env:NO_SUCH_VARIABLE}\" }\n\
        [[upstream]]\nupstream = \"audio\"\ntargets = [\"https://audio.example\"]\nca_file = \"/no/such/ca.pem\"\n";
    for verb in ["diff", "apply"] {
        let ran = program.run_with(&["routes", verb, "-"], routes);
        for warning in [
            "warning: upstream images: the environment variable NO_SUCH_VARIABLE is not set on this machine; a gateway",
            "warning: upstream audio: cannot read /no/such/ca.pem",
        ] {
            assert!(ran.status == 0 && ran.out.contains(warning), "{warning}: {}{}", ran.out, ran.err);
        }
    }
}

/// No gateway with these settings could start on such a set.
#[tokio::test]
async fn a_path_under_a_stage_prefix_is_refused() {
    let program = Program::new().await;
    let routes = "builtin = false\n[[upstream]]\nupstream = \"count\"\ntargets = [\"https://count.example\"]\n\
        [[route]]\nroute = \"count\"\npath = \"/prod/count\"\nmethods = [\"GET\"]\nupstream = \"count\"\n\
        access = \"analyze\"\ncredits = 1\n";
    let reason = "the path /prod/count is under the stage prefix /prod, which gateways ignore";
    let shown = program.run_with(&["routes", "diff", "-"], routes);
    assert!(shown.out.contains("+ route count"), "{}", shown.out);
    assert!(shown.status == 1 && shown.err.contains(reason), "{}{}", shown.out, shown.err);
    assert!(shown.err.contains("`apply` would refuse this file"), "{}", shown.err);
    let refused = program.run_with(&["routes", "apply", "-"], routes);
    assert!(refused.status == 1 && refused.err.contains(reason), "{}{}", refused.out, refused.err);
    assert!(program.run(&["routes", "show"]).out.contains("/crm"), "the shipped routes are still in force");
}

#[tokio::test]
async fn a_file_in_another_encoding_is_a_fault_with_its_line() {
    let program = Program::new().await;
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path()).unwrap();
    let file = scratch.path().join("latin-1.toml");
    std::fs::write(&file, b"builtin = false\n# pre\xe7os\n").unwrap();
    let failed = program.run(&["routes", "apply", file.to_str().unwrap()]);
    assert!(failed.failure().contains("line 2 has a byte that is not UTF-8; save the file as UTF-8"));
}

#[tokio::test]
async fn an_empty_file_is_a_fault_in_words() {
    let program = Program::new().await;
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path()).unwrap();
    let empty = scratch.path().join("empty.toml");
    for text in ["", "\n"] {
        std::fs::write(&empty, text).unwrap();
        for (noun, variable) in [("catalogue", "FLUENCE_CATALOGUE"), ("routes", "FLUENCE_ROUTES")] {
            for verb in ["apply", "diff"] {
                let ran = program.run_with(&[noun, verb, "-"], text);
                assert_eq!((ran.status, ran.out.as_str()), (1, ""));
                assert!(ran.err.contains("line 1: the file is empty"), "{}", ran.err);
            }
            for words in [&["config", "check"][..], &["serve", "--listen", "127.0.0.1:0"]] {
                let ran: Ran = program.command(words).env(variable, &empty).output().unwrap().into();
                assert_eq!(ran.status, 1, "{}", ran.err);
                assert!(ran.err.contains("line 1: the file is empty"), "{}", ran.err);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_without_the_plan_of_sign_ups_is_worth_a_warning() {
    const WARNING: &str = "warning: sign-up is closed: console.sign_up_plan is start/start";
    let program = Program::new().await;
    let found = || {
        let ran = program.run(&["doctor", "--json"]);
        let diagnosis: Value = serde_json::from_str(&ran.out).unwrap();
        let checks = diagnosis["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["name"] == "sign-up plan").map(|check| check["verdict"].clone())
    };
    assert_eq!(found(), Some(json!("ok")));
    let without =
        program.run(&["catalogue", "show"]).out.replace("edition = \"start\"", "edition = \"begin\"");
    for verb in ["diff", "apply"] {
        let ran = program.run_with(&["catalogue", verb, "-"], &without);
        assert!(ran.status == 0 && ran.out.contains(WARNING), "{verb}: {}{}", ran.out, ran.err);
    }
    assert_eq!(found(), Some(json!("warn")));
    let invited = [("FLUENCE_CONSOLE_SIGN_UP", "invited")];
    let ran: Ran = program.command(&["catalogue", "rollback", "1"]).envs(invited).output().unwrap().into();
    assert!(ran.status == 0 && !ran.out.contains("sign-up"), "{}{}", ran.out, ran.err);
    let serving = Serving::start(program.command(&["serve", "--listen", "127.0.0.1:0"]));
    let warning = serving.line("catalogue needs attention");
    assert!(warning["warning"].as_str().unwrap().contains("start/start"), "{warning}");
}

/// A catalogue of the seller's: one plan and one pack.
const MINE: &str = "[[edition]]\nedition = \"mine\"\n[[edition.plan]]\nplan = \"only\"\ntier = \"only\"\nlabel = \"only\"\n\
        credits = 9\nrate_per_s = 1\nburst = 1\nconcurrency = 1\nrequests = 9\naccess = [\"images\"]\napi_access = true\n\
        keys_per_environment = 1\nsupport = \"email\"\n[[pack]]\npack = \"little\"\nname = \"Little\"\ncredits = 5\n\
        price_usd = 1\n";

#[tokio::test]
async fn accounts_and_packs_are_of_the_catalogue_in_force() {
    let program = Program::new().await;
    let applied = program.run_with(&["catalogue", "apply", "-"], MINE);
    assert!(
        applied.out.contains("warning: plans list the access `images`, and no route has it"),
        "{}",
        applied.out
    );
    let account = program.account("mine", "only");
    program.json(&["credit", "grant", "--account", &account, "--pack", "little"]);
    assert_eq!(program.balance(&account), 14);
    let refused = program.run(&["credit", "grant", "--account", &account, "--pack", "mega"]);
    assert!(refused.failure().contains("pack `mega` does not exist; the packs are little"));
    let shipped = program.run(&["catalogue", "rollback", "0"]);
    assert_eq!(shipped.status, 1);
    assert!(shipped.err.contains("accounts are on plans that this catalogue does not have: mine/only"));
}

#[tokio::test]
async fn a_refused_catalogue_says_by_which_commands_its_accounts_are_moved() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    let closed = program.account("2025-01", "essentials");
    program.json(&["account", "close", &closed, "--yes"]);
    let refused = program.run_with(&["catalogue", "apply", "-"], MINE);
    assert_eq!(refused.status, 1);
    let advice = &refused.err;
    assert!(advice.contains("does not have: 2025-01/essentials, 2025-06/business"), "{advice}");
    assert!(advice.contains("Keep 2025-01/essentials in the catalogue"), "{advice}");
    let command = advice.lines().find_map(|line| line.trim().strip_prefix("fluence ")).unwrap();
    assert_eq!(command, "account move-all --from-edition 2025-06 --from business --edition mine --plan only");
    // Both catalogues, then the command, then what is left.
    let shipped = program.run(&["catalogue", "show", "0"]).out;
    let both = program.run_with(&["catalogue", "apply", "-"], &format!("{shipped}\n{MINE}"));
    assert_eq!(both.status, 0, "{}", both.err);
    let moved = program.run(&command.split_whitespace().collect::<Vec<_>>());
    assert_eq!(moved.status, 0, "{}", moved.err);
    assert_eq!(program.json(&["account", "show", &account])["plan"], "only");
    let refused = program.run_with(&["catalogue", "apply", "-"], MINE);
    assert!(
        refused.status == 1 && !refused.err.contains("move-all"),
        "only a closed account is left: {}",
        refused.err
    );
}

#[tokio::test]
async fn an_edition_that_is_wrong_is_corrected_with_its_own_option() {
    let program = Program::new().await;
    program.account("2025-06", "business");
    let words =
        ["account", "move-all", "--from-edition", "2025-01", "--from", "business", "--plan", "enterprise"];
    let failed = program.run(&words);
    assert_eq!(
        failed.failure(),
        "edition 2025-01 has no plan `business`, but edition 2025-06 has: use --from-edition 2025-06"
    );
}

#[tokio::test]
async fn a_gateway_that_cannot_activate_the_routes_is_waited_for_by_no_one() {
    let program = Program::new().await;
    let routes = "[[upstream]]\nupstream = \"images\"\ntargets = [\"https://images.example\"]\n\
                  credential = { header = \"X-Token\", value = \"{env:NO_SUCH_VARIABLE}\" }\n";
    let applied = program.run_with(&["routes", "apply", "-"], routes);
    assert_eq!(applied.status, 0, "{}", applied.err);
    let failed = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(failed.status, 1, "{}", failed.err);
    assert!(failed.err.contains("NO_SUCH_VARIABLE is not set"), "{}", failed.err);
    let left: (i64, i64) = sqlx::query_as(
        "select (select count(*) from node), (select count(*) from ledger_epoch where closed_at is null)",
    )
    .fetch_one(program.database.pool())
    .await
    .unwrap();
    assert_eq!(left, (0, 0), "gateways, open epochs");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_settings_are_applied_at_a_start_and_on_sighup() {
    let program = Program::new().await;
    let file = std::env::temp_dir().join(format!("fluence-routes-{}.toml", std::process::id()));
    std::fs::write(&file, "builtin = false\n").unwrap();
    let mut serve = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    serve.env("FLUENCE_ROUTES", &file);
    let serving = Serving::start(serve);
    serving.address();
    assert_eq!(program.run(&["routes", "show"]).out, "builtin = false\n");
    std::fs::write(&file, "builtin = 1\n").unwrap();
    serving.hang_up();
    let said = serving.line("SIGHUP: file not applied");
    assert!(said.to_string().contains("`builtin` must be true or false"), "{said}");
    assert_eq!(program.run(&["routes", "show"]).out, "builtin = false\n");
    std::fs::write(&file, "builtin = true\n").unwrap();
    serving.hang_up();
    serving.line("sets activated");
    assert_eq!(program.run(&["routes", "show"]).out, "builtin = true\n");
    serving.stop();
    std::fs::write(&file, "colour = 1\n").unwrap();
    let mut serve = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    let ran = serve.env("FLUENCE_ROUTES", &file).output().unwrap();
    std::fs::remove_file(&file).unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(!ran.status.success() && said.contains("line 1: unknown field `colour`"), "{said}");
}
