//! The pages by which an owner checks the numbers: usage, statement, receipts, credits.

use fluence::clock::{id_of, new_id, now};
use fluence::domain::credits::Credits;
use fluence::domain::ids::CallId;
use fluence::domain::language::Language;
use fluence::ledger::rules::entry::GrantKind;
use fluence::ledger::rules::operation::{Grant, Operation};
use fluence::storage::console::statement::{self, StatementFilter};
use serde_json::json;

use crate::gate::people::marina;
use crate::support::customer::Customer;
use crate::support::gateway::{Gateway, eventually};
use crate::support::visitor::{Page, Visitor, attribute};

/// A customer with an answered call, a search that found nobody, a refund and a refused call.
pub(super) async fn with_calls(gateway: &Gateway) -> Customer {
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let call =
        async |path: &str, body: &serde_json::Value| gateway.post(path, &customer.key, body).await.status;
    assert_eq!(call("/crm", &marina()).await, 200);
    let nobody = json!({ "primeiro_nome": "Ninguém", "ultimo_nome": "Sabe Quem", "empresa": "Lugar Nenhum" });
    assert_eq!(call("/crm_basico", &nobody).await, 404);
    assert_eq!(call("/crm", &json!({})).await, 400);
    customer
}

/// Waits until the calls are in the usage.
pub(super) async fn added_up(gateway: &Gateway, customer: &Customer, calls: i64) {
    eventually("usage is added up", async || {
        let sum: i64 = sqlx::query_scalar(
            "select coalesce(sum(calls), 0)::bigint from ledger_usage where account_id = $1",
        )
        .bind(customer.account.as_uuid())
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
        sum == calls
    })
    .await;
}

/// The text of a page without its tags.
fn text(body: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for c in body.chars() {
        match c {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                text.push(' ');
            }
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn usage_shows_calls_and_credits_and_that_they_are_the_statements() {
    let gateway = Gateway::start().await;
    let customer = with_calls(&gateway).await;
    added_up(&gateway, &customer, 2).await;
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}", customer.account);
    let page = text(&ana.get(&format!("{root}/usage")).await.body);
    assert!(page.contains("/crm 1 0 0 2 /crm_basico 1 0 0 1 Total 2 0 0 3"), "{page}");
    assert!(page.contains("Checked against the statement ✓ equal"), "{page}");
    assert!(
        page.contains(
            "On hold for 2 calls 3 Less refunds 0 Charged by the entries 3 Charged by the usage (2 calls) 3"
        ),
        "{page}"
    );
    let by_outcome = text(&ana.get(&format!("{root}/usage?by=outcome&show=calls")).await.body);
    assert!(
        by_outcome.contains("answered 1 0 0 2") && by_outcome.contains("no profile found 1 0 0 1"),
        "{by_outcome}"
    );
    for by in ["key", "environment"] {
        let page = text(&ana.get(&format!("{root}/usage?by={by}&period=30")).await.body);
        assert!(page.contains("Total 2 0 0 3"), "{by}: {page}");
    }
    let csv = ana.get(&format!("{root}/usage.csv")).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"usage-")
    );
    assert!(
        csv.has(",/crm,answered,1,0,2\r\n") && csv.has(",/crm_basico,profile_not_found,1,0,1\r\n"),
        "{}",
        csv.body
    );
}

