//! English.

use super::{Text, access_denied, capitalized, counted, join_faults};
use crate::domain::conflict::Conflict;
use crate::domain::contact::ContactLimit;
use crate::domain::language::Language;
use crate::domain::refusal::{Fault, KeyCap, Limit, LimitHit, MediaFault, Refusal};
use crate::http::public_links::PublicLinks;

pub(super) fn message(refusal: &Refusal) -> Text {
    match refusal {
        Refusal::MissingAuth => "No API key was sent".into(),
        Refusal::NotBearer => "The Authorization header does not use the scheme `Bearer`".into(),
        Refusal::InvalidApiKey => "Invalid API key provided".into(),
        Refusal::ExpiredApiKey => "This API key has expired".into(),
        Refusal::RevokedApiKey => "This API key was revoked".into(),
        Refusal::DisabledApiKey => "This API key is switched off".into(),
        Refusal::ConflictingCredentials => "The request carries two different API keys".into(),
        Refusal::KeyInQueryString { parameter } => {
            format!("API keys are not accepted in the URL (parameter `{parameter}`)").into()
        }
        Refusal::AccessDenied(denied) => access_denied(denied).into(),
        Refusal::InsufficientScope { needed } => format!("This API key lacks the scope `{needed}`").into(),
        Refusal::BeyondOwnLimits { field } => {
            format!("This API key cannot bring about a key that `{field}` limits less than itself").into()
        }
        Refusal::PlanWithoutApi { required_plan: Some(plan) } => {
            format!("API access requires {} plan", capitalized(plan)).into()
        }
        Refusal::PlanWithoutApi { required_plan: None } => {
            "The account's plan does not include API access".into()
        }
        Refusal::CappedKey => {
            "This API key has a cap on credits, so it cannot make or widen other keys, nor change environments".into()
        }
        Refusal::RegionNotAllowed => "This API key may not be used in this region".into(),
        Refusal::IpNotAllowed => "This API key may not be used from this network address".into(),
        Refusal::TestKeyNotAllowed => "A test key cannot make or change what spends credits".into(),
        Refusal::AccountSuspended => "The account is suspended".into(),
        Refusal::InvalidJson { line, column } => {
            format!("The body is not one valid JSON object (line {line}, column {column})").into()
        }
        Refusal::ValidationFailed(faults) => {
            format!("The request is not valid: {}", join_faults(faults, Language::En)).into()
        }
        Refusal::ProfileUrlNotAccepted { field } => {
            format!("Profile addresses are not accepted (field `{field}`)").into()
        }
        Refusal::MockDataNotAllowed => "`allow_mock_data` works in test environments only".into(),
        Refusal::BadRequest { reason } => (*reason).into(),
        Refusal::EndpointNotFound => "There is no such endpoint".into(),
        Refusal::NotFound => "Nothing with this id exists".into(),
        Refusal::MethodNotAllowed { .. } => "This endpoint does not support this method".into(),
        Refusal::BodyTooLarge { limit_bytes } => {
            format!("The body is larger than {}", counted(*limit_bytes, "byte", "bytes")).into()
        }
        Refusal::UnsupportedMediaType(MediaFault::NotJson) => "The body is not declared as JSON".into(),
        Refusal::UnsupportedMediaType(MediaFault::NotUtf8) => {
            "The body is declared as JSON in another encoding than UTF-8".into()
        }
        Refusal::UnsupportedMediaType(MediaFault::Encoded) => {
            "The body has a Content-Encoding, and encoded bodies are not accepted".into()
        }
        Refusal::Limited(hit) => limited(hit),
        Refusal::InsufficientCredits { needed, available } => {
            format!("This call needs {}, the account has {available}", credits(needed.as_i64())).into()
        }
        Refusal::KeyCapReached { cap, limit, .. } => {
            let period = match cap {
                KeyCap::Daily => "day",
                KeyCap::Monthly => "month",
            };
            format!("This API key has spent its cap of {} a {period}", credits(limit.as_i64())).into()
        }
        Refusal::ProfileNotFound => "Nobody with this name was found at this company".into(),
        Refusal::MultipleMatches { total, .. } => {
            format!("{} and cannot be told apart", counted(*total, "person matches", "people match")).into()
        }
        Refusal::InsufficientData { unsupported_language: true, .. } => {
            "This person's texts are in a language that is not analysed".into()
        }
        Refusal::InsufficientData { words, words_needed, .. } => format!(
            "An analysis needs {} of the person's own; {words} found",
            counted(*words_needed, "word", "words")
        )
        .into(),
        Refusal::ContactExists { .. } => "There is a contact with this name and company already".into(),
        Refusal::ContactLimitReached { limit: ContactLimit::Contacts(most) } => {
            format!("The account has reached its limit of {}", counted(*most, "contact", "contacts")).into()
        }
        Refusal::ContactLimitReached { limit: ContactLimit::Bytes(most) } => {
            format!("The texts of the account's contacts would exceed {most} bytes").into()
        }
        Refusal::Conflict(conflict) => in_the_way(*conflict).into(),
        Refusal::IdempotencyInProgress { .. } => {
            "A call with this Idempotency-Key is still being served".into()
        }
        Refusal::IdempotencyKeyReused => "This Idempotency-Key was used with another request".into(),
        Refusal::AnswerNotKept { .. } => "This was done before, and its answer is not kept".into(),
        Refusal::Internal => "The service failed to answer".into(),
        Refusal::Upstream => "A server behind this service failed to answer".into(),
        Refusal::Unavailable { .. } => "The service cannot take this call right now".into(),
        Refusal::Timeout => "The call took too long and was stopped".into(),
    }
}

