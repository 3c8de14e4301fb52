//! The plan of the fast statement. With the wrong one it still works, but accounts are locked in no
//! order, or a batch costs the square of its calls.

use fluence::storage::ledger::{FAST_STATEMENT, FAST_STATEMENT_WITH_STATUSES, writer_options};
use sqlx::{ConnectOptions, Connection, Row};

use super::fixture::LedgerFixture;

/// The generic plan, as the writer's session makes it.
async fn plan(fixture: &LedgerFixture) -> String {
    plan_of(fixture, FAST_STATEMENT, "").await
}

/// The plan of the statement of a batch with statuses.
async fn plan_with_statuses(fixture: &LedgerFixture) -> String {
    plan_of(fixture, FAST_STATEMENT_WITH_STATUSES, ", uuid[], uuid[], smallint[], smallint[]").await
}

/// `more` are the types of its parameters after those of [`FAST_STATEMENT`].
async fn plan_of(fixture: &LedgerFixture, statement: &str, more: &str) -> String {
    let mut connection = writer_options(fixture.database.options()).connect().await.unwrap();
    let prepare = format!(
        "prepare fast (int, int, int, uuid[], smallint[], bytea, bytea, int, uuid[], bigint[], bigint[], bigint[], bigint[],
                       bigint[], int[], uuid[], uuid[], uuid[], smallint[], smallint[], smallint[], bigint[], bigint[], bigint[],
                       uuid[], uuid[], smallint[], text[]{more}) as {statement}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare)).execute(&mut connection).await.unwrap();
    let arrays = vec!["'{}'"; 20 + more.matches("[]").count()].join(", ");
    let explain = format!("explain execute fast (1, 1, 1, '{{}}', '{{}}', '', '', 0, {arrays})");
    let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
}

/// The part of a plan that makes one CTE.
fn cte<'a>(plan: &'a str, name: &str) -> &'a str {
    let start = plan.find(&format!("CTE {name}\n")).unwrap_or_else(|| panic!("no CTE {name} in\n{plan}"));
    let rest = &plan[start..];
    let end = rest[4..].find("\n  CTE ").map_or(rest.len(), |end| end + 4);
    &rest[..end]
}

#[tokio::test]
async fn accounts_are_reached_by_index_in_the_order_of_the_array() {
    let fixture = LedgerFixture::new(10, 10).await;
    let plan = plan(&fixture).await;
    let changed = cte(&plan, "changed");
    let (array, index) =
        (changed.find("Function Scan on d"), changed.find("Index Scan using ledger_account_pkey"));
    assert!(array.is_some() && array < index, "{plan}");
    assert!(changed.contains("Nested Loop"), "{plan}");
    assert!(!changed.contains("Sort") && !changed.contains("Hash"), "{plan}");
}

#[tokio::test]
async fn entries_and_settlements_are_hash_joined_to_the_accounts_that_were_changed() {
    let fixture = LedgerFixture::new(10, 10).await;
    let plan = plan(&fixture).await;
    let with_statuses = plan_with_statuses(&fixture).await;
    for (plan, name) in [(&plan, "entry"), (&plan, "settled"), (&with_statuses, "status")] {
        let joined = cte(plan, name);
        assert!(joined.contains("Hash Join") && !joined.contains("Nested Loop"), "{plan}");
    }
}

#[tokio::test]
async fn no_table_is_read_whole() {
    let fixture = LedgerFixture::new(10, 10).await;
    for plan in [plan(&fixture).await, plan_with_statuses(&fixture).await] {
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
}
