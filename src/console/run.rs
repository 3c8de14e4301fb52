//! What every page passes before its handler: origin and token of a form, the person, their place
//! in the account. And what becomes of its answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::console::entry::log_in;
use crate::console::frame::error_page;
use crate::console::person::confirm;
use crate::console::request::access::Admission;
use crate::console::request::call::{Call, Console};
use crate::console::request::error::PageError;
use crate::console::request::page::{GivenBack, Reply, set_headers};
use crate::console::request::resubmission;
use crate::console::request::table::{Method, Route, page_at};
use crate::domain::language::Language;
use crate::domain::product_name::ProductName;
use crate::http::call_record::CallRecord;
use crate::http::negotiate::RenderContext;

/// The routers of a table's pages, by path.
pub(super) fn method_routers<A: Admission>(
    console: &Arc<Console>,
    table: &'static [Route<A>],
) -> impl Iterator<Item = (&'static str, MethodRouter)> {
    let mut by_path: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for route in table {
        let console = console.clone();
        let handle = move |request: Request<Body>| answer(console, table, route, request);
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let known = by_path.remove(route.path).unwrap_or_default();
        by_path.insert(route.path, known.merge(on(filter, handle)));
    }
    by_path.into_iter()
}

/// Answers one request for a page of the table.
async fn answer<A: Admission>(
    console: Arc<Console>,
    table: &'static [Route<A>],
    route: &'static Route<A>,
    request: Request<Body>,
) -> Response {
    let is_https = console.base.is_https();
    // Only a form is given back.
    let head = (route.method == Method::Post)
        .then(|| Head { headers: request.headers().clone(), extensions: request.extensions().clone() });
    let mut response = match Box::pin(reply(console.clone(), route, request)).await {
        Ok((reply, cookies)) => {
            let reply = match (reply, head) {
                (Reply::GiveBack(form), Some(head)) => {
                    Box::pin(given_back(console, table, head, &cookies, form)).await
                }
                (reply, _) => reply,
            };
            let is_new_user = matches!(&reply, Reply::SeeOther(to) if to.ends_with(log_in::AFTER_LOG_OUT));
            let mut response = reply.into_response();
            for cookie in cookies {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            if is_new_user {
                let everything = HeaderValue::from_static("\"cache\", \"storage\"");
                response.headers_mut().insert(HeaderName::from_static("clear-site-data"), everything);
            }
            response
        }
        Err(response) => *response,
    };
    set_headers(response.headers_mut(), is_https);
    response.extensions_mut().insert(CallRecord::of_open_path(route.path));
    response
}

async fn reply<A: Admission>(
    console: Arc<Console>,
    route: &Route<A>,
    request: Request<Body>,
) -> Result<(Reply, Vec<HeaderValue>), Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let is_own_host = console.base.is_own_host(&parts.headers);
    let is_from_here = console.base.is_from_here(&parts.headers);
    let context = parts.extensions.get::<RenderContext>().copied();
    let (root, product) = (console.base.root(), console.product.clone());
    let mut call = match Call::of(console, &mut parts).await {
        Ok(call) if is_own_host => call,
        Ok(_) | Err(_) => return Err(Box::new(bare(context, root, product))),
    };
    let sent = if call.is_sent() { Some((&parts.headers, body)) } else { None };
    let answered = match sent {
        Some(_) if !is_from_here => Err(PageError::NotFromHere),
        Some((headers, body)) => match call.read_form(headers, body).await {
            Ok(()) => admitted(&mut call, route).await,
            Err(error) => Err(error),
        },
        None => admitted(&mut call, route).await,
    };
    let reply = match answered {
        Ok(reply) => reply,
        Err(error) => instead(&mut call, error).await,
    };
    Ok((reply, std::mem::take(&mut call.set_cookies)))
}

/// Checks who asks, answers, and commits what was changed.
async fn admitted<A: Admission>(call: &mut Call, route: &Route<A>) -> Result<Reply, PageError> {
    route.access.admit(call).await?;
    let reply = (route.handler)(call).await?;
    call.commit().await?;
    Ok(reply)
}

/// What another page of the same visitor is read with.
struct Head {
    headers: HeaderMap,
    extensions: Extensions,
}

