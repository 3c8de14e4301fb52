//! What every page passes before its handler: origin and token of a form, the person, their place in the account. And what
//! becomes of its answer.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::response::Response;

use super::call::{Call, Console};
use super::error::PageError;
use super::error_page;
use super::form::Form;
use super::log_in;
use super::page::{Reply, set_headers};
use crate::domain::language::Language;
use crate::http::call_record::CallRecord;
use crate::http::negotiate::RenderContext;

/// Who may open a page. Each kind may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    Anyone,
    /// A person whose second factor is still to come.
    Half,
    /// A person who is logged in.
    Person,
    /// The same, who proved lately who they are.
    PersonConfirmed,
    /// A member of the account in the path.
    Member,
    Admin,
    /// The same, who proved lately who they are.
    AdminConfirmed,
}

impl Access {
    const fn needs_account(self) -> bool {
        matches!(self, Self::Member | Self::Admin | Self::AdminConfirmed)
    }

    const fn needs_admin(self) -> bool {
        matches!(self, Self::Admin | Self::AdminConfirmed)
    }

    const fn needs_proof(self) -> bool {
        matches!(self, Self::PersonConfirmed | Self::AdminConfirmed)
    }
}

/// Who may open a page, as a table of pages names it.
pub(super) trait Admission: Copy + Send + Sync + 'static {
    /// Reads who asks, and refuses everybody else. The token of a form is checked once the person is known.
    fn admit(self, call: &mut Call) -> impl Future<Output = Result<(), PageError>> + Send;
}

impl Admission for Access {
    async fn admit(self, call: &mut Call) -> Result<(), PageError> {
        if self > Self::Anyone {
            call.identify().await?;
            match self {
                Self::Half => call.half()?,
                _ => call.user()?,
            };
        }
        if call.is_sent() {
            call.check_form()?;
        }
        if self.needs_account() {
            call.enter_account().await?;
        }
        if self.needs_admin() && !call.membership()?.role.may_manage() {
            return Err(PageError::AdminsOnly);
        }
        if self.needs_proof() && !call.user()?.is_confirmed {
            return Err(PageError::Unconfirmed);
        }
        Ok(())
    }
}

pub(super) type Answering<'c> = Pin<Box<dyn Future<Output = Result<Reply, PageError>> + Send + 'c>>;
pub(super) type Handler = for<'c> fn(&'c mut Call) -> Answering<'c>;

/// Answers one request for a page.
pub(super) async fn answer(
    console: Arc<Console>,
    path: &'static str,
    access: impl Admission,
    handler: Handler,
    request: Request<Body>,
) -> Response {
    let is_https = console.base.is_https();
    let mut response = match Box::pin(reply(console, access, handler, request)).await {
        Ok((reply, cookies)) => {
            let is_new_user = matches!(&reply, Reply::SeeOther(to) if to.ends_with("/log-in?out=1"));
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
    response.extensions_mut().insert(CallRecord::of_open_path(path));
    response
}

async fn reply(
    console: Arc<Console>,
    access: impl Admission,
    handler: Handler,
    request: Request<Body>,
) -> Result<(Reply, Vec<HeaderValue>), Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let is_own_host = console.base.is_own_host(&parts.headers);
    let is_from_here = console.base.is_from_here(&parts.headers);
    let context = parts.extensions.get::<RenderContext>().copied();
    let root = console.base.root();
    let mut call = match Call::of(console, &mut parts).await {
        Ok(call) if is_own_host => call,
        Ok(_) | Err(_) => return Err(Box::new(bare(context, root))),
    };
    let sent = if call.is_sent() { Some((&parts.headers, body)) } else { None };
    let answered = match sent {
        Some(_) if !is_from_here => Err(PageError::NotFromHere),
        Some((headers, body)) => match Form::of_body(headers, body).await {
            Ok(form) => {
                call.form = form;
                admitted(&mut call, access, handler).await
            }
            Err(error) => Err(error),
        },
        None => admitted(&mut call, access, handler).await,
    };
    let reply = answered.unwrap_or_else(|error| instead(&call, error));
    Ok((reply, std::mem::take(&mut call.set_cookies)))
}

/// Checks who asks, answers, and commits what was changed.
async fn admitted(call: &mut Call, access: impl Admission, handler: Handler) -> Result<Reply, PageError> {
    access.admit(call).await?;
    let reply = handler(call).await?;
    call.commit().await?;
    Ok(reply)
}

/// The page that an error leads to.
fn instead(call: &Call, error: PageError) -> Reply {
    let next = || form_urlencoded::byte_serialize(call.frame.path.as_bytes()).collect::<String>();
    let root = call.console.base.root();
    match error {
        PageError::LoggedOut if call.is_sent() && !call.is_for_operators() => {
            log_in::logged_out_meanwhile(call)
        }
        PageError::LoggedOut => Reply::SeeOther(format!("{root}/log-in?next={}", next())),
        PageError::Unconfirmed => Reply::SeeOther(format!("{root}/confirm?next={}", next())),
        PageError::SentAlready { leads_to } => Reply::SeeOther(leads_to),
        error => error_page::page(&call.frame, &error),
    }
}

/// The page for a request that cannot be one of a person in a browser.
fn bare(context: Option<RenderContext>, root: &str) -> Response {
    use super::page::Frame;
    let frame = Frame {
        language: context.map_or(Language::En, |context| context.language),
        theme: None,
        path: root.to_owned(),
        request_id: context
            .map_or(crate::domain::ids::CallId::from_uuid(uuid::Uuid::nil()), |context| context.request_id),
    };
    error_page::page(&frame, &PageError::NotFound).into_response()
}
