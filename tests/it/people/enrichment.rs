//! The enrichment service as the last source, through the whole gateway.

use fluence::clock::now;
use fluence::storage::directory::rights::{PersonSelector, opt_out};
use serde_json::{Value, json};

use crate::gate::people::unknown_person;
use crate::support::customer::Customer;
use crate::support::gateway::Gateway;
use crate::support::upstream::{Behaviour, ScriptedServer};

struct World {
    gateway: Gateway,
    server: ScriptedServer,
    customer: Customer,
}

impl World {
    async fn new(script: Vec<Behaviour>, more: &[(&str, &str)]) -> Self {
        let server = ScriptedServer::start(script).await;
        let url = server.url();
        let mut environment = vec![
            ("FLUENCE_ENRICHMENT_URL", url.as_str()),
            ("FLUENCE_ENRICHMENT_CREDENTIAL", "not-a-secret"),
            ("FLUENCE_ENRICHMENT_ALLOW_PRIVATE_ADDRESSES", "true"),
        ];
        environment.extend(more);
        let gateway = Gateway::start_with(&environment).await;
        let customer = gateway.professional().await;
        Self { gateway, server, customer }
    }

    async fn answering(people: Value) -> Self {
        Self::new(vec![Behaviour::people(&people)], &[]).await
    }

    async fn ask(&self) -> crate::support::gateway::Answer {
        self.gateway.post("/crm_basico", &self.customer.key, &asked()).await
    }

    async fn balance(&self) -> i64 {
        self.gateway.assert_books_are_right().await;
        self.gateway.balance(self.customer.account).await
    }
}

fn asked() -> Value {
    json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra"})
}

fn ana(title: &str) -> Value {
    json!({"first_name": "Ana", "last_name": "Prado Lemos", "company": "Zyntra Ltda", "title": title,
        "external_id": "7", "source": "finder", "posts": [{"text": "Bom dia"}]})
}

#[tokio::test]
async fn a_person_known_only_to_the_service_is_found() {
    let world = World::answering(json!([ana("CTO")])).await;
    let answer = world.ask().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let analise = &answer.body["analise"];
    assert_eq!(
        (&analise["match"]["source"], &analise["person"]["title"]),
        (&json!("enrichment"), &json!("CTO"))
    );
    let request = world.server.requests().remove(0);
    let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body, asked());
    assert!(!request.contains(&world.customer.key), "I06: the caller's key stays here");
    assert_eq!(world.balance().await, 999);
}

#[tokio::test]
async fn the_service_is_asked_last_and_not_for_test_keys() {
    let world = World::answering(json!([ana("CTO")])).await;
    world.gateway.with_people(&asked().to_string()).await;
    assert_eq!(world.ask().await.body["analise"]["match"]["source"], "directory");
    let sandbox = world.gateway.test_key(world.customer.account).await;
    let nobody = unknown_person();
    assert_eq!(world.gateway.post("/crm_basico", &sandbox, &nobody).await.status, 404);
    assert_eq!(world.server.connections(), 0);
}

#[tokio::test]
async fn a_person_with_another_name_is_dropped() {
    let mut other = ana("CTO");
    other["first_name"] = json!("Bruna");
    for people in [json!([]), json!([other])] {
        let world = World::answering(people).await;
        assert_eq!(world.ask().await.outcome(), (404, "PROFILE_NOT_FOUND"));
        assert_eq!(world.balance().await, 999, "a search was done");
    }
}

#[tokio::test]
async fn several_people_are_shown_by_role() {
    let world = World::answering(json!([ana("CTO"), ana("CFO")])).await;
    let answer = world.ask().await;
    assert_eq!(answer.outcome(), (409, "MULTIPLE_MATCHES"));
    assert_eq!(answer.body["error"]["candidates"][0]["role"], "CTO");
}

#[tokio::test]
async fn people_who_opted_out_are_neither_asked_about_nor_accepted_from_an_answer() {
    let world = World::answering(json!([ana("CTO")])).await;
    let mut connection = world.gateway.database.pool().acquire().await.unwrap();
    let by_id = PersonSelector::ExternalId { source: "finder".into(), external_id: "7".into() };
    opt_out(&mut connection, &by_id, now()).await.unwrap();
    assert_eq!(world.ask().await.status, 404);
    assert_eq!(world.server.requests().len(), 1);

    let name = |last: &str| PersonSelector::Name {
        first_name: "Rui".into(),
        last_name: last.into(),
        company: "Zyntra".into(),
    };
    opt_out(&mut connection, &name("Prado"), now()).await.unwrap();
    let rui = json!({"first_name": "RUI", "last_name": "Prado", "company": "Zyntra Ltda"});
    assert_eq!(world.gateway.post("/crm_basico", &world.customer.key, &rui).await.status, 404);
    assert_eq!(world.server.requests().len(), 1, "the name of a person who opted out is never sent");
}

#[tokio::test]
async fn people_who_opted_out_under_another_name_are_not_accepted_from_an_answer() {
    let mut ana = ana("CTO");
    (ana["aliases"], ana["former_companies"]) = (json!(["Ana Lima"]), json!(["Klarion"]));
    let world = World::answering(json!([ana])).await;
    let mut connection = world.gateway.database.pool().acquire().await.unwrap();
    let earlier = PersonSelector::Name {
        first_name: "Ana".into(),
        last_name: "Lima".into(),
        company: "Klarion".into(),
    };
    opt_out(&mut connection, &earlier, now()).await.unwrap();
    assert_eq!(world.ask().await.status, 404);
    assert_eq!(world.server.requests().len(), 1);
}

