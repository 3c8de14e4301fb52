//! The files that browsers and crawlers fetch beside pages, the same for the site and the consoles.

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use super::assets;
use super::served::Served;
use crate::domain::refusal::Refusal;
use crate::http::answer::RefusalResponse;

/// The path of styles, scripts and fonts. They are the same for every gateway.
pub fn asset_route() -> (&'static str, MethodRouter) {
    ("/assets/{name}", get(asset))
}

/// The icon at the address where browsers look for one if a page names none.
pub fn icon_route() -> (&'static str, MethodRouter) {
    const PATH: &str = "/favicon.ico";
    let icon = |headers: HeaderMap| async move {
        let icon = assets::find(&assets::icon()).ok_or(Refusal::EndpointNotFound)?;
        Ok::<_, RefusalResponse>(icon.answer(PATH, &headers))
    };
    (PATH, get(icon))
}

/// What crawlers may read at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Crawlers {
    /// The pages for readers, and not those of the console. A list of them may have an address.
    Site { sitemap: Option<String> },
    /// Nothing.
    Nothing,
}

/// `robots.txt`.
pub fn robots_route(crawlers: Crawlers) -> (&'static str, MethodRouter) {
    const PATH: &str = "/robots.txt";
    let text = match crawlers {
        Crawlers::Site { sitemap } => {
            let sitemap = sitemap.map(|address| format!("Sitemap: {address}\n")).unwrap_or_default();
            format!("User-agent: *\nDisallow: /console\nDisallow: /operator\n{sitemap}")
        }
        Crawlers::Nothing => "User-agent: *\nDisallow: /\n".to_owned(),
    };
    let served = Served::new("text/plain; charset=utf-8", text.into_bytes());
    (PATH, get(move |headers: HeaderMap| async move { served.answer(PATH, &headers) }))
}

/// A file whose name changes with its content: caches keep it for good.
async fn asset(uri: Uri, headers: HeaderMap) -> Result<Response, RefusalResponse> {
    const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
    let served = assets::find(uri.path()).ok_or(Refusal::EndpointNotFound)?;
    let mut response = served.answer("/assets/{name}", &headers);
    response.headers_mut().insert(header::CACHE_CONTROL, FOR_GOOD);
    Ok(response)
}
