//! Where the pages lead a reader who needs a key, credits or help.

use reqwest::Method;
use reqwest::redirect::Policy;

use super::get;
use crate::support::gateway::Gateway;

/// A setting that leaves a gateway without a console.
const NO_CONSOLE: (&str, &str) = ("FLUENCE_CONSOLE_ENABLED", "false");

#[tokio::test]
async fn the_prices_say_where_plans_and_packs_are_bought() {
    let support = ("FLUENCE_SUPPORT_CONTACT", "help@acme.test");
    let shop = ("FLUENCE_UPGRADE_URL", "https://acme.test/shop");
    for (settings, sentence) in [
        (&[][..], "Ask the operator of this gateway"),
        (&[support], "Write to [help@acme.test](mailto:help@acme.test)"),
        (&[support, shop], "Buy plans and packs at [https://acme.test/shop](https://acme.test/shop)."),
    ] {
        for has_console in [true, false] {
            let settings = if has_console { settings.to_vec() } else { [settings, &[NO_CONSOLE]].concat() };
            let gateway = Gateway::start_with(&settings).await;
            let page = get(&gateway, "/pricing.md").await.body;
            let (_, buying) = page.split_once("\n## How to buy\n").unwrap();
            let (buying, _) = buying.split_once("\n## ").unwrap();
            assert!(buying.contains(sentence), "{settings:?}: {buying}");
            // A link into a console that is off would lead nowhere.
            assert_eq!(buying.contains("(/upgrade)"), has_console, "{buying}");
            assert_eq!(buying.contains("(/signup)"), has_console, "{buying}");
        }
    }
}

#[tokio::test]
async fn a_text_that_is_english_only_says_so_in_portuguese() {
    let gateway = Gateway::start().await;
    let note = "Este texto está disponível apenas em inglês.";
    for path in ["/pt/docs/changelog", "/pt/docs/performance"] {
        for path in [path.to_owned(), format!("{path}.md")] {
            let page = get(&gateway, &path).await.body;
            assert!(page.contains(note), "{path}: {page}");
        }
    }
    for path in ["/docs/changelog.md", "/pt/docs/api.md"] {
        assert!(!get(&gateway, path).await.body.contains("apenas em inglês."), "{path}");
    }
    let index = get(&gateway, "/pt/docs/index.md").await.body;
    assert!(index.contains("[Desempenho (em inglês)]"), "{index}");
}

#[tokio::test]
async fn the_prices_name_the_least_that_a_depth_costs() {
    let gateway = Gateway::start().await;
    for (path, price) in [
        ("/pricing.md", "| basic 1, standard 2 (1 without posts), premium 2 |"),
        ("/pt/pricing.md", "| basic 1, standard 2 (1 sem publicações), premium 2 |"),
        ("/docs/reference/analyzeComprehensive", "basic 1, standard 2 (1 without posts), premium 2"),
    ] {
        let page = get(&gateway, path).await.body;
        assert!(page.contains(price), "{path}: {page}");
    }
}

#[tokio::test]
async fn the_sign_up_grant_is_shown_where_sign_up_is_open() {
    for (settings, said) in [
        (&[][..], Some("on the plan `start` with 25 credits for 30 days.")),
        (&[("FLUENCE_CONSOLE_SIGN_UP_GRANT", "1")], Some("on the plan `start` with 1 credit for 30 days.")),
        (&[("FLUENCE_CONSOLE_SIGN_UP_GRANT", "0")], Some("on the plan `start`.")),
        (&[("FLUENCE_CONSOLE_SIGN_UP", "invited")], None),
    ] {
        let gateway = Gateway::start_with(settings).await;
        let prices = get(&gateway, "/pricing.md").await.body;
        let home = get(&gateway, "/index.md").await.body;
        assert_eq!(prices.contains("(/signup)"), said.is_some(), "{prices}");
        assert_eq!(home.contains("(/signup)"), said.is_some(), "{home}");
        assert!(prices.contains(said.unwrap_or_default()), "{prices}");
    }
}