#[tokio::test]
async fn many_calls_for_one_person_send_one_request() {
    let world = World::answering(json!([ana("CTO")])).await;
    let calls = (0..5).map(|_| world.ask());
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.status, 200);
    }
    assert_eq!(world.server.requests().len(), 1);
}

/// The answer to a call whose request fails this way. The call is refunded.
async fn refunded(script: Vec<Behaviour>, more: &[(&str, &str)]) -> (u16, String) {
    let world = World::new(script, more).await;
    let answer = world.ask().await;
    answer.assert_accounted();
    assert_eq!(answer.billing()["reembolsado"], true);
    assert_eq!(world.balance().await, 1000);
    (answer.status, answer.code().to_owned())
}

#[tokio::test]
async fn a_failure_is_502_and_refunded() {
    let mut nameless = ana("CTO");
    nameless["first_name"] = json!("");
    for behaviour in [
        Behaviour::Answers(500, String::new()),
        Behaviour::Answers(200, "<html>".into()),
        Behaviour::Closes,
        Behaviour::Floods,
        Behaviour::people(&json!([nameless])),
    ] {
        assert_eq!(refunded(vec![behaviour], &[]).await, (502, "UPSTREAM_ERROR".into()));
    }
}

#[tokio::test]
async fn no_answer_in_time_is_504_and_refunded() {
    let quick = [("FLUENCE_ENRICHMENT_TOTAL_TIMEOUT_MS", "100")];
    assert_eq!(refunded(vec![Behaviour::Hangs], &quick).await, (504, "TIMEOUT".into()));
}

#[tokio::test]
async fn one_bad_record_does_not_pause_the_service() {
    let once = [("FLUENCE_ENRICHMENT_BREAKER_FAILURES", "1")];
    let mut nameless = ana("CTO");
    nameless["first_name"] = json!("");
    let world = World::new(vec![Behaviour::people(&json!([nameless]))], &once).await;
    for asked in 1..=3 {
        assert_eq!(world.ask().await.outcome(), (502, "UPSTREAM_ERROR"));
        assert_eq!(world.server.requests().len(), asked);
    }
    assert_eq!(world.balance().await, 1000);
}

#[tokio::test]
async fn calls_that_wait_for_one_request_end_with_it() {
    let quick = [("FLUENCE_ENRICHMENT_TOTAL_TIMEOUT_MS", "500")];
    let world = World::new(vec![Behaviour::Hangs], &quick).await;
    let calls = (0..5).map(|_| world.ask());
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.outcome(), (504, "TIMEOUT"));
    }
    assert_eq!(world.server.requests().len(), 1);
    assert_eq!(world.balance().await, 1000);
}

#[tokio::test]
async fn a_service_that_keeps_failing_makes_calls_503_at_once_and_refunded() {
    let once = [("FLUENCE_ENRICHMENT_BREAKER_FAILURES", "1")];
    let world = World::new(vec![Behaviour::Answers(500, String::new())], &once).await;
    assert_eq!(world.ask().await.status, 502);
    let refused = world.ask().await;
    assert_eq!(refused.outcome(), (503, "SERVICE_UNAVAILABLE"));
    assert!((9..=13).contains(&refused.number("retry-after")), "{}", refused.header("retry-after"));
    assert_eq!(refused.billing()["reembolsado"], true);
    assert_eq!((world.balance().await, world.server.requests().len()), (1000, 1));
    // People in the directory are still found.
    world.gateway.with_sample_people().await;
    let marina = crate::gate::people::marina();
    assert_eq!(world.gateway.post("/crm_basico", &world.customer.key, &marina).await.status, 200);
}

#[tokio::test]
async fn a_refused_credential_counts_as_a_failure_and_status_says_degraded() {
    let once = [("FLUENCE_ENRICHMENT_BREAKER_FAILURES", "1")];
    for status in [401, 403] {
        let world = World::new(vec![Behaviour::Answers(status, String::new())], &once).await;
        let state = async || world.gateway.get("/status", &world.customer.key).await.body["status"].clone();
        assert_eq!(state().await, "operational");
        assert_eq!(world.ask().await.outcome(), (502, "UPSTREAM_ERROR"));
        assert_eq!(state().await, "degraded");
        assert_eq!(world.ask().await.outcome(), (503, "SERVICE_UNAVAILABLE"));
        assert_eq!((world.balance().await, world.server.requests().len()), (1000, 1));
    }
}

#[tokio::test]
async fn a_service_that_asks_for_a_pause_gets_it() {
    for status in [429, 503] {
        let answer = format!("HTTP/1.1 {status} x\r\nRetry-After: 42\r\nContent-Length: 0\r\n\r\n");
        let pause = Behaviour::Says(answer.into_bytes());
        let world = World::new(vec![pause], &[]).await;
        for asked in [world.ask().await, world.ask().await] {
            assert_eq!(asked.outcome(), (503, "SERVICE_UNAVAILABLE"));
            assert!((40..=45).contains(&asked.number("retry-after")), "{}", asked.header("retry-after"));
        }
        assert_eq!((world.balance().await, world.server.requests().len()), (1000, 1));
        assert_eq!(world.gateway.get("/status", &world.customer.key).await.body["status"], "degraded");
    }
}
