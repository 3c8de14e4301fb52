//! The playground without a browser: its page, its programs and its key.

use fluence::domain::ids::AccountId;
use fluence::domain::member::Role;

use crate::gate::people::marina;
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

/// Asks for a key as the script of the page does.
async fn key(visitor: &mut Visitor, account: AccountId) -> (u16, String) {
    let page = visitor.get(&format!("/console/{account}/playground")).await;
    let token = page.body.split("data-key-token=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let made = visitor.post(&format!("/console/{account}/playground/key"), &[("form", &token)]).await;
    (made.status, made.body)
}

#[tokio::test]
async fn a_member_tries_calls_with_a_key_of_an_hour_that_costs_nothing() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let account = gateway.professional().await.account;
    let mut joao = gateway.logged_in(account, "joao@example.com", Role::Member).await;
    let (status, first) = key(&mut joao, account).await;
    assert_eq!(status, 200, "{first}");
    let answer = gateway.post("/crm", &first, &marina()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(gateway.balance(account).await, 1000);
    let (_, second) = key(&mut joao, account).await;
    assert_eq!(gateway.post("/crm", &second, &marina()).await.status, 200);
    let (live, ends): (i64, bool) = sqlx::query_as(
        "select count(*), bool_and(expires_at <= now() + interval '60 minutes')
           from api_key k join environment e on e.id = k.environment_id
          where e.name = 'playground' and e.mode = 'test' and k.state = 'active'",
    )
    .fetch_one(gateway.database.pool())
    .await
    .unwrap();
    assert_eq!((live, ends), (1, true), "a person has one key there");
    let mut bia = gateway.logged_in(account, "bia@example.com", Role::Member).await;
    assert_eq!(key(&mut bia, account).await.0, 200);
    assert_eq!(gateway.post("/crm", &second, &marina()).await.status, 200, "keys of others stay");
}

#[tokio::test]
async fn keys_of_the_playground_are_no_news_and_no_filter() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    for _ in 0..2 {
        assert_eq!(key(&mut ana, account).await.0, 200);
    }
    let root = format!("/console/{account}");
    for page in ["", "/usage", "/ledger"] {
        let shown = ana.get(&format!("{root}{page}")).await;
        assert!(!shown.has("playground "), "{page}: {}", shown.body);
    }
    assert!(ana.get(&format!("{root}/audit")).await.has("playground "), "the audit log has everything");
}

#[tokio::test]
async fn a_loop_cannot_make_keys_without_end() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut joao = gateway.logged_in(account, "joao@example.com", Role::Member).await;
    let mut last = 200;
    let mut made = 0;
    while last == 200 && made < 30 {
        last = key(&mut joao, account).await.0;
        made += 1;
    }
    assert_eq!((last, made), (503, 22), "the 21st key in a row begins a wait");
}

#[tokio::test]
async fn what_is_typed_becomes_a_program_in_seven_clients_without_script() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let path = format!("/console/{account}/playground");
    let page = ana.get(&path).await;
    assert!(page.body.len() <= 30_000, "{} bytes", page.body.len());
    for client in ["curl", "Python", "fetch", "axios", "Go", "PHP", "Ruby"] {
        assert!(page.has(&format!("<summary>{client}</summary>")), "{client}");
    }
    let fields = [
        ("body.primeiro_nome", "Ívone <b>"),
        ("body.ultimo_nome", "Prado"),
        ("body.empresa", "Casa"),
        ("body.detail", ""),
    ];
    let page = ana.get(&format!("{path}?operation=crm")).await;
    let shown = ana.submit(&page, &path, &fields).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(shown.has("value=\"Ívone &lt;b&gt;\"") && !shown.has("<b>\""), "{}", shown.body);
    assert_eq!(shown.body.matches("Ívone &lt;b&gt;").count(), 8, "the field and seven programs");
    let sample = ana.get(&format!("{path}?operation=crm&sample=1")).await;
    assert!(sample.has("value=\"Owen\"") && sample.has("value=\"Northgate Robotics\""), "{}", sample.body);
    let unknown = ana.submit(&page, &path, &[("iban", "x")]).await;
    assert_eq!(unknown.status, 422);
}

#[tokio::test]
async fn every_call_that_is_sold_can_be_tried() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    for operation in ["crmBasico", "crm", "analyze", "analyzeComprehensive"] {
        let page = ana.get(&format!("/console/{account}/playground?operation={operation}")).await;
        assert!(page.has(&format!("<option value=\"{operation}\" selected")), "{operation}: {}", page.body);
    }
}

#[tokio::test]
async fn what_the_playground_adds_is_marked_in_the_lists() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.logged_in(account, "joao@example.com", Role::Member).await;
    let root = format!("/console/{account}");
    assert!(ana.get(&format!("{root}/playground")).await.has("test environment of its own"));
    assert_eq!(key(&mut ana, account).await.0, 200);
    for (language, of_environment, of_key) in [
        ("en", "created by the Playground", "created by the Playground for an hour"),
        ("pt-BR", "criado pela Área de testes", "criada pela Área de testes por uma hora"),
    ] {
        ana.language = language;
        let environments = ana.get(&format!("{root}/environments")).await.body;
        assert_eq!(environments.matches(of_environment).count(), 1, "{environments}");
        let keys = ana.get(&format!("{root}/keys")).await.body;
        assert_eq!(keys.matches(of_key).count(), 1, "{keys}");
    }
}

#[tokio::test]
async fn a_live_environment_of_the_same_name_is_the_owners_own() {
    let gateway = Gateway::start().await;
    let account = gateway.professional().await.account;
    let mut ana = gateway.admin(account).await;
    let root = format!("/console/{account}");
    let own =
        ana.fill(&format!("{root}/environments/new"), &[("name", "playground"), ("mode", "live")]).await;
    assert_eq!(own.status, 303, "{}", own.body);
    let soon = fluence::clock::now() + chrono::TimeDelta::days(3);
    gateway
        .key(account, |new| {
            new.environment = "playground".into();
            new.terms.name = "backend".into();
            new.terms.expires_at = Some(soon);
        })
        .await;
    for page in ["/environments", "/keys"] {
        let page = ana.get(&format!("{root}{page}")).await;
        assert!(!page.has("created by the Playground"), "{}", page.body);
    }
    assert!(ana.get(&root).await.has("backend"), "its keys are warned of");
    let (status, made) = key(&mut ana, account).await;
    assert_eq!(status, 200, "{made}");
    let environments = ana.get(&format!("{root}/environments")).await.body;
    assert_eq!(environments.matches("created by the Playground").count(), 1, "{environments}");
    assert!(environments.contains("<b>playground-test</b>"), "{environments}");
}
