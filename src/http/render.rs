//! The only module that turns answers and refusals into bytes.
//!
//! A handler returns an [`Answer`], and the gate adds a [`CallRecord`]. This module writes the body
//! in the dialect of the route, splices `billing_info` in, and sets the headers from the same
//! facts. A response without an [`Answer`], such as a page or a replay, keeps its body.

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::answer::{Answer, Content, is_passed_on};
use super::billing_info::BillingInfo;
use super::call_record::CallRecord;
use super::error_body::{self, ErrorView};
use super::error_details::ErrorDetails;
use super::negotiate::{PROBLEM_JSON, RenderContext};
use super::public_links::PublicLinks;
use crate::domain::billing::Billing;
use crate::domain::ids::{CallId, IdText};
use crate::domain::refusal::Refusal;

/// The id of a request, on every answer.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The media type of all JSON answers that are no problems.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Turns what a response means into its bytes and headers. Returns the call's record, for the log
/// line.
pub fn render(mut response: Response, ctx: &RenderContext, links: &PublicLinks) -> (Response, CallRecord) {
    let mut record = CallRecord::take(&mut response);
    let answer = response.extensions_mut().remove().or_else(|| implied_refusal(&response));
    if let Some(Answer { content, billing }) = answer {
        record.billing = record.billing.or(billing);
        if let Content::Refusal(refusal) = &content {
            record.error_code = Some(refusal.code());
        }
        let wait_s = write(&mut response, content, record.billing.as_ref(), ctx, links);
        if let (Some(wait_s), Some(limit)) = (wait_s, record.refusing_limit()) {
            limit.reset_s = wait_s;
        }
    }
    let headers = response.headers_mut();
    record.set_headers(headers);
    headers.insert(X_REQUEST_ID, request_id_value(ctx.request_id));
    (response, record)
}

/// Writes the body of an answer before it leaves the gate, to be stored. Returns whether the body
/// contains the billing facts, which a response with a body of its own does not.
pub fn write_early(
    response: &mut Response,
    billing: &Billing,
    ctx: &RenderContext,
    links: &PublicLinks,
) -> bool {
    let Some(Answer { content, .. }) = response.extensions_mut().remove() else { return false };
    write(response, content, Some(billing), ctx, links);
    true
}

/// Writes the body. Returns the seconds after which a refused request may be sent again.
fn write(
    response: &mut Response,
    content: Content,
    billing: Option<&Billing>,
    ctx: &RenderContext,
    links: &PublicLinks,
) -> Option<u64> {
    match content {
        Content::Refusal(refusal) => return write_error(response, &refusal, billing, ctx, links),
        Content::Analysis(analise) => set_json(response, paid_body(&analise, billing), JSON),
        Content::Object(mut object) => {
            if let Some(billing) = billing {
                splice_billing(&mut object, billing);
            }
            set_json(response, object, JSON);
        }
    }
    None
}

/// Returns the refusal for an empty 404 or 405, which come from axum's router.
fn implied_refusal(response: &Response) -> Option<Answer> {
    if response.body().size_hint().exact() != Some(0)
        || response.headers().contains_key(header::CONTENT_TYPE)
        || is_passed_on(response)
    {
        return None;
    }
    let refusal = match response.status() {
        StatusCode::NOT_FOUND => Refusal::EndpointNotFound,
        StatusCode::METHOD_NOT_ALLOWED => Refusal::MethodNotAllowed { allow: "" },
        _ => return None,
    };
    Some(Answer { content: Content::Refusal(refusal), billing: None })
}

fn write_error(
    response: &mut Response,
    refusal: &Refusal,
    billing: Option<&Billing>,
    ctx: &RenderContext,
    links: &PublicLinks,
) -> Option<u64> {
    let details = ErrorDetails::new(refusal, ctx.language, links).spread(refusal, ctx.request_id);
    let wait_s = details.retry_after_s();
    set_error_headers(response.headers_mut(), refusal, wait_s);
    if let Ok(help) =
        HeaderValue::try_from(format!("<{}>; rel=\"help\"", links.help_page(refusal.code(), ctx.language)))
    {
        response.headers_mut().insert(header::LINK, help);
    }
    let view =
        ErrorView { refusal, status: response.status(), details, billing: billing.map(BillingInfo::new) };
    let body = error_body::write(view, ctx, links).unwrap_or_else(|error| {
        tracing::error!(%error, "writing an error as JSON failed");
        Vec::new()
    });
    let media_type = if ctx.problem_json { HeaderValue::from_static(PROBLEM_JSON) } else { JSON };
    set_json(response, body, media_type);
    wait_s
}