#[tokio::test]
async fn the_first_page_says_where_a_key_comes_from() {
    let settings = [NO_CONSOLE];
    for (settings, path, sentence) in [
        (&[][..], "/index.md", "[create an account](/signup) or log in to the [console](/console)"),
        (&settings, "/index.md", "ask the operator. Put the key"),
        (&[], "/pt/index.md", "[crie uma conta](/signup) ou entre no [console](/console)"),
        (&settings, "/pt/index.md", "peça ao operador. Coloque a chave"),
    ] {
        let gateway = Gateway::start_with(settings).await;
        let page = get(&gateway, path).await.body;
        assert!(page.contains(sentence), "{page}");
    }
}

#[tokio::test]
async fn an_error_about_credits_leads_to_where_they_are_bought() {
    let gateway = Gateway::start().await;
    for (path, target) in [
        ("/docs/errors/INSUFFICIENT_CREDITS", "/pricing#how-to-buy"),
        ("/pt/docs/errors/INSUFFICIENT_CREDITS", "/pt/pricing#como-comprar"),
        ("/docs/credits", "/pricing#how-to-buy"),
        ("/pt/docs/credits", "/pt/pricing#como-comprar"),
    ] {
        assert!(get(&gateway, path).await.body.contains(&format!("href=\"{target}\"")), "{path}");
    }
}

#[tokio::test]
async fn an_error_page_gives_each_advice_once_and_shows_the_bodies_that_occur() {
    let gateway = Gateway::start().await;
    let cap = get(&gateway, "/docs/errors/KEY_CAP_REACHED.md").await.body;
    let (advice, _) = cap.split_once("\n## ").unwrap();
    assert_eq!(
        (advice.matches("\n> ").count(), advice.matches("Raise the key's cap").count()),
        (2, 1),
        "{advice}"
    );
    assert!(
        cap.contains("Not before the time in `resets_at`")
            && !cap.contains("Not before something has changed"),
        "{cap}"
    );
    for (code, headings) in [
        // Only paid calls, outside `/v1`.
        ("INSUFFICIENT_CREDITS", &["Outside `/v1`", "With `Accept: application/problem+json`"][..]),
        ("KEY_LIMIT_REACHED", &["Under `/v1`", "With `Accept: application/problem+json`"]),
        (
            "ENDPOINT_NOT_FOUND",
            &["Outside `/v1`", "Under `/v1`", "`/v1/account`", "With `Accept: application/problem+json`"],
        ),
    ] {
        let page = get(&gateway, &format!("/docs/errors/{code}.md")).await.body;
        let shown: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        assert_eq!(shown, headings, "{code}");
    }
}

#[tokio::test]
async fn the_help_of_an_error_is_in_the_language_of_its_sentences() {
    let gateway = Gateway::start().await;
    for (language, link) in [
        ("en", "</docs/errors/MISSING_AUTH>; rel=\"help\""),
        ("pt-BR", "</pt/docs/errors/MISSING_AUTH>; rel=\"help\""),
    ] {
        let request = gateway.request(Method::GET, "/creditos").header("accept-language", language);
        assert_eq!(request.send().await.unwrap().headers()["link"], link, "{language}");
    }
    // Pages of the operator's own have one language.
    let elsewhere = Gateway::start_with(&[("FLUENCE_DOCS_URL", "https://acme.test/errors")]).await;
    let request = elsewhere.request(Method::GET, "/creditos").header("accept-language", "pt-BR");
    let link = request.send().await.unwrap().headers()["link"].clone();
    assert_eq!(link, "<https://acme.test/errors#MISSING_AUTH>; rel=\"help\"");
}

#[tokio::test]
async fn a_list_of_pages_is_found_without_the_slash_at_its_end() {
    let gateway = Gateway::start().await;
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    for path in [
        "/docs",
        "/docs/errors",
        "/docs/reference",
        "/pt",
        "/pt/docs",
        "/pt/docs/errors",
        "/pt/docs/reference",
    ] {
        let moved = client.get(format!("{}{path}", gateway.url())).send().await.unwrap();
        let to = moved.headers().get("location").map(|to| to.to_str().unwrap());
        assert_eq!((moved.status().as_u16(), to), (308, Some(&*format!("{path}/"))), "{path}");
    }
}
