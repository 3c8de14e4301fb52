//! Routes that are forwarded to servers of the seller: what they cost, what is charged, and their limits.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;

use super::credits::Credits;
use super::named_enum::named_enum;
use super::plan::Access;

named_enum! {
    /// A method that a route lists.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum RouteMethod {
        Get = "GET",
        Head = "HEAD",
        Post = "POST",
        Put = "PUT",
        Patch = "PATCH",
        Delete = "DELETE",
    }
}

/// Servers of the seller that answer the same requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamServers {
    /// Its name in routes, metrics and logs.
    pub upstream: String,
    /// Base URLs. A call goes to one of them.
    pub targets: Vec<String>,
    /// Base URLs for keys of test environments. Empty: such keys are refused.
    pub test_targets: Vec<String>,
    /// Sent as `Host` instead of the target's own.
    pub host: Option<String>,
    /// Whether targets may have private addresses and need no TLS.
    pub is_private: bool,
    pub credential: Option<UpstreamCredential>,
    pub connect_timeout_ms: u64,
    /// Most calls in progress. One account has at most half of them, rounded up.
    pub max_concurrent: usize,
    /// Consecutive failures that open the circuit breaker, and for how long it stays open.
    pub breaker: BreakerTerms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BreakerTerms {
    pub failures: u32,
    pub open_ms: u64,
}

/// A header that proves the gateway to the upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpstreamCredential {
    pub header: String,
    pub value: SecretTemplate,
}

/// A text with `{env:NAME}` in it: the secret itself is in the environment of each gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct SecretTemplate {
    before: String,
    variable: String,
    after: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must name one variable as {{env:NAME}}, with capital letters, digits and `_`: the secret itself has no place in the file"
)]
pub struct SecretTemplateError;

impl SecretTemplate {
    /// The variable that holds the secret.
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// The text with the secret in it.
    pub fn filled(&self, secret: &str) -> String {
        format!("{}{secret}{}", self.before, self.after)
    }
}

impl FromStr for SecretTemplate {
    type Err = SecretTemplateError;
    fn from_str(text: &str) -> Result<Self, SecretTemplateError> {
        let (before, rest) = text.split_once("{env:").ok_or(SecretTemplateError)?;
        let (variable, after) = rest.split_once('}').ok_or(SecretTemplateError)?;
        let is_name = (1..=100).contains(&variable.len())
            && variable.starts_with(|c: char| c.is_ascii_uppercase())
            && variable.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_');
        let is_plain =
            |part: &str| part.len() <= 100 && part.bytes().all(|c| (b' '..=b'~').contains(&c) && c != b'{');
        if !is_name || !is_plain(before) || !is_plain(after) {
            return Err(SecretTemplateError);
        }
        Ok(Self { before: before.into(), variable: variable.into(), after: after.into() })
    }
}

impl fmt::Display for SecretTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{env:{}}}{}", self.before, self.variable, self.after)
    }
}

impl From<SecretTemplate> for String {
    fn from(template: SecretTemplate) -> Self {
        template.to_string()
    }
}

/// The statuses that are charged. A 5xx never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedStatuses(Vec<RangeInclusive<u16>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapturedStatusesError {
    #[error("must list statuses such as \"2xx\" or \"404\"")]
    NotAStatus,
    #[error("must not list a 5xx: a failure of the upstream is never charged")]
    ServerError,
    #[error(
        "must not list 401, 402, 407 and 429: they concern the upstream's account with its own provider, and clients get \
         another status"
    )]
    Translated,
}

impl Default for CapturedStatuses {
    fn default() -> Self {
        Self(vec![200..=299])
    }
}

impl CapturedStatuses {
    /// The statuses as they are listed.
    pub fn listed(&self) -> Vec<String> {
        let item = |range: &RangeInclusive<u16>| match range.end() - range.start() {
            0 => range.start().to_string(),
            _ => format!("{}xx", range.start() / 100),
        };
        self.0.iter().map(item).collect()
    }

    /// Statuses that clients get as another one.
    pub const TRANSLATED: [u16; 4] = [401, 402, 407, 429];

    /// Reads `2xx` and `404`.
    ///
    /// # Errors
    /// When an item is not a status that may be charged.
    pub fn parse<'t>(items: impl IntoIterator<Item = &'t str>) -> Result<Self, CapturedStatusesError> {
        items.into_iter().map(status_range).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an answer with this status is charged.
    pub fn includes(&self, status: u16) -> bool {
        status < 500
            && !Self::TRANSLATED.contains(&status)
            && self.0.iter().any(|range| range.contains(&status))
    }
}