fn in_the_way(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::RotationInProgress { .. } => {
            "This key is being rotated already: its old secret still works"
        }
        Conflict::NotRotating => "This key is not being rotated: it has one secret only",
        Conflict::KeyRevoked => "This key is revoked, and revocation cannot be undone",
        Conflict::KeyExpired => "This key has expired; a new secret would not work either",
        Conflict::KeyLimitReached => "The environment has reached its limit of keys",
        Conflict::EnvironmentExists => "The account has an environment of that name",
        Conflict::EnvironmentLimitReached => "The account has reached its limit of environments",
    }
}

fn limited(hit: &LimitHit) -> Text {
    let size = hit.size;
    match hit.limit {
        Limit::Rate => format!("More than {} per second", counted(size, "request", "requests")).into(),
        Limit::Concurrency => format!("More than {} at once", counted(size, "request", "requests")).into(),
        Limit::Quota => format!(
            "The plan pays for {} in a billing period, and that limit is reached; a credit pack pays for more",
            counted(size, "request", "requests")
        )
        .into(),
        Limit::FailedAttempts => "Too many failed attempts from this network address".into(),
    }
}

pub(super) fn user_action(refusal: &Refusal, links: &PublicLinks) -> Text {
    let support = links.support().unwrap_or("support");
    let at_upgrade = links.upgrade().map(|url| format!(" at {url}")).unwrap_or_default();
    match refusal {
        Refusal::NotBearer => {
            "Write the scheme before the key: `Authorization: Bearer YOUR_KEY`.".into()
        }
        Refusal::MissingAuth => {
            "Send your key in the header `X-API-Key: YOUR_KEY` or `Authorization: Bearer YOUR_KEY`.".into()
        }
        Refusal::InvalidApiKey => {
            "Verify that your API key is correct and active: copied whole, without spaces.".into()
        }
        Refusal::ExpiredApiKey | Refusal::RevokedApiKey => {
            "Make a new key, or ask an administrator of your account for one, and put it where your program keeps this one.".into()
        }
        Refusal::DisabledApiKey => "Ask an administrator of your account to enable the key, or use another.".into(),
        Refusal::ConflictingCredentials => {
            "Send one key, once: keep either the X-API-Key or the Authorization header.".into()
        }
        Refusal::KeyInQueryString { .. } => {
            "Move the key to the X-API-Key header, and rotate it: addresses are kept in logs and histories.".into()
        }
        Refusal::AccessDenied(_) | Refusal::PlanWithoutApi { .. } => format!("Choose a plan with access{at_upgrade}.").into(),
        Refusal::InsufficientScope { needed } => {
            format!("Use a key with the scope `{needed}`, or ask an administrator to make one.").into()
        }
        Refusal::BeyondOwnLimits { field } => {
            format!("Limit `{field}` at least as GET /v1/keys shows it of your key, or ask an administrator.").into()
        }
        Refusal::CappedKey => "Use a key without `daily_cap` and `monthly_cap`, or ask an administrator.".into(),
        Refusal::RegionNotAllowed => "Call from an allowed region, or use a key without a region list.".into(),
        Refusal::IpNotAllowed => "Call from an allowed address, or add this one to the key's allow-list.".into(),
        Refusal::TestKeyNotAllowed => "Use a key of a live environment.".into(),
        Refusal::AccountSuspended => format!("Write to {support} to have the account resumed.").into(),
        Refusal::InvalidJson { .. } => {
            "Send one JSON object in UTF-8, nested at most 64 levels, with nothing after it.".into()
        }
        Refusal::ValidationFailed(_) => "Correct the fields listed in `fields` and send the request again.".into(),
        Refusal::ProfileUrlNotAccepted { .. } => {
            "Name the person by first name, last name and company, without any address.".into()
        }
        Refusal::MockDataNotAllowed => "Leave `allow_mock_data` out, or use a key of a test environment.".into(),
        Refusal::BadRequest { .. } => "Correct the request and send it again.".into(),
        Refusal::EndpointNotFound => match links.docs() {
            Some(docs) => format!("Check the path for spelling, case and a trailing slash; see {docs}.").into(),
            None => "Check the path for spelling, case and a trailing slash.".into(),
        },
        Refusal::NotFound => "Check the id; it must belong to your own account.".into(),
        Refusal::MethodNotAllowed { .. } => "Use one of the methods in the Allow header.".into(),
        Refusal::BodyTooLarge { .. } => "Send a smaller body.".into(),
        Refusal::UnsupportedMediaType(_) => {
            "Send the body as JSON in UTF-8, with the header `Content-Type: application/json` and without Content-Encoding."
                .into()
        }
        Refusal::Limited(hit) => retry(hit, &at_upgrade),
        Refusal::InsufficientCredits { .. } => format!("Purchase additional credits or upgrade your plan{at_upgrade}.").into(),
        Refusal::KeyCapReached { .. } => {
            "Raise the key's cap, use another key, or wait until the time in `resets_at`.".into()
        }
        Refusal::ProfileNotFound => {
            "Check the spelling, try the company's full name, or add the person to your contacts.".into()
        }
        Refusal::MultipleMatches { .. } => {
            "Give the full name and the company's full name, or add the person you mean to your contacts.".into()
        }
        Refusal::InsufficientData { .. } => {
            "Add more posts of this person to your contacts, in English or Portuguese; this call was not charged."
                .into()
        }
        Refusal::ContactExists { .. } => {
            "Change the contact with the id in `contact_id`, or give this one its full name.".into()
        }
        Refusal::ContactLimitReached { .. } => {
            format!("Delete contacts that you no longer need, or write to {support}.").into()
        }
        Refusal::Conflict(conflict) => out_of_the_way(*conflict).into(),
        Refusal::IdempotencyInProgress { .. } => {
            "Wait for the time in `retry_after`, then send the same request again to get its answer.".into()
        }
        Refusal::AnswerNotKept { location } => format!(
            "Find what was made or changed at {location}. The secret of a key is shown once: rotate the key to get another."
        )
        .into(),
        Refusal::IdempotencyKeyReused => "Use a new Idempotency-Key for each different request.".into(),
        Refusal::Internal | Refusal::Upstream => {
            format!("Try again; if it happens again, write to {support} with the request id. You were not charged.")
                .into()
        }
        Refusal::Unavailable { .. } => "Try again after the time in `retry_after`. You were not charged.".into(),
        Refusal::Timeout => "Try again in a moment. You were not charged.".into(),
    }
}