/// The lines of the API's usage by endpoint, in days that a page shows too.
async fn lines_of_api(gateway: &Gateway, customer: &Customer) -> Vec<serde_json::Value> {
    let answer = gateway.get("/v1/account/usage?group_by=endpoint", &customer.key).await;
    answer.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_calls_of_the_api_are_those_that_ended_and_those_refused_of_the_console() {
    let gateway = Gateway::start().await;
    let customer = with_calls(&gateway).await;
    gateway.leave(customer.account, 0).await;
    for _ in 0..3 {
        assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 402);
    }
    added_up(&gateway, &customer, 2).await;
    let number = |line: &serde_json::Value, name: &str| line[name].as_i64().unwrap();
    eventually("refused calls are counted", async || {
        lines_of_api(&gateway, &customer).await.iter().any(|line| number(line, "refused") == 3)
    })
    .await;
    let mut ana = gateway.admin(customer.account).await;
    let page = text(&ana.get(&format!("/console/{}/usage?period=30", customer.account)).await.body);
    assert!(page.contains("Calls ended Calls refunded Calls refused Credits"), "{page}");
    for line in lines_of_api(&gateway, &customer).await {
        let (endpoint, refused) = (line["endpoint"].as_str().unwrap(), number(&line, "refused"));
        let ended = number(&line, "calls") - refused;
        let row = format!("{endpoint} {ended} 0 {refused} {}", number(&line, "credits"));
        assert!(page.contains(&row), "{row}: {page}");
    }
    assert!(page.contains("Total 2 0 3 3"), "{page}");
}

#[tokio::test]
async fn odd_days_are_a_fault_at_the_top_and_no_failure() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut ana = gateway.admin(customer.account).await;
    for (query, fault) in [
        ("from=2026-11-27&to=2026-11-26", "The first day is after the last one"),
        ("from=2024-01-01&to=2026-11-26", "more than a year"),
        ("from=26/11/2026", "That is not a day"),
        ("period=own&from=9999-99-99", "That is not a day"),
        ("from=9999-12-31", "between 1 Jan 2000 and 31 Dec 2200"),
    ] {
        for page in ["usage", "ledger"] {
            let shown = ana.get(&format!("/console/{}/{page}?{query}", customer.account)).await;
            assert!(shown.status == 200 && shown.has(fault), "{page}?{query}: {}", shown.body);
            let file = ana.get(&format!("/console/{}/{page}.csv?{query}", customer.account)).await;
            assert!(file.status == 400 && file.has(fault), "{page}.csv?{query}: {}", file.body);
        }
    }
}

#[tokio::test]
async fn typed_days_win_over_the_period_that_stays_selected() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let mut ana = gateway.admin(customer.account).await;
    let path = format!("/console/{}/usage", customer.account);
    let page = ana.get(&path).await;
    let value = |name: &str| {
        let tag = page.body.split("<input").find(|tag| tag.contains(&format!("name=\"{name}\""))).unwrap();
        attribute(tag.split('>').next().unwrap(), "value")
    };
    let (from, to, shown) = (value("from"), value("to"), value("shown"));
    let chosen = |page: &Page| {
        let option = page.body.split("<option ").find(|option| option.contains(" selected>")).unwrap();
        option.split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!(chosen(&page), "this");
    for (query, period) in [
        (format!("period=this&from=2026-01-02&to=2026-01-03&shown={shown}"), "own"),
        (format!("period=7&from=2026-01-02&to=2026-01-03&shown={shown}"), "own"),
        (format!("period=this&from={from}&to={to}&shown={shown}"), "this"),
        (format!("period=90&from={from}&to={to}&shown={shown}"), "90"),
        (format!("period=this&from=&to=&shown={shown}"), "this"),
        (format!("period=this&from={from}&to={to}"), "this"),
    ] {
        let page = ana.get(&format!("{path}?{query}")).await;
        assert_eq!(chosen(&page), period, "{query}: {}", page.body);
    }
    let typed = format!("{path}?period=this&from=2026-01-02&to=2026-01-03&shown={shown}");
    assert!(ana.get(&typed).await.has("value=\"2026-01-02\""));
    let odd = ana.get(&format!("{path}?period=this&from=2026-01-03&to=2026-01-02&shown={shown}")).await;
    assert!(odd.has("The first day is after the last one"), "{}", odd.body);
}

