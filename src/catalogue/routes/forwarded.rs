//! Routes that are forwarded to servers of the seller.

use toml::de::DeValue;

use super::price::price;
use super::{changes, description, path};
use crate::catalogue::document::{Fields, integer, list, name, parsed, text, word_of};
use crate::catalogue::interned::interned;
use crate::domain::forwarding::{
    CapturedStatuses, ForwardedRoute, PathPattern, RequestBody, RetryRule, RouteLimits, RouteMethod,
    StreamTerms, WhenBrokeOff, WhenLeft,
};
use crate::domain::plan::Access;
use crate::domain::price::RoutePrice;

const KIB: i64 = 1_024;
const MIB: i64 = 1_024 * KIB;

pub(super) fn forwarded(fields: &mut Fields<'_>) -> Option<ForwardedRoute> {
    let route = fields.required("route", name);
    let pattern = path(fields);
    let methods = methods(fields);
    let title = description::translated(fields, "title", 80);
    let about = description::translated(fields, "about", 1_000);
    let example = description::example(fields, pattern.as_ref(), methods.as_deref());
    let upstream = upstream_name(fields);
    let to = target_path(fields, pattern.as_ref());
    let access = fields.required("access", parsed::<Access>);
    let price = price(fields);
    let limits = fields.table("limits", limits);
    let stream = fields.table("stream", |fields| {
        let ping_s = fields.optional("ping_s", integer(1..=300));
        Some(StreamTerms { ping_s })
    });
    let settlement = Settlement::read(fields, stream.is_some());
    let timeouts = Timeouts::read(fields);
    let (body, max_request_bytes) = request_body(fields, price.as_ref());
    let retry = retry(fields, body);
    let request = changes::of_request(fields, body, price.as_ref());
    let answer = changes::of_answer(fields, stream.is_some());
    let max_answer_bytes = fields.optional("max_answer_bytes", integer(KIB..=16 * 1_024 * MIB));
    let whole_bytes = fields.optional("whole_bytes", integer(0..=8 * MIB));
    let pattern = pattern?;
    Some(ForwardedRoute {
        name: interned(&route?),
        path: interned(&pattern.to_string()),
        methods: methods?,
        title,
        about,
        example,
        upstream: upstream?,
        to: to.unwrap_or_else(|| pattern.clone()),
        pattern,
        access: access?,
        price: price?,
        capture: settlement.capture,
        broke_off: settlement.broke_off,
        left: settlement.left,
        stream,
        limits,
        body,
        request,
        answer,
        retry,
        first_byte_ms: timeouts.first_byte_ms,
        idle_ms: timeouts.idle_ms,
        total_s: timeouts.total_s,
        max_request_bytes,
        whole_bytes: whole_bytes.unwrap_or(64 * KIB as usize),
        max_answer_bytes: max_answer_bytes.unwrap_or(64 * MIB as u64),
    })
}

fn methods(fields: &mut Fields<'_>) -> Option<Vec<RouteMethod>> {
    let methods = fields.required("methods", list(RouteMethod::ALL.len(), method))?;
    if methods.is_empty() {
        fields.fault("methods", "must list at least one method");
    }
    Some(methods)
}

fn upstream_name(fields: &mut Fields<'_>) -> Option<String> {
    if !fields.has("upstream") {
        fields.fault("upstream", "is missing: a route has an `upstream` or an `endpoint`");
    }
    fields.optional("upstream", name)
}

/// Where the call goes on the upstream. Every parameter comes from the route's own path.
fn target_path(fields: &mut Fields<'_>, pattern: Option<&PathPattern>) -> Option<PathPattern> {
    let to = fields.optional("to", parsed::<PathPattern>)?;
    if let Some(pattern) = pattern
        && let Some(missing) = to.missing_in(pattern)
    {
        match pattern.parameters().any(|name| name == missing) {
            true => fields.fault(
                "to",
                format_args!(
                    "writes the parameter `{missing}` in another way than `path`: {{{missing}}} is one segment, \
                     {{*{missing}}} the rest"
                ),
            ),
            false => fields
                .fault("to", format_args!("has a parameter `{missing}` that `path` does not have")),
        }
    }
    Some(to)
}

