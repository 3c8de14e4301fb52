//! What the address of a page or a file narrows it to: a filter that cannot be read is named, and
//! no file holds more than was asked for.

use fluence::domain::ids::AccountId;

use super::money::{added_up, with_calls};
use super::operator::{admin, desk, start};
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

/// A page, one filter of it, and values that are none.
const UNREAD: [(&str, &str, &[&str]); 10] = [
    ("ledger", "key", &["x", "OTHER"]),
    ("ledger", "kind", &["zz"]),
    ("ledger", "before", &["x", "-1", "0"]),
    ("usage", "key", &["x", "OTHER"]),
    ("usage", "environment", &["x", "OTHER"]),
    ("usage", "by", &["zz"]),
    ("usage", "show", &["zz"]),
    ("audit", "subject", &["zz", "KEY"]),
    ("audit", "actor", &["zz"]),
    ("audit", "before", &["x"]),
];

/// The key and the environment of another account.
async fn of_another(gateway: &Gateway) -> (String, String) {
    let other = gateway.professional().await;
    let environment: uuid::Uuid = sqlx::query_scalar("select environment_id from api_key where id = $1")
        .bind(other.key_id.as_uuid())
        .fetch_one(gateway.database.pool())
        .await
        .unwrap();
    (other.key_id.to_string(), environment.to_string())
}

/// Opens the pages and files below `root` with each of these filters.
async fn assert_says_so(visitor: &mut Visitor, root: &str, (key, environment): &(String, String)) {
    for (page, name, values) in UNREAD {
        for value in values {
            let other = if name == "key" { key } else { environment };
            let query = format!("{page}?{name}={}", value.replace("OTHER", other));
            let shown = visitor.get(&format!("{root}/{query}")).await;
            assert_eq!(shown.status, 200, "{query}");
            let fault = format!("Invalid filter: {name}. This page is shown without it.");
            assert!(shown.has(&fault), "{query}: {}", shown.body);
            let file = visitor.get(&format!("{root}/{}", query.replace('?', ".csv?"))).await;
            assert_eq!(file.status, 400, "{query}: {}", file.body);
            assert!(file.has("nvalid filter") && file.has("No file was made"), "{query}: {}", file.body);
        }
    }
    for page in ["ledger", "usage", "audit"] {
        let broken = "subject=key&subject=key&from=2026-11-01&from=2026-11-02";
        for query in [broken, "key=%ff", "unknown=1"] {
            let file = visitor.get(&format!("{root}/{page}.csv?{query}")).await;
            assert_eq!(file.status, 400, "{page}.csv?{query}: {}", file.body);
        }
        let shown = visitor.get(&format!("{root}/{page}?{broken}")).await;
        assert!(shown.has("an invalid filter"), "{page}: {}", shown.body);
        let file = visitor.get(&format!("{root}/{page}.csv?lang=pt&x=1")).await;
        assert!(file.has("O endereço tem um filtro inválido."), "{page}: {}", file.body);
        visitor.get(&format!("{root}/{page}?lang=en")).await;
    }
    let period = visitor.get(&format!("{root}/usage?period=zz")).await;
    assert!(period.has("There is no such period."), "{}", period.body);
    assert_eq!(visitor.get(&format!("{root}/usage.csv?period=zz")).await.status, 400);
}

fn console(account: AccountId) -> String {
    format!("/console/{account}")
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_named_and_makes_no_file() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let other = of_another(&gateway).await;
    let mut ana = gateway.admin(account).await;
    assert_says_so(&mut ana, &console(account), &other).await;
    let mut operator = admin(&gateway).await.visitor;
    assert_says_so(&mut operator, &desk(account), &other).await;
}

#[tokio::test]
async fn lists_name_a_filter_that_cannot_be_read() {
    let gateway = start().await;
    let account = gateway.professional().await.account;
    let (_, environment) = of_another(&gateway).await;
    let mut ana = gateway.admin(account).await;
    let mut operator = admin(&gateway).await.visitor;
    let of_environment = format!("environment={environment}");
    for query in ["environment=x", &of_environment, "state=zz", "before=x"] {
        let name = query.split('=').next().unwrap();
        let page = ana.get(&format!("{}/keys?{query}", console(account))).await;
        assert!(page.has(&format!("Invalid filter: {name}.")), "{query}: {}", page.body);
    }
    let nul = ana.get(&format!("{}/keys?text=%00", console(account))).await;
    assert!(nul.status == 200 && nul.has("an invalid filter"), "{}", nul.body);
    for path in
        ["/operator/audit?operator=%00", "/operator/accounts?text=%00", "/operator/plans/accounts?plan=%00"]
    {
        let page = operator.get(path).await;
        assert!(matches!(page.status, 200 | 303), "{path}: {} {}", page.status, page.body);
    }
    for (path, name) in [
        ("/operator/audit?action=zz", "action"),
        ("/operator/audit?before=x", "before"),
        ("/operator/email?state=zz", "state"),
        ("/operator/email?before=x", "before"),
        ("/operator/busiest?span=zz", "span"),
    ] {
        let page = operator.get(path).await;
        assert!(page.has(&format!("Invalid filter: {name}.")), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn a_file_holds_what_its_page_shows() {
    let gateway = Gateway::start().await;
    let customer = with_calls(&gateway).await;
    added_up(&gateway, &customer, 2).await;
    let mut ana = gateway.admin(customer.account).await;
    let root = console(customer.account);
    let mut lines = async |file: &str| {
        let file = ana.get(&format!("{root}/{file}")).await;
        assert_eq!(file.status, 200, "{}", file.body);
        file.body.lines().count() - 1
    };
    let key = customer.key_id;
    let all = lines("ledger.csv").await;
    let (calls, paid_in) = (lines("ledger.csv?kind=calls").await, lines("ledger.csv?kind=in").await);
    assert!(calls == 2 && paid_in > 0 && calls + paid_in == all, "{calls} {paid_in} {all}");
    assert_eq!(lines(&format!("ledger.csv?key={key}")).await, 2);
    assert_eq!(lines(&format!("ledger.csv?kind=in&key={key}")).await, 0);
    let used = lines("usage.csv").await;
    assert!(used > 0 && lines(&format!("usage.csv?key={key}&by=key&show=calls")).await == used);
    let environments: Vec<(uuid::Uuid, bool)> = sqlx::query_as(
        "select id, exists (select from api_key k where k.environment_id = e.id and k.id = $2)
           from environment e where account_id = $1",
    )
    .bind(customer.account.as_uuid())
    .bind(key.as_uuid())
    .fetch_all(gateway.database.pool())
    .await
    .unwrap();
    for (environment, has_key) in environments {
        let expected = if has_key { used } else { 0 };
        assert_eq!(lines(&format!("usage.csv?environment={environment}")).await, expected);
    }
    for (page, query) in [
        ("ledger", format!("kind=calls&amp;key={key}")),
        ("usage", format!("key={key}")),
        ("audit", "subject=key&amp;actor=operator".to_owned()),
    ] {
        let shown = ana.get(&format!("{root}/{page}?{}", query.replace("&amp;", "&"))).await;
        let link = shown.body.split(&format!("{page}.csv?")).nth(1).unwrap().split('"').next().unwrap();
        assert!(link.contains(&query), "{link}");
    }
}