/// Opens the page of a form for the present session, and fills in what was typed before.
async fn given_back<A: Admission>(
    console: Arc<Console>,
    table: &'static [Route<A>],
    head: Head,
    set: &[HeaderValue],
    form: GivenBack,
) -> Reply {
    let GivenBack { path, kept, status, note, if_missing } = form;
    // The form of a page may be sent to an address below it.
    let ancestors =
        std::iter::successors(Some(path.as_str()), |path| path.rsplit_once('/').map(|(parent, _)| parent));
    let found = ancestors.take(4).find_map(|page| Some((page_at(table, page)?, page.to_owned())));
    let Some(((route, params), page)) = found else {
        return Reply::SeeOther(console.base.root().to_owned());
    };
    let Ok(mut request) = Request::get(&page).body(()) else { return Reply::SeeOther(page) };
    *request.headers_mut() = head.headers;
    *request.extensions_mut() = head.extensions;
    if let Some(cookies) = cookies_after(request.headers(), set) {
        request.headers_mut().insert(header::COOKIE, cookies);
    }
    let (parts, ()) = request.into_parts();
    let Ok(mut call) = Call::with_params(console, &parts, params) else { return Reply::SeeOther(page) };
    match admitted(&mut call, route).await {
        Ok(reply) => {
            let filled = match &reply {
                Reply::Page { html, .. } => resubmission::fill_in(html, &path, &kept, note),
                _ => None,
            };
            match (filled, if_missing) {
                (Some(html), _) => Reply::Page { status, html },
                (None, Some(error)) => error_page::framed(&mut call, &error).await,
                (None, None) => reply,
            }
        }
        Err(error) => {
            let error = match (error, if_missing) {
                (PageError::NotFound, Some(error)) => error,
                (error, _) => error,
            };
            instead(&mut call, error).await
        }
    }
}

/// The cookies that a browser sends after an answer.
fn cookies_after(headers: &HeaderMap, set: &[HeaderValue]) -> Option<HeaderValue> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let sent = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let set = set.iter().filter_map(|line| line.to_str().ok()?.split(';').next()?.split_once('='));
    let all: BTreeMap<&str, &str> = sent.chain(set).collect();
    let live = all.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> = live.map(|(name, value)| format!("{name}={value}")).collect();
    HeaderValue::try_from(pairs.join("; ")).ok()
}

/// The page that an error leads to.
async fn instead(call: &mut Call, error: PageError) -> Reply {
    let next = || form_urlencoded::byte_serialize(call.address_again().as_bytes()).collect::<String>();
    let root = call.console.base.root();
    match error {
        PageError::LoggedOut if call.is_sent() && !call.is_for_operators() => {
            log_in::logged_out_meanwhile(call)
        }
        PageError::LoggedOut => Reply::SeeOther(format!("{root}/log-in?next={}", next())),
        PageError::Unconfirmed if call.is_sent() && !call.is_for_operators() => {
            confirm::asked_meanwhile(call).unwrap_or_else(|error| error_page::page(&call.frame, &error))
        }
        PageError::Unconfirmed => Reply::SeeOther(format!("{root}/confirm?next={}", next())),
        PageError::OutdatedForm => Reply::GiveBack(GivenBack {
            path: call.frame.path.clone(),
            kept: resubmission::pack(&call.form),
            status: StatusCode::CONFLICT,
            note: call.words().outdated_form(),
            if_missing: Some(PageError::NotFromHere),
        }),
        PageError::SentAlready { leads_to } => Reply::SeeOther(leads_to),
        error => error_page::framed(call, &error).await,
    }
}

/// The page for a request that cannot be one of a person in a browser.
fn bare(context: Option<RenderContext>, root: &'static str, product: ProductName) -> Response {
    use crate::console::request::page::Frame;
    let frame = Frame {
        language: context.map_or(Language::En, |context| context.language),
        theme: None,
        path: root.to_owned(),
        query: String::new(),
        root,
        product,
        request_id: context
            .map_or(crate::domain::ids::CallId::from_uuid(uuid::Uuid::nil()), |context| context.request_id),
    };
    error_page::page(&frame, &PageError::NotFound).into_response()
}