/// The headers that a refusal calls for.
fn set_error_headers(headers: &mut HeaderMap, refusal: &Refusal, retry_after_s: Option<u64>) {
    if let Some(seconds) = retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match refusal {
        Refusal::MethodNotAllowed { allow } if !allow.is_empty() => {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        // RFC 6750, section 3.1: no error attribute where no credential was sent.
        Refusal::MissingAuth | Refusal::NotBearer => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Refusal::ConflictingCredentials => {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"Bearer error="invalid_request""#),
            );
        }
        other if other.code().status() == 401 => {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(r#"Bearer error="invalid_token""#),
            );
        }
        _ => {}
    }
}

/// `{"success":true,"analise":…,"billing_info":…}`.
fn paid_body(analise: &[u8], billing: Option<&Billing>) -> Vec<u8> {
    const HEAD: &[u8] = br#"{"success":true,"analise":"#;
    const BILLING_BYTES: usize = 256;
    let mut body = Vec::with_capacity(HEAD.len() + analise.len() + BILLING_BYTES);
    body.extend_from_slice(HEAD);
    body.extend_from_slice(analise);
    body.push(b'}');
    if let Some(billing) = billing {
        splice_billing(&mut body, billing);
    }
    body
}

/// Adds `billing_info` as the last member of a JSON object; anything else is left as it is.
fn splice_billing(object: &mut Vec<u8>, billing: &Billing) {
    if object.first() != Some(&b'{') || object.pop_if(|last| *last == b'}').is_none() {
        return;
    }
    let separator: &[u8] = if object.len() == 1 { b"" } else { b"," };
    object.extend_from_slice(separator);
    object.extend_from_slice(br#""billing_info":"#);
    // Writing plain numbers and strings to memory cannot fail; were it to, `null` keeps the object
    // whole.
    let start = object.len();
    if serde_json::to_writer(&mut *object, &BillingInfo::new(billing)).is_err() {
        object.truncate(start);
        object.extend_from_slice(b"null");
    }
    object.push(b'}');
}

fn set_json(response: &mut Response, body: Vec<u8>, media_type: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = Body::from(body);
}

/// The id as a header value, without formatting machinery: this is on every answer.
fn request_id_value(id: CallId) -> HeaderValue {
    HeaderValue::from_str(id.text(&mut IdText::default()))
        .unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::AccountBalance;
    use crate::domain::credits::Credits;
    use chrono::DateTime;

    fn billing() -> Billing {
        let balance = AccountBalance {
            remaining: Credits::from_u32(998),
            plan_credits_used: Credits::from_u32(2),
            plan_credits: Credits::from_u32(1000),
            requests_limit: 1000,
            requests_used: 1,
            renews_at: DateTime::from_timestamp(1_767_225_600, 0).unwrap(),
        };
        Billing {
            used: Credits::from_u32(2),
            held: None,
            plan_label: "professional".to_owned(),
            balance,
            refunded: None,
        }
    }

    const BILLING: &str = r#""billing_info":{"creditos_utilizados":2,"creditos_restantes":998,"tipo_plano":"professional","renovacao_proxima":"2026-01-01T00:00:00Z","limite_mensal":1000,"uso_percentual":0.2}"#;

    #[test]
    fn a_paid_body_splices_the_analysis_in_unread() {
        let body = paid_body(b"{ \"as\" : [ 1 ] }", Some(&billing()));
        let expected = format!(r#"{{"success":true,"analise":{{ "as" : [ 1 ] }},{BILLING}}}"#);
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

    #[test]
    fn billing_is_spliced_into_objects_only() {
        for (object, expected) in [
            ("{}", format!("{{{BILLING}}}")),
            (r#"{"a":1}"#, format!(r#"{{"a":1,{BILLING}}}"#)),
            ("[{}]", "[{}]".to_owned()),
            ("", String::new()),
        ] {
            let mut bytes = object.as_bytes().to_vec();
            splice_billing(&mut bytes, &billing());
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }
}
