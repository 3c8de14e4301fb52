//! What headers say of a body: its media type, and whether it is encoded.

use axum::http::{HeaderMap, HeaderValue, header};

/// Whether a `Content-Type` is this media type, with whatever parameters.
pub fn is_media_type(value: &HeaderValue, media_type: &str) -> bool {
    parts(value).next().is_some_and(|essence| essence.eq_ignore_ascii_case(media_type))
}

/// Whether a `Content-Type` is that of JSON: `application/json`, or a type with the suffix `+json`.
pub fn is_json(value: &HeaderValue) -> bool {
    parts(value).next().is_some_and(|essence| {
        let essence = essence.to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    })
}

/// The parameters of a `Content-Type`, as `charset=utf-8`.
pub(super) fn media_type_parameters(value: &HeaderValue) -> impl Iterator<Item = &str> {
    parts(value).skip(1)
}

fn parts(value: &HeaderValue) -> impl Iterator<Item = &str> {
    value.to_str().ok().into_iter().flat_map(|text| text.split(';')).map(str::trim)
}

/// Whether a body is what its media type says. An empty `Content-Encoding` names no encoding, and
/// `identity` says the same.
pub fn is_unencoded(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings =
        values.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_known_in_every_spelling_and_with_parameters() {
        let is = |text| is_media_type(&HeaderValue::from_static(text), "text/event-stream");
        for stream in [
            "text/event-stream",
            "Text/Event-Stream",
            "text/event-stream;charset=utf-8",
            " text/event-stream ; x",
        ] {
            assert!(is(stream), "{stream}");
        }
        for other in
            ["", "text/event-streams", "text/html; a=text/event-stream", "text/event-stream,text/html"]
        {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn a_body_is_encoded_if_one_line_says_so() {
        let is = |lines: &[&'static str]| {
            let lines = lines.iter().map(|line| (header::CONTENT_ENCODING, HeaderValue::from_static(line)));
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(name, value);
            }
            is_unencoded(&headers)
        };
        assert!(is(&[]) && is(&[""]) && is(&["identity"]) && is(&["Identity, identity", ""]));
        assert!(!is(&["gzip"]) && !is(&["identity", "br"]) && !is(&["identity, gzip"]));
    }
}
