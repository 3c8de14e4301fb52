//! What holds for every page of both consoles.

use crate::support::browser::{Browser, Look};

/// Opens a page in a language, and returns what is wrong with it in either theme and any width.
/// With `picture`, the name of its screenshots, keeps two.
pub(super) async fn faults(
    browser: &Browser,
    origin: &str,
    path: &str,
    language: &str,
    picture: Option<&str>,
) -> Vec<String> {
    browser.look(Look::DESKTOP).await;
    let query = if path.contains('?') { '&' } else { '?' };
    browser.open(&format!("{origin}{path}{query}lang={language}")).await;
    let mut faults = Vec::new();
    if is_elsewhere(browser, path).await {
        faults.push(format!("{path} in {language} leads to {}", browser.address().await));
    }
    faults.extend(faults_shown(browser, origin, &format!("{path} in {language}"), picture).await);
    faults
}

/// The same of the page that is open, which this neither leaves nor asks for again: some are shown
/// once.
pub(super) async fn faults_shown(
    browser: &Browser,
    origin: &str,
    page: &str,
    picture: Option<&str>,
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut note = |what: &str, found: String| {
        if !found.is_empty() {
            faults.push(format!("{page}, {what}: {found}"));
        }
    };
    browser.look(Look::DESKTOP).await;
    note("light", browser.violations().await);
    if let Some(name) = picture {
        browser.screenshot(&format!("{name}-{}", Look::DESKTOP.name())).await;
    }
    browser.look(Look::DESKTOP.dark()).await;
    note("dark", browser.contrast_violations().await);
    // 640 pixels are a window of 1280 at 200 %.
    for width in [640, 360] {
        browser.look(Look { width, is_dark: false }).await;
        let overflow = browser.overflow().await;
        note(
            &format!("{width} pixels wide"),
            if overflow > 0 { format!("{overflow} too many") } else { String::new() },
        );
    }
    if let Some(name) = picture {
        browser.screenshot(&format!("{name}-{}", Look::PHONE.name())).await;
    }
    // The browser itself reports answers such as that of a link that is used up, and hints for
    // password managers.
    let is_hint = |line: &String| line.contains("Failed to load resource") || line.contains(" [DOM] ");
    let own = browser.complaints().await.into_iter().filter(|line| !is_hint(line));
    note("browser's console", own.collect::<Vec<_>>().join("\n"));
    browser.only_from(origin).await;
    faults
}

/// Whether a page with an id led elsewhere, or says that there is nothing: its sample does not fit.
async fn is_elsewhere(browser: &Browser, path: &str) -> bool {
    // Pages without ids may lead on, such as those of a log-in.
    let has_id = path.matches('-').count() >= 8 || path.starts_with("/operator/email/");
    let address = browser.address().await;
    has_id && (!address.contains(path) || matches!(&*browser.text("h1").await, "Nothing here" | "Nada aqui"))
}
