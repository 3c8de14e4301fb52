//! A page as it is sent: the shell around its content, and the headers of every page.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{DOCTYPE, Markup, html};

use super::error::PageError;
use crate::console::words::Words;
use crate::domain::ids::CallId;
use crate::domain::language::Language;
use crate::domain::product_name::ProductName;
use crate::identity::{Realm, Theme};
use crate::site::asset_address;

/// Nothing is loaded but our own style, script, fonts and figures; nothing runs inside the page,
/// nothing frames it, and its forms lead here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), clipboard-read=()",
);

/// How a page is shown to its reader.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    /// `None`: as the browser asks.
    pub(crate) theme: Option<Theme>,
    /// The path of the request, without its query.
    pub(crate) path: String,
    /// The query of the request.
    pub(crate) query: String,
    /// The first page of the console to which this page belongs.
    pub(crate) root: &'static str,
    /// The name by which the reader knows the service.
    pub(crate) product: ProductName,
    pub(crate) request_id: CallId,
}

impl Frame {
    pub(crate) const fn words(&self) -> Words {
        Words(self.language)
    }
}

/// A form that is shown again.
#[derive(Debug)]
pub(crate) struct GivenBack {
    pub(crate) path: String,
    /// The fields, packed.
    pub(crate) kept: String,
    pub(crate) status: StatusCode,
    /// Why, above the form.
    pub(crate) note: &'static str,
    /// The answer if the form is on no page. Without one, the page is shown as it is.
    pub(crate) if_missing: Option<PageError>,
}

/// What a handler answers with.
#[derive(Debug)]
pub(crate) enum Reply {
    Page {
        status: StatusCode,
        html: String,
    },
    /// 303: the browser fetches another page of the console.
    SeeOther(String),
    /// The page of a form, filled in with what was typed before a log-in or a proof.
    GiveBack(GivenBack),
    /// A text for the script of a page.
    Text(String),
    /// A table to be saved.
    Csv {
        name: String,
        rows: Vec<u8>,
    },
}

impl Reply {
    pub(crate) fn page(html: String) -> Self {
        Self::Page { status: StatusCode::OK, html }
    }

    /// The same page with another status: 422 for a form with faults.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        match self {
            Self::Page { html, .. } => Self::Page { status, html },
            other => other,
        }
    }

    pub(crate) fn into_response(self) -> Response {
        match self {
            Self::Page { status, html } => {
                let mut response = Response::new(Body::from(html));
                *response.status_mut() = status;
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, html);
                response
            }
            Self::Text(text) => {
                let mut response = Response::new(Body::from(text));
                let plain = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, plain);
                response
            }
            Self::SeeOther(path) | Self::GiveBack(GivenBack { path, .. }) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::SEE_OTHER;
                let path = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/console"));
                response.headers_mut().insert(header::LOCATION, path);
                response
            }
            Self::Csv { name, rows } => {
                // Spreadsheets read UTF-8 only behind a byte order mark.
                let mut response = Response::new(Body::from([b"\xef\xbb\xbf".as_slice(), &rows].concat()));
                let csv = HeaderValue::from_static("text/csv; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, csv);
                let saved = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
                let saved = saved.unwrap_or(HeaderValue::from_static("attachment"));
                response.headers_mut().insert(header::CONTENT_DISPOSITION, saved);
                response
            }
        }
    }
}

/// Sets the headers of every page.
pub(crate) fn set_headers(headers: &mut HeaderMap, is_https: bool) {
    const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, SAME_ORIGIN);
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), SAME_ORIGIN);
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), SAME_ORIGIN);
    headers.insert(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// How pages mark what went wrong with a form or a filter.
const ALERT: &str = "role=\"alert\"";

/// The whole document. The title of a page with an alert begins with it: screen readers and tabs
/// have no other news of a form that failed.
pub(crate) fn document(frame: &Frame, title: &str, body: &Markup) -> String {
    let theme = frame.theme.map(Theme::as_str);
    let language = frame.language.tag();
    let has_alert = body.0.contains(ALERT);
    html! {
        (DOCTYPE)
        html lang=(language) class=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { @if has_alert { (frame.words().error_title()) ": " } (title) " · " (frame.product) }
                link rel="stylesheet" href=(asset_address("console.css"));
                link rel="icon" type="image/svg+xml" href=(asset_address("icon.svg"));
                script type="module" src=(asset_address("console.js")) {}
            }
            body { (body) }
        }
    }
    .into_string()
}

/// The sign and name of the product.
pub(crate) fn brand(frame: &Frame, leads_to: &str) -> Markup {
    html! {
        a.brand href=(leads_to) {
            svg viewBox="0 0 18 18" aria-hidden="true" { path fill="currentColor" d="M3 2h12v3H6v3h7v3H6v5H3z" {} }
            (frame.product)
        }
    }
}

/// A link to the same page in the other language.
pub(crate) fn other_language(frame: &Frame) -> Markup {
    let other = frame.language.other();
    let kept = form_urlencoded::parse(frame.query.as_bytes()).filter(|(name, _)| name != "lang");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("lang", other.code())
        .finish();
    html! {
        a href={ (frame.path) "?" (query) } hreflang=(other.code()) lang=(other.code()) {
            (frame.words().other_language())
        }
    }
}

/// A page outside of any account: one column, little around it.
pub(crate) fn plain(frame: &Frame, title: &str, content: &Markup) -> String {
    let words = frame.words();
    let body = html! {
        a.skip href="#main" { (words.skip()) }
        header.bar {
            (brand(frame, words.home_address()))
            span.push {}
            // The operators' address has no documentation.
            @if frame.root == Realm::Console.root() { a href=(words.docs_address()) { (words.docs()) } }
            (other_language(frame))
        }
        main.plain #main {
            h1 { (title) }
            (content)
        }
        footer.foot { p { (words.foot()) } }
    };
    document(frame, title, &body)
}