fn out_of_the_way(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::RotationInProgress { .. } => {
            "Wait for the time in `retry_after`, or end the old secret now with POST /v1/keys/{id}/end-overlap."
        }
        Conflict::NotRotating => "There is nothing to end; GET /v1/keys/{id} lists a key's secrets.",
        Conflict::KeyRevoked | Conflict::KeyExpired => "Make a new key.",
        Conflict::KeyLimitReached => {
            "Revoke a key that is not used, or choose a plan that allows more; GET /v1/environments shows the limit."
        }
        Conflict::EnvironmentExists => "Use that environment, or choose another name.",
        Conflict::EnvironmentLimitReached => "Use one of the environments that exist.",
    }
}

fn retry(hit: &LimitHit, at_upgrade: &str) -> Text {
    let wait = hit.retry_after_s.max(1);
    match hit.limit {
        Limit::Rate => {
            format!("Wait {wait} s and send again, more slowly, or choose a larger plan{at_upgrade}.").into()
        }
        Limit::Concurrency => {
            format!("Wait for the answers to your open requests, or choose a larger plan{at_upgrade}.").into()
        }
        Limit::Quota => {
            format!(
                "Buy a credit pack, which pays for calls beyond the plan's requests, wait for the next billing period, \
                 or choose a larger plan{at_upgrade}."
            )
            .into()
        }
        Limit::FailedAttempts => format!("Wait {wait} s, and check the key before you try again.").into(),
    }
}