#[tokio::test]
async fn the_statement_shows_each_entry_with_the_balance_after_it() {
    let gateway = Gateway::start().await;
    let customer = with_calls(&gateway).await;
    gateway.add_pack(customer.account, 200, chrono::TimeDelta::days(300)).await;
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}", customer.account);
    let page = ana.get(&format!("{root}/ledger?sum=1")).await;
    let shown = text(&page.body);
    let places: Vec<usize> = ["+200 1,197", "\u{2212}1 997", "\u{2212}2 998", "+1,000 1,000"]
        .iter()
        .map(|entry| shown.find(entry).unwrap_or_else(|| panic!("{entry}: {shown}")))
        .collect();
    assert!(places.is_sorted(), "newest first: {shown}");
    assert!(shown.contains("Entry 4 is the newest, and its balance is the account’s: ✓ 1,197"), "{shown}");
    assert!(shown.contains("All 4 entries add up to ✓ 1,197"), "{shown}");
    assert!(
        shown.contains("✓ adds up")
            && shown.contains("Balance before 0")
            && shown.contains("Balance after 1,197"),
        "{shown}"
    );
    let calls = text(&ana.get(&format!("{root}/ledger?kind=calls")).await.body);
    assert!(calls.contains("\u{2212}2 998") && !calls.contains("+200 1,197 "), "{calls}");
    let csv = ana.get(&format!("{root}/ledger.csv")).await;
    assert!(csv.body.starts_with("\u{feff}number,at,kind,amount,balance_after,"), "{}", csv.body);
    assert_eq!(csv.body.lines().count(), 5);
    // Without days the file holds what the list holds, and with days theirs.
    assert!(page.has(&format!("{root}/ledger.csv\"")), "{}", page.body);
    let days = "from=2020-01-01&to=2020-01-02";
    let of_days = ana.get(&format!("{root}/ledger?{days}")).await;
    assert!(of_days.has(&format!("{root}/ledger.csv?{}", days.replace('&', "&amp;"))), "{}", of_days.body);
    assert_eq!(ana.get(&format!("{root}/ledger.csv?{days}")).await.body.lines().count(), 1);
}

#[tokio::test]
async fn a_receipt_says_what_was_charged_and_why() {
    let gateway = Gateway::start().await;
    let customer = with_calls(&gateway).await;
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}", customer.account);
    let links = async |ana: &mut Visitor| {
        let page = ana.get(&format!("{root}/ledger?kind=calls")).await.body;
        let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let calls = links.filter_map(|link| link.strip_prefix("ledger/calls/"));
        calls.map(|call| format!("{root}/ledger/calls/{call}")).collect::<Vec<_>>()
    };
    eventually("both calls are settled", async || {
        let mut ana = ana.copy();
        !ana.get(&format!("{root}/ledger")).await.has("Running")
    })
    .await;
    let calls = links(&mut ana).await;
    assert_eq!(calls.len(), 2, "{calls:?}");
    let nobody = text(&ana.get(&calls[0]).await.body);
    assert!(
        nobody.contains(
            "The search found no profile. A search costs the same as an answer. Charged: 1 credit."
        ),
        "{nobody}"
    );
    let answered = text(&ana.get(&calls[1]).await.body);
    assert!(answered.contains("Receipt: /crm") && answered.contains("Charged: 2 credits."), "{answered}");
    assert!(answered.contains("Sealed in batch"), "{answered}");
    ana.language = "pt-BR";
    let portuguese = text(&ana.get(&calls[1]).await.body);
    assert!(portuguese.contains("A chamada foi respondida. Cobrado: 2 créditos."), "{portuguese}");
    // Another account's call, and one that never was.
    let other = gateway.professional().await;
    let mut bia =
        gateway.logged_in(other.account, "bia@example.com", fluence::domain::member::Role::Admin).await;
    let id = calls[1].rsplit('/').next().unwrap();
    for id in [id.to_owned(), new_id().to_string(), "x".to_owned()] {
        assert_eq!(
            bia.get(&format!("/console/{}/ledger/calls/{id}", other.account)).await.status,
            404,
            "{id}"
        );
    }
}

