//! Paths of routes, and the paths that their upstreams get.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

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

    /// The name of the parameter for the rest of the path.
    pub fn rest(&self) -> Option<&str> {
        match self.0.last() {
            Some(Segment::Rest(name)) => Some(name),
            _ => None,
        }
    }

    /// The first parameter that `other` does not have in the same kind.
    pub fn missing_in(&self, other: &Self) -> Option<&str> {
        let unknown =
            |segment: &&Segment| !matches!(segment, Segment::Literal(_)) && !other.0.contains(segment);
        self.0.iter().find(unknown).map(|segment| match segment {
            Segment::Literal(text) | Segment::Parameter(text) | Segment::Rest(text) => text.as_str(),
        })
    }

    /// Rewrites `path`, which matches `self`, to the pattern `to`. Parameters keep their
    /// percent-encoding. `None` if the path does not match.
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
}