fn status_range(item: &str) -> Result<RangeInclusive<u16>, CapturedStatusesError> {
    let range = match item.strip_suffix("xx") {
        Some(class) if class.len() == 1 => {
            let first = class.parse::<u16>().map_err(|_| CapturedStatusesError::NotAStatus)? * 100;
            first..=first + 99
        }
        _ => {
            let status = item.parse::<u16>().map_err(|_| CapturedStatusesError::NotAStatus)?;
            status..=status
        }
    };
    match *range.start() {
        500..=599 => Err(CapturedStatusesError::ServerError),
        status if range.end() == range.start() && CapturedStatuses::TRANSLATED.contains(&status) => {
            Err(CapturedStatusesError::Translated)
        }
        200..=499 => Ok(range),
        _ => Err(CapturedStatusesError::NotAStatus),
    }
}

impl Serialize for CapturedStatuses {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.listed())
    }
}

/// A path such as `/images/{id}/resize` or `/audio/{*file}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct PathPattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// One segment of any text.
    Parameter(String),
    /// The rest of the path, at least one segment.
    Rest(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathPatternError {
    #[error("must begin with `/`, have at most 256 characters and 16 segments, and none of them empty")]
    Shape,
    #[error(
        "has a segment that is neither literal (letters, digits, `-`, `.`, `_`, `~`) nor a parameter such as {{id}} or, at the \
         end, {{*rest}}"
    )]
    Segment,
    #[error("has the same parameter twice")]
    Twice,
}

impl PathPattern {
    /// The literal segments before the first parameter.
    pub fn literal_start(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map_while(|segment| match segment {
            Segment::Literal(text) => Some(text.as_str()),
            Segment::Parameter(_) | Segment::Rest(_) => None,
        })
    }

    pub fn has_parameters(&self) -> bool {
        self.parameters().next().is_some()
    }

    /// The names of its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) | Segment::Rest(name) => Some(name.as_str()),
        })
    }

    /// The first parameter that `other` does not have in the same kind.
    pub fn missing_in(&self, other: &Self) -> Option<&str> {
        let unknown =
            |segment: &&Segment| !matches!(segment, Segment::Literal(_)) && !other.0.contains(segment);
        self.0.iter().find(unknown).map(|segment| match segment {
            Segment::Literal(text) | Segment::Parameter(text) | Segment::Rest(text) => text.as_str(),
        })
    }

    /// Rewrites `path`, which matches `self`, to the pattern `to`. Parameters keep their percent-encoding. `None` if the
    /// path does not match.
    pub fn rewritten(&self, path: &str, to: &Self) -> Option<String> {
        let mut rest = path;
        let mut values: Vec<(&str, &str)> = Vec::new();
        for segment in &self.0 {
            rest = rest.strip_prefix('/')?;
            let end = rest.find('/').unwrap_or(rest.len());
            match segment {
                Segment::Literal(text) if *text == rest[..end] => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(name) => values.push((name, &rest[..end])),
                Segment::Rest(name) => {
                    values.push((name, rest));
                    rest = "";
                    continue;
                }
            }
            rest = &rest[end..];
        }
        if !rest.is_empty() || values.iter().any(|(_, value)| value.is_empty()) {
            return None;
        }
        let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let mut target = String::with_capacity(path.len() + 16);
        for segment in &to.0 {
            target.push('/');
            target.push_str(match segment {
                Segment::Literal(text) => text,
                Segment::Parameter(name) | Segment::Rest(name) => value(name)?,
            });
        }
        Some(target)
    }
}

impl FromStr for PathPattern {
    type Err = PathPatternError;
    fn from_str(text: &str) -> Result<Self, PathPatternError> {
        let inner = text.strip_prefix('/').ok_or(PathPatternError::Shape)?;
        let count = inner.split('/').count();
        if text.len() > 256 || count > 16 || inner.split('/').any(str::is_empty) {
            return Err(PathPatternError::Shape);
        }
        let segments = inner.split('/').enumerate().map(|(at, text)| segment(text, at + 1 == count));
        let pattern = Self(segments.collect::<Option<_>>().ok_or(PathPatternError::Segment)?);
        let mut names: Vec<&str> = pattern.parameters().collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(PathPatternError::Twice);
        }
        Ok(pattern)
    }
}

fn segment(text: &str, is_last: bool) -> Option<Segment> {
    let is_name = |name: &str| {
        (1..=40).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
    };
    if let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return match name.strip_prefix('*') {
            Some(name) => (is_last && is_name(name)).then(|| Segment::Rest(name.into())),
            None => is_name(name).then(|| Segment::Parameter(name.into())),
        };
    }
    let is_literal = text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~".contains(&c));
    (is_literal && text != "." && text != "..").then(|| Segment::Literal(text.into()))
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Literal(text) => write!(f, "/{text}"),
            Segment::Parameter(name) => write!(f, "/{{{name}}}"),
            Segment::Rest(name) => write!(f, "/{{*{name}}}"),
        })
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> Self {
        pattern.to_string()
    }
}