#[tokio::test]
async fn credits_and_plan_show_lots_with_their_ends_and_the_requests_left() {
    let gateway = Gateway::start_with(&[("FLUENCE_SUPPORT_CONTACT", "help@acme.test")]).await;
    let customer = with_calls(&gateway).await;
    gateway.add_pack(customer.account, 200, chrono::TimeDelta::days(300)).await;
    let mut ana = gateway.admin(customer.account).await;
    let page = ana.get(&format!("/console/{}/credits", customer.account)).await;
    let shown = text(&page.body);
    let (plan, pack) = (shown.find("plan 1").unwrap(), shown.find("pack 2").unwrap());
    assert!(plan < pack, "spent first stands first: {shown}");
    assert!(shown.contains("1,000 997") && shown.contains("200 200"), "{shown}");
    assert!(shown.contains("2 of 1,000 requests") && shown.contains("998"), "{shown}");
    assert!(page.has("href=\"mailto:help@acme.test\""), "{}", page.body);
    // Acts of pages have ids that say nothing to their owners.
    for (reference, words) in [
        (format!("form {}", "a4".repeat(32)), "(by an operator)"),
        (format!("sign-up:{}", new_id()), "(for signing up)"),
    ] {
        let grant = Grant {
            account_id: customer.account,
            id: CallId::from_uuid(new_id()),
            reference: reference.clone(),
            kind: GrantKind::Grant,
            amount: 5.try_into().unwrap(),
            expires_at: now() + chrono::TimeDelta::days(30),
            note: "ok".into(),
        };
        gateway.act(Operation::Grant(grant)).await;
        let page = ana.get(&format!("/console/{}/credits", customer.account)).await;
        assert!(page.has(words) && !page.has(&reference), "{}", page.body);
        // The statement says the same as the audit log.
        let of_sign_up = reference.starts_with("sign-up:");
        let statement = ana.get(&format!("/console/{}/ledger", customer.account)).await;
        assert_eq!(statement.has("Granted by the gateway for signing up"), of_sign_up, "{}", statement.body);
    }
    let may_call: Vec<&str> = shown.split("May call").nth(1).unwrap_or_default().split_whitespace().collect();
    assert!(may_call.contains(&"/crm") && may_call.contains(&"/crm_basico"), "{shown}");
}

#[tokio::test]
async fn j07_names_and_reasons_become_neither_markup_nor_formulas() {
    let gateway = Gateway::start().await;
    let customer = with_calls(&gateway).await;
    let hostile = "<script>alert(1)</script>";
    let formula = "=HYPERLINK(\"x\")";
    for statement in [
        "update api_key set name = $1 where account_id = $2",
        "update account set name = $1 where id = $2",
        "update environment set name = left($1, 40) where account_id = $2",
    ] {
        sqlx::query(statement)
            .bind(hostile)
            .bind(customer.account.as_uuid())
            .execute(gateway.database.pool())
            .await
            .unwrap();
    }
    for (reference, note) in [(hostile, formula), (formula, hostile)] {
        gateway
            .act(Operation::Grant(Grant {
                account_id: customer.account,
                id: CallId::from_uuid(id_of(now())),
                reference: reference.into(),
                kind: GrantKind::Grant,
                amount: Credits::from_u32(5),
                expires_at: now() + chrono::TimeDelta::days(9),
                note: note.into(),
            }))
            .await;
    }
    let mut ana = gateway.admin(customer.account).await;
    for page in ["", "/usage?by=key", "/usage?by=environment", "/ledger", "/credits", "/audit", "/settings"] {
        let shown = ana.get(&format!("/console/{}{page}", customer.account)).await;
        assert_eq!(shown.status, 200, "{page}");
        assert!(!shown.has("<script>alert"), "{page}: {}", shown.body);
        assert!(shown.has("&lt;script&gt;") || page == "/audit", "{page}");
    }
    for file in ["usage.csv", "ledger.csv", "audit.csv"] {
        let csv = ana.get(&format!("/console/{}/{file}", customer.account)).await.body;
        assert!(
            !csv.lines()
                .any(|line| line.split(',').any(|cell| cell.starts_with('=') || cell.starts_with("\"="))),
            "{csv}"
        );
    }
}

