//! Every page of both consoles is light, on the demonstration account with three months of history.

use fluence::console::{Method, ROUTES, operator};
use fluence::identity::operator::OperatorRole;

use super::operator::operator as with_operator;
use super::table::{self, Samples};
use crate::support::demonstration::Demonstration;
use crate::support::visitor::Visitor;

/// Bytes of HTML that a page may have.
const MAX_BYTES: usize = 30_000;
/// What readers choose on pages that grow with the history.
const CHOICES: [&str; 7] = [
    "/usage?period=90",
    "/usage?period=90&by=key",
    "/usage?period=90&by=outcome&show=calls",
    "/usage?period=30&by=key",
    "/usage?period=last",
    "/ledger?sum=1",
    "/ledger?kind=given-back",
];

async fn weigh(visitor: &mut Visitor, paths: Vec<String>) {
    let mut heavy = Vec::new();
    for path in paths {
        let page = visitor.get(&path).await;
        println!("{:>6} {path}", page.body.len());
        if page.body.len() > MAX_BYTES {
            heavy.push(format!("{path}: {} bytes", page.body.len()));
        }
    }
    assert!(heavy.is_empty(), "{heavy:#?}");
}

#[tokio::test]
async fn every_page_of_an_account_with_a_history_is_light() {
    let Demonstration { gateway, account, link } = Demonstration::start().await;
    let samples = Samples::of(&gateway, account).await;

    let mut ana = Visitor::new(&gateway);
    assert_eq!(ana.fill(&link, &[]).await.status, 303);
    // Portuguese is the longer of the two.
    ana.language = "pt-BR";
    let root = format!("/console/{account}");
    let chosen = CHOICES.map(|rest| format!("{root}{rest}"));
    let pages: Vec<String> =
        table::pages(ROUTES, account).chain(samples.pages(ROUTES)).chain(chosen).collect();
    let gets = ROUTES.iter().filter(|route| route.method == Method::Get && !route.path.ends_with(".csv"));
    assert_eq!(pages.len(), gets.count() + CHOICES.len(), "no page is left out");
    let statement = ana.get(&format!("{root}/ledger")).await;
    assert!(statement.body.matches("<tr id=\"entry-").count() == 50, "a full page is weighed");
    weigh(&mut ana, pages).await;

    let mut olga = with_operator(&gateway, "olga@example.com", OperatorRole::Admin).await.visitor;
    olga.language = "pt-BR";
    let root = format!("/operator/accounts/{account}");
    let chosen = CHOICES.map(|rest| format!("{root}{rest}"));
    let pages = table::pages(operator::ROUTES, account).chain(samples.pages(operator::ROUTES)).chain(chosen);
    weigh(&mut olga, pages.collect()).await;
}