pub(super) fn fault(fault: Fault) -> String {
    match fault {
        Fault::Missing => "is required".to_owned(),
        Fault::Unknown => "is not a field of this request".to_owned(),
        Fault::Repeated => "stands there more than once".to_owned(),
        Fault::Contradicts => "has another value than the same field under its other name".to_owned(),
        Fault::NotText => "must be text".to_owned(),
        Fault::NotBoolean => "must be true or false".to_owned(),
        Fault::Empty => "must not be empty".to_owned(),
        Fault::TooLong { max_chars } => {
            format!("must not be longer than {}", counted(max_chars, "character", "characters"))
        }
        Fault::ControlCharacter => "must not hold control characters".to_owned(),
        Fault::NoName(name) => format!("must have at least {}", name.needs()),
        Fault::Parameter => "is a query parameter, and this request takes none".to_owned(),
        Fault::NotOneOf(values) => format!("must be one of: {}", values.join(", ")),
        Fault::NotList => "must be a list".to_owned(),
        Fault::NotObject => "must be an object".to_owned(),
        Fault::TooMany { max_items } => {
            format!("must not have more than {}", counted(max_items, "item", "items"))
        }
        Fault::NotAddress => "must look like name@example.com".to_owned(),
        Fault::NotDate => {
            "must be a date such as 2026-01-31, or an instant such as 2026-01-31T12:00:00Z".to_owned()
        }
        Fault::NotInstant => "must be an instant such as 2026-01-31T12:00:00Z".to_owned(),
        Fault::NotSomeOf(values) => {
            format!("must be one or more of {}, with commas between them", values.join(", "))
        }
        Fault::OutOfRange { least, most } => format!("must be from {least} to {most}"),
        Fault::NotADay => "must be a day such as 2026-01-31".to_owned(),
        Fault::DaysOutOfRange { most } => format!("must not be later than `to`; at most {most} days"),
        Fault::NotACursor => "must be the `next_cursor` of an answer to the same request".to_owned(),
        Fault::NotWhole { least, most } => format!("must be a whole number from {least} to {most}"),
        Fault::InPast => "lies in the past".to_owned(),
        Fault::NotARegion => "must hold regions of small letters, digits and `-`".to_owned(),
        Fault::NotANetwork => {
            "must hold addresses or networks such as 203.0.113.0/24, without bits behind the mask".to_owned()
        }
        Fault::NotThere => "names nothing that the account has".to_owned(),
        Fault::OtherMode => "says another mode than the environment has".to_owned(),
    }
}

fn credits(amount: i64) -> String {
    counted(amount, "credit", "credits")
}
