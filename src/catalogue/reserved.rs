//! Paths that belong to the service, so that no route of the seller takes their place.

use std::borrow::Cow;

/// The first segments of all paths of the service but the routes that are sold.
pub const FIRST_SEGMENTS: [&str; 28] = [
    "creditos",
    "credits",
    "status",
    "v1",
    "health",
    "saude",
    "tiers",
    "planos",
    "livez",
    "readyz",
    "metrics",
    "openapi.json",
    "docs",
    "console",
    "assets",
    "llms.txt",
    "favicon.ico",
    "robots.txt",
    "sitemap.xml",
    "pt",
    "pricing",
    "leaks",
    "signup",
    "login",
    "dashboard",
    "settings",
    "upgrade",
    ".well-known",
];

/// What the service has below `/v1`.
const UNDER_V1: [&str; 6] = ["account", "audit", "contacts", "environments", "keys", "ledger"];

/// Why a route cannot have a path with these literal segments at its beginning, if it cannot.
pub(super) fn conflict<'p>(mut literals: impl Iterator<Item = &'p str>) -> Option<Cow<'static, str>> {
    let of_service = |taken: String| Cow::Owned(format!("is under `{taken}`, a path of the service"));
    match (literals.next(), literals.next()) {
        (None, _) => {
            Some("must begin with a literal segment: `/{id}` would match the paths of the service".into())
        }
        (Some("v1"), None) => {
            Some("must have a literal segment after `/v1`, where the service has paths too".into())
        }
        (Some("v1"), Some(second)) => UNDER_V1.contains(&second).then(|| of_service(format!("/v1/{second}"))),
        (Some(first), _) => FIRST_SEGMENTS.contains(&first).then(|| of_service(format!("/{first}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_service_are_not_for_sale() {
        let taken =
            |path: &str| conflict(path.split('/').skip(1).take_while(|s| !s.starts_with('{'))).is_some();
        for path in
            ["/status", "/v1/keys", "/v1/keys/{id}", "/{x}", "/v1", "/v1/{x}", "/health/deep", "/console"]
        {
            assert!(taken(path), "{path}");
        }
        for path in ["/v1/chat/completions", "/images", "/images/{id}", "/v2/keys", "/crm"] {
            assert!(!taken(path), "{path}");
        }
    }
}
