//! The main pages of the console as a browser draws them, kept in `target/screenshots` for people to look at. None is compared
//! by pixel. `scripts/need.sh browser` installs Chromium.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response, header};
use fluence::secret::Pepper;
use tokio::net::TcpListener;

use super::program::{Program, text};
use crate::support::gateway::Gateway;
use crate::support::visitor::Visitor;

/// Pages of an account, below its address.
const PAGES: [(&str, &str); 6] = [
    ("overview", ""),
    ("keys", "/keys"),
    ("usage", "/usage?period=90"),
    ("statement", "/ledger?sum=1"),
    ("credits", "/credits"),
    ("audit", "/audit"),
];
const WIDE: (u32, u32) = (1280, 1000);
const NARROW: (u32, u32) = (360, 800);
/// Seconds that a picture may take.
const HANG_S: &str = "120";

/// Serves the gateway's pages to a browser as this visitor sees them, since a command line of a browser has no cookies.
async fn seen_by(gateway: &Gateway, visitor: &Visitor) -> String {
    let cookies: Vec<String> =
        visitor.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (client, base) = (gateway.client.clone(), gateway.url());
    let (cookies, language) = (cookies.join("; "), visitor.language);
    let answer = move |request: Request<Body>| {
        let page = client.get(format!("{base}{}", request.uri())).header(header::COOKIE, cookies.clone());
        let page = page.header(header::ACCEPT_LANGUAGE, language);
        async move {
            let page = page.send().await.unwrap();
            let mut response = Response::builder().status(page.status());
            for name in [header::CONTENT_TYPE, header::CONTENT_SECURITY_POLICY] {
                if let Some(value) = page.headers().get(&name) {
                    response = response.header(name, value);
                }
            }
            let bytes: Bytes = page.bytes().await.unwrap();
            response.body(Body::from(bytes)).unwrap()
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    format!("http://{address}")
}

async fn picture(url: String, file: PathBuf, (width, height): (u32, u32)) {
    let profile = file.with_extension("profile");
    let drawn = tokio::task::spawn_blocking(move || {
        let drawn = Command::new("timeout")
            .args([
                HANG_S,
                "chromium",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
            ])
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("--screenshot={}", file.display()))
            .arg(url)
            .output()
            .unwrap();
        fs::remove_dir_all(profile).ok();
        let size = fs::metadata(&file).map_or(0, |file| file.len());
        assert!(
            drawn.status.success() && size > 5_000,
            "{}: {}",
            file.display(),
            String::from_utf8_lossy(&drawn.stderr)
        );
    });
    drawn.await.unwrap();
}

#[tokio::test]
async fn the_main_pages_have_pictures() {
    let chromium = Command::new("chromium").arg("--version").output();
    assert!(chromium.is_ok(), "chromium cannot run: {chromium:?}. Run `scripts/need.sh browser`");
    let program = Program::new().await;
    let demo = program.json(&["demo", "--history"]);
    let (account, link) = (text(&demo, "account_id"), text(&demo, "console"));
    let pepper = Pepper::parse(&program.pepper, 1).unwrap();
    let gateway = Gateway::on(program.database, pepper, &[]).await;
    let mut ana = Visitor::new(&gateway);
    let link = link.split_once("/console/link").unwrap().1;
    assert_eq!(ana.fill(&format!("/console/link{link}"), &[]).await.status, 303);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).unwrap();
    for theme in ["light", "dark"] {
        let saved =
            ana.fill("/console/me", &[("name", "Ana Duarte"), ("language", ""), ("theme", theme)]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        let base = seen_by(&gateway, &ana).await;
        for (name, path) in PAGES {
            let file = folder.join(format!("{name}-{theme}.png"));
            picture(format!("{base}/console/{account}{path}"), file, WIDE).await;
        }
    }
    let mut telephone = ana.copy();
    telephone.language = "pt-BR";
    let base = seen_by(&gateway, &telephone).await;
    for (name, path) in [PAGES[2], PAGES[3]] {
        let file = folder.join(format!("{name}-pt-narrow.png"));
        picture(format!("{base}/console/{account}{path}"), file, NARROW).await;
    }
}
