//! Examples: error bodies by the real renderer, and answers that a gateway gave.

use std::sync::LazyLock;

use axum::http::StatusCode;
use futures_util::FutureExt;
use http_body_util::BodyExt;

use super::Facts;
use super::ordered::Ordered;
use super::samples::sample;
use crate::domain::ids::CallId;
use crate::domain::language::Language;
use crate::domain::refusal::ErrorCode;
use crate::http::answer::refused;
use crate::http::dialect::Dialect;
use crate::http::negotiate::RenderContext;
use crate::http::render::render;

/// Answers of a gateway by operation and status, recorded by the tests (`WRITE_DOCS=1 make test
/// ARGS=openapi`).
static ANSWERS: LazyLock<Ordered> = LazyLock::new(|| Ordered::parse(include_str!("examples/answers.json")));

/// A recorded answer of an operation.
pub fn answer(operation: &str, status: u16) -> Option<&'static Ordered> {
    ANSWERS.get(operation)?.get(&status.to_string())
}

/// The id of the request that the examples answer.
const REQUEST_ID: uuid::Uuid = uuid::Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0001);

/// The body of an error as a client gets it. `None` stands for a problem of RFC 9457 in place of a
/// dialect.
pub fn error_body(
    code: ErrorCode,
    dialect: Option<Dialect>,
    language: Language,
    facts: &Facts,
) -> Option<Ordered> {
    let ctx = RenderContext {
        request_id: CallId::from_uuid(REQUEST_ID),
        dialect: dialect.unwrap_or_default(),
        problem_json: dialect.is_none(),
        language,
    };
    let (response, _) = render(refused(sample(code, facts)?), &ctx, &facts.links);
    debug_assert_eq!(Ok(response.status()), StatusCode::from_u16(code.status()).map_err(drop));
    // The whole body is in memory, so there is nothing to wait for.
    let body = response.into_body().collect().now_or_never()?.ok()?;
    Ordered::read(&body.to_bytes())
}