/// A customer with a few calls and 60,000 entries of another kind after them.
async fn with_long_statement(gateway: &Gateway) -> Customer {
    let customer = with_calls(gateway).await;
    let account = customer.account.as_uuid();
    let mut work = gateway.database.pool().begin().await.unwrap();
    sqlx::query(
        "insert into ledger_entry (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind, route)
         select account_id, a.last_entry + n, at + n * interval '1 second', 0, 997, gen_random_uuid(), null, epoch, batch, lot, 6, null
           from ledger_entry e join ledger_account a using (account_id) cross join generate_series(1, 60000) n
          where account_id = $1 and number = a.last_entry",
    )
    .bind(account)
    .execute(&mut *work)
    .await
    .unwrap();
    sqlx::query("update ledger_account set last_entry = last_entry + 60000 where account_id = $1")
        .bind(account)
        .execute(&mut *work)
        .await
        .unwrap();
    work.commit().await.unwrap();
    sqlx::query("analyze ledger_entry").execute(gateway.database.pool()).await.unwrap();
    customer
}

#[tokio::test]
async fn a_file_of_a_long_statement_counts_the_entries_of_its_filter() {
    let gateway = Gateway::start().await;
    let customer = with_long_statement(&gateway).await;
    let mut ana = gateway.admin(customer.account).await;
    let path = format!("/console/{}/ledger.csv", customer.account);
    let all = ana.get(&path).await;
    assert!(all.status == 422 && all.has("Too many lines"), "{} {}", all.status, all.body);
    let calls = ana.get(&format!("{path}?kind=calls")).await;
    assert_eq!(calls.status, 200, "{}", calls.body);
    let kinds: Vec<&str> = calls.body.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert!(kinds.len() >= 2 && kinds.iter().all(|kind| ["hold", "release"].contains(kind)), "{kinds:?}");
}

#[tokio::test]
async fn a_page_of_a_long_statement_reads_few_entries() {
    let gateway = Gateway::start().await;
    let customer = with_long_statement(&gateway).await;
    let noon = now() + chrono::TimeDelta::hours(8);
    let between = Some((noon, noon + chrono::TimeDelta::minutes(1)));
    for (filter, most) in [
        (StatementFilter::default(), 120),
        // Some 40 steps of halving, and the entries two minutes around.
        (StatementFilter { between, ..StatementFilter::default() }, 800),
    ] {
        let mut reading = gateway.database.pool().begin().await.unwrap();
        let page = statement::newest(&mut reading, customer.account, &filter, (None, 50), Language::En)
            .await
            .unwrap();
        assert_eq!(page.lines.len(), 50);
        let read: i64 = sqlx::query_scalar(
            "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
               from pg_stat_xact_user_tables where relname like 'ledger_entry%'",
        )
        .fetch_one(&mut *reading)
        .await
        .unwrap();
        assert!(read <= most, "{filter:?} read {read} entries");
    }
}

#[tokio::test]
async fn older_entries_are_a_page_further() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for _ in 0..60 {
        gateway.add_pack(customer.account, 1, chrono::TimeDelta::days(30)).await;
    }
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}/ledger", customer.account);
    let first = ana.get(&root).await;
    assert_eq!(first.body.matches("<tr id=\"entry-").count(), 50);
    let older =
        first.body.split(&format!("href=\"{root}?")).find(|rest| rest.starts_with("before=")).unwrap();
    let older = older.split('"').next().unwrap();
    let second = ana.get(&format!("{root}?{older}")).await;
    assert_eq!(second.body.matches("<tr id=\"entry-").count(), 11);
    assert!(second.has("<tr id=\"entry-1\"") && !second.has("Older"));
}