fn limits(fields: &mut Fields<'_>) -> Option<RouteLimits> {
    let rate_per_s = fields.required("rate_per_s", integer(1..=1_000_000));
    let burst = fields.optional("burst", integer(1..=1_000_000));
    let concurrency = fields.optional("concurrency", integer(1..=1_000_000));
    let rate_per_s = rate_per_s?;
    Some(RouteLimits { rate_per_s, burst: burst.unwrap_or(rate_per_s), concurrency })
}

/// How long the upstream may take: to begin its answer, between two parts of it, in all.
struct Timeouts {
    first_byte_ms: u64,
    idle_ms: u64,
    total_s: u64,
}

impl Timeouts {
    fn read(fields: &mut Fields<'_>) -> Self {
        let timeouts = Self {
            first_byte_ms: fields.optional("first_byte_ms", integer(100..=300_000)).unwrap_or(10_000),
            idle_ms: fields.optional("idle_ms", integer(1_000..=300_000)).unwrap_or(30_000),
            total_s: fields.optional("total_s", integer(1..=3_600)).unwrap_or(60),
        };
        let total_s = timeouts.total_s;
        for (field, limit_ms) in [("first_byte_ms", timeouts.first_byte_ms), ("idle_ms", timeouts.idle_ms)] {
            if fields.has(field) && limit_ms > total_s * 1_000 {
                fields.fault_if_new(field, format_args!("must not be longer than `total_s` ({total_s} s)"));
            }
        }
        timeouts
    }
}

/// How the body reaches the upstream, and how long it may be.
fn request_body(fields: &mut Fields<'_>, price: Option<&RoutePrice>) -> (RequestBody, usize) {
    let words = RequestBody::ALL.map(|body| (body.as_str(), body));
    let body = fields.optional("body", word_of(&words)).unwrap_or(RequestBody::Read);
    if body == RequestBody::Pass
        && price.and_then(RoutePrice::counted).is_some_and(|price| price.hold_by.is_some())
    {
        fields.fault("body", "must be \"read\" where `hold_by` reads the request");
    }
    let most = match body {
        RequestBody::Read => 16 * MIB,
        RequestBody::Pass => 1_024 * MIB,
    };
    let max_request_bytes = fields.optional("max_request_bytes", integer(0..=most));
    (body, max_request_bytes.unwrap_or(MIB as usize))
}

/// What is sent again. A streamed body is gone.
fn retry(fields: &mut Fields<'_>, body: RequestBody) -> RetryRule {
    let words = RetryRule::ALL.map(|rule| (rule.as_str(), rule));
    let retry = fields.optional("retry", word_of(&words)).unwrap_or(RetryRule::Off);
    if retry != RetryRule::Off && body == RequestBody::Pass {
        fields.fault("retry", "must be \"off\" with `body = \"pass\"`, which can be sent only once");
    }
    retry
}

/// Which answers are charged, and what the other endings of a call mean.
struct Settlement {
    capture: CapturedStatuses,
    broke_off: WhenBrokeOff,
    left: WhenLeft,
}

impl Settlement {
    /// Without `left`, a stream is stopped when its client leaves, and any other call is finished.
    fn read(fields: &mut Fields<'_>, is_stream: bool) -> Self {
        let broke_off = WhenBrokeOff::ALL.map(|rule| (rule.as_str(), rule));
        let left = WhenLeft::ALL.map(|rule| (rule.as_str(), rule));
        let table = fields.table("settlement", |fields| {
            let capture = fields.optional("capture", captured_statuses);
            let broke_off = fields.optional("broke_off", word_of(&broke_off));
            Some((capture, broke_off, fields.optional("left", word_of(&left))))
        });
        let (capture, broke_off, left) = table.unwrap_or_default();
        Self {
            capture: capture.unwrap_or_default(),
            broke_off: broke_off.unwrap_or(WhenBrokeOff::Release),
            left: left.unwrap_or(if is_stream { WhenLeft::Stop } else { WhenLeft::Finish }),
        }
    }
}

fn method(value: &DeValue<'_>) -> Result<RouteMethod, String> {
    let words = RouteMethod::ALL.map(|method| (method.as_str(), method));
    word_of(&words)(value)
}

fn captured_statuses(value: &DeValue<'_>) -> Result<CapturedStatuses, String> {
    let status = |value: &DeValue<'_>| {
        text(3)(value).map_err(|_| "must be a text such as \"2xx\" or \"404\"".to_owned())
    };
    let items = list(20, status)(value)?;
    CapturedStatuses::parse(items.iter().map(String::as_str)).map_err(|error| error.to_string())
}