/// A route whose calls are forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForwardedRoute {
    /// Its name in ledger, statements and usage, for ever.
    pub name: &'static str,
    /// The text of [`Self::pattern`].
    pub path: &'static str,
    #[serde(skip)]
    pub pattern: PathPattern,
    pub methods: Vec<RouteMethod>,
    /// For the documentation: what it does, in a few words and in a few sentences.
    pub title: Option<&'static str>,
    pub about: Option<&'static str>,
    pub upstream: String,
    /// The path that the upstream gets.
    pub to: PathPattern,
    pub access: Access,
    /// What a call costs. 0: the route is free and never meets the ledger.
    pub credits: Credits,
    pub capture: CapturedStatuses,
    /// Timeout of the head of an answer.
    pub first_byte_ms: u64,
    /// Deadline of a call.
    pub total_s: u64,
    pub max_request_bytes: usize,
    pub max_answer_bytes: usize,
}

impl ForwardedRoute {
    /// Whether it never meets the ledger.
    pub fn is_free(&self) -> bool {
        self.credits == Credits::ZERO
    }

    pub fn total(&self) -> Duration {
        Duration::from_secs(self.total_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> PathPattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_path_is_rewritten_with_its_parameters_as_they_came() {
        for (from, to, path, expected) in [
            (
                "/images/{id}/resize",
                "/v2/images/{id}/resize",
                "/images/7%20a/resize",
                Some("/v2/images/7%20a/resize"),
            ),
            ("/audio/{*file}", "/{*file}", "/audio/a/b.wav", Some("/a/b.wav")),
            ("/a/{x}/{y}", "/{y}/{x}", "/a/1/2", Some("/2/1")),
            ("/a", "/b", "/a", Some("/b")),
            ("/a/{x}", "/b/{x}", "/a/", None),
            ("/a/{x}", "/b/{x}", "/a/1/2", None),
            ("/a", "/b", "/c", None),
        ] {
            assert_eq!(pattern(from).rewritten(path, &pattern(to)).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_pattern_has_whole_segments_and_prints_as_it_was_read() {
        for text in ["/a", "/a/{b}/c", "/a/{*rest}", "/v1.0/x_y~z"] {
            assert_eq!(pattern(text).to_string(), text);
        }
        for text in
            ["", "a", "/", "/a/", "//a", "/a b", "/{a", "/x{a}", "/{*r}/a", "/{A}", "/..", "/a%2fb", "/é"]
        {
            assert!(text.parse::<PathPattern>().is_err(), "{text}");
        }
        assert_eq!("/{a}/{a}".parse::<PathPattern>(), Err(PathPatternError::Twice));
        assert!(format!("/{}", "a".repeat(256)).parse::<PathPattern>().is_err());
        assert!("/a".repeat(17).parse::<PathPattern>().is_err());
    }

    #[test]
    fn a_target_path_uses_only_parameters_of_its_path() {
        assert_eq!(pattern("/v2/{id}").missing_in(&pattern("/a/{id}")), None);
        assert_eq!(pattern("/v2/{other}").missing_in(&pattern("/a/{id}")), Some("other"));
        assert_eq!(pattern("/v2/{*id}").missing_in(&pattern("/a/{id}")), Some("id"));
    }

    #[test]
    fn statuses_are_charged_as_listed_and_a_failure_never_is() {
        let listed = CapturedStatuses::parse(["2xx", "404"]).unwrap();
        let charged: Vec<u16> = (100..700).filter(|status| listed.includes(*status)).collect();
        assert_eq!(charged, (200..300).chain([404]).collect::<Vec<_>>());
        let all_4xx = CapturedStatuses::parse(["4xx"]).unwrap();
        assert!(
            all_4xx.includes(404)
                && !CapturedStatuses::TRANSLATED.iter().any(|status| all_4xx.includes(*status))
        );
        assert_eq!(CapturedStatuses::parse(["5xx"]), Err(CapturedStatusesError::ServerError));
        assert_eq!(CapturedStatuses::parse(["503"]), Err(CapturedStatusesError::ServerError));
        assert_eq!(CapturedStatuses::parse(["402"]), Err(CapturedStatusesError::Translated));
        for text in ["", "xx", "20x", "1xx", "6xx", "99", "2XX", "-200"] {
            assert_eq!(CapturedStatuses::parse([text]), Err(CapturedStatusesError::NotAStatus), "{text}");
        }
    }

    #[test]
    fn a_secret_stands_in_the_environment() {
        let template: SecretTemplate = "Bearer {env:IMAGES_TOKEN}".parse().unwrap();
        assert_eq!((template.variable(), template.filled("x").as_str()), ("IMAGES_TOKEN", "Bearer x"));
        assert_eq!(template.to_string(), "Bearer {env:IMAGES_TOKEN}");
        for text in ["", "Bearer x", "{env:}", "{env:lower}", "{env:A", "{env:A}{env:B}", "a\n{env:A}"] {
            assert!(text.parse::<SecretTemplate>().is_err(), "{text}");
        }
    }
}