/// The lines above a printed page, as its reader reads them.
fn printed(page: &Page) -> String {
    text(page.body.split("<dl class=\"printed\">").nth(1).unwrap().split("</dl>").next().unwrap())
}

#[tokio::test]
async fn a_printed_statement_says_which_entries_it_has_and_of_how_many() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for _ in 0..60 {
        gateway.add_pack(customer.account, 1, chrono::TimeDelta::days(30)).await;
    }
    let mut ana = gateway.admin(customer.account).await;
    let root = format!("/console/{}/ledger", customer.account);
    let today = now().date_naive();
    let day = today.format("%-d %b %Y").to_string();
    for (query, entries, title) in [
        (String::new(), "12–61 of 61", "Entries: 12–61 of 61"),
        ("?before=12".to_owned(), "1–11 of 61", "Entries: 1–11 of 61"),
        (format!("?from={today}&to={today}"), "50 of 61", ": 50 of 61"),
        (
            "?kind=in".to_owned(),
            "50; there are others Kind Credits in",
            "Entries (filtered): 50; there are others",
        ),
    ] {
        let page = ana.get(&format!("{root}{query}")).await;
        let printed = printed(&page);
        assert!(printed.contains(&format!("Entries {entries}")), "{query}: {printed}");
        assert!(printed.contains(&format!("Period {day} – {day}")), "{query}: {printed}");
        assert!(printed.contains("As of ") && printed.contains(&customer.account.to_string()), "{printed}");
        assert!(page.has(title), "{query}: {}", page.body);
    }
    let page = ana.get(&root).await;
    assert!(
        page.has("This billing period so far: "),
        "the box is of other days than the list: {}",
        page.body
    );
    let few = gateway.professional().await.account;
    let mut bia = gateway.logged_in(few, "bia@example.com", fluence::domain::member::Role::Admin).await;
    let page = bia.get(&format!("/console/{few}/ledger")).await;
    assert!(page.has("All entries: 1<"), "{}", page.body);
}

#[tokio::test]
async fn usage_names_refused_calls_by_the_code_that_their_client_reads() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(0).await;
    let refused = gateway.get("/v1/keys", &customer.key).await;
    assert_eq!(refused.outcome(), (403, "FORBIDDEN"));
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 402);
    let ana = std::cell::RefCell::new(gateway.admin(customer.account).await);
    let path = format!("/console/{}/usage?by=outcome&show=calls", customer.account);
    #[expect(clippy::await_holding_refcell_ref, reason = "one task")]
    eventually("refused calls are counted", async || {
        let page = text(&ana.borrow_mut().get(&path).await.body);
        assert!(!page.contains("INSUFFICIENT_SCOPE"), "{page}");
        page.contains("FORBIDDEN · /v1/keys refused, free 0 0 1 0")
            && page.contains("INSUFFICIENT_CREDITS · /crm refused, free 0 0 1 0")
    })
    .await;
}

#[tokio::test]
async fn the_statement_names_its_account_and_what_it_covers() {
    let gateway = Gateway::start().await;
    let customer = with_calls(&gateway).await;
    let mut ana = gateway.admin(customer.account).await;
    let path = format!("/console/{}/ledger", customer.account);
    let whole = text(&ana.get(&path).await.body);
    let head = format!("Account Test Account id {} Period", customer.account);
    let day = now().date_naive();
    let shown = day.format("%-d %b %Y – %-d %b %Y").to_string();
    assert!(whole.contains(&format!("{head} {shown} Entries 3")), "{whole}");
    assert!(whole.contains("This billing period so far: ") && whole.contains("All entries: 3"), "{whole}");
    let of_day = text(&ana.get(&format!("{path}?from={day}&kind=calls")).await.body);
    assert!(of_day.contains(&format!("{head} {shown}")), "{of_day}");
    assert!(of_day.contains(&format!("Entries of {shown} (filtered): ")), "{of_day}");
    assert!(!of_day.contains("This billing period"), "{of_day}");
}
