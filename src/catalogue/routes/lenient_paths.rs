//! Paths as lenient servers read them.
//!
//! A server may decode needless escapes, even those of an escape or of overlong UTF-8, and only
//! then look for `?`, `#`, `/` and `..`. It may merge empty segments, and ignore parameters behind
//! `;`, the case of letters, dots at the end of a segment or a slash at the end of the path. So a
//! path that matches a cheap route here may be another route's path there.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;

/// How often a path is decoded on its way: by a proxy, by a server, and by a program on it.
const MAX_DECODINGS: usize = 3;

/// The routes of a set by their paths without these differences.
#[derive(Debug, Default)]
pub struct LenientPaths {
    router: matchit::Router<Vec<&'static str>>,
}

impl LenientPaths {
    pub fn new(paths: impl Iterator<Item = &'static str>) -> Self {
        let mut by_shape: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for path in paths {
            by_shape.entry(shape(path)).or_default().push(path);
        }
        let mut router = matchit::Router::new();
        for (shape, paths) in by_shape {
            // Shapes of a valid set conflict only if they differ in case, as those of `/Files/{id}`
            // and `/files/{*rest}`: the first is kept.
            let _ = router.insert(shape, paths);
        }
        Self { router }
    }

    /// Whether a lenient server may read `path`, which matches the route `own`, as the path of
    /// another route.
    pub fn is_ambiguous(&self, path: &str, own: &str) -> bool {
        // A path without parameters is the route's own.
        if path == own || is_plain(path) {
            return false;
        }
        let leads_elsewhere = |read: String| {
            read != path && self.router.at(&read).is_ok_and(|found| !found.value.contains(&own))
        };
        let mut bytes = path.as_bytes().to_vec();
        for _ in 0..MAX_DECODINGS {
            let next = decoded(&bytes);
            let text = String::from_utf8_lossy(&next);
            let before_query = text.split(['?', '#', '\0']).next().unwrap_or_default();
            if leads_elsewhere(leniently(&text)) || leads_elsewhere(leniently(before_query)) {
                return true;
            }
            if next == bytes {
                break;
            }
            bytes = next;
        }
        false
    }
}

/// The path of a route, read leniently, with its parameters named by their places.
fn shape(path: &str) -> String {
    let segment = |(place, segment): (usize, &str)| match segment.as_bytes() {
        [b'{', b'*', ..] => "/{*rest}".to_owned(),
        [b'{', ..] => format!("/{{p{place}}}"),
        _ => format!("/{}", read(segment)),
    };
    path.split('/').skip(1).enumerate().map(segment).collect()
}

/// Whether every server reads a path as it is written.
fn is_plain(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_~/".contains(&byte);
    path.bytes().all(is_plain) && !path.contains("//") && !path.ends_with('/')
}

fn read(segment: &str) -> String {
    name(&String::from_utf8_lossy(&decoded(segment.as_bytes())))
}

/// A segment without its parameters.
fn bare(segment: &str) -> &str {
    segment.split(';').next().unwrap_or_default()
}

fn name(segment: &str) -> String {
    let is_ignored = |c: char| c == '.' || c.is_whitespace() || c.is_control();
    bare(segment).trim_end_matches(is_ignored).to_lowercase()
}

fn leniently(path: &str) -> String {
    let mut segments: Vec<String> = Vec::new();
    for segment in path.split(['/', '\\']) {
        match bare(segment) {
            ".." => drop(segments.pop()),
            _ => segments.push(name(segment)),
        }
        if segments.last().is_some_and(String::is_empty) {
            segments.pop();
        }
    }
    segments.iter().fold(String::with_capacity(path.len()), |path, segment| path + "/" + segment)
}

/// Decodes each escape once, and ASCII characters written as two to four bytes of UTF-8.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let once: Vec<u8> = percent_decode(bytes).collect();
    let mut decoded = Vec::with_capacity(once.len());
    let mut rest = once.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        let (byte, length) = overlong(rest).unwrap_or((*first, rest.len() - behind.len()));
        decoded.push(byte);
        rest = &rest[length..];
    }
    decoded
}

/// The ASCII character at the beginning that is written longer than it may be, and its length.
fn overlong(bytes: &[u8]) -> Option<(u8, usize)> {
    let (high, low, length) = match *bytes {
        [high @ (0xC0 | 0xC1), low @ 0x80..=0xBF, ..] => (high, low, 2),
        [0xE0, high @ (0x80 | 0x81), low @ 0x80..=0xBF, ..] => (high, low, 3),
        [0xF0, 0x80, high @ (0x80 | 0x81), low @ 0x80..=0xBF, ..] => (high, low, 4),
        _ => return None,
    };
    Some(((high & 1) << 6 | (low & 0x3F), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_that_lenient_servers_read_as_another_routes_leads_elsewhere() {
        let routes = ["/sec/{id}", "/sec/admin", "/deep/{*rest}", "/deep/gold/{x}", "/Docs/{page}"];
        let paths = LenientPaths::new(routes.into_iter());
        for (path, own) in [
            ("/sec/%61dmin", "/sec/{id}"),
            ("/sec/ADMIN", "/sec/{id}"),
            ("/sec/admin;x=1", "/sec/{id}"),
            ("/sec/admin%3Bx", "/sec/{id}"),
            ("/sec/admin.", "/sec/{id}"),
            ("/sec/admin%20", "/sec/{id}"),
            ("/deep/gol%64/1", "/deep/{*rest}"),
            ("/deep//gold/1", "/deep/{*rest}"),
            ("/deep/gold;a/1", "/deep/{*rest}"),
            ("/deep/gold/1/", "/deep/{*rest}"),
            // Decoded twice, or three times.
            ("/sec/%2561dmin", "/sec/{id}"),
            ("/sec/%25%36%31dmin", "/sec/{id}"),
            ("/sec/%252561dmin", "/sec/{id}"),
            ("/deep/x%252f..%252fgold%252f1", "/deep/{*rest}"),
            ("/deep/x/%252e%252e/gold/1", "/deep/{*rest}"),
            // Decoded before the query is split off.
            ("/sec/admin%3fx", "/sec/{id}"),
            ("/sec/admin%23", "/sec/{id}"),
            ("/sec/admin%253Fx", "/sec/{id}"),
            ("/sec/admin%2500x", "/sec/{id}"),
            ("/deep/gold/1%3f/2", "/deep/{*rest}"),
            // Overlong UTF-8.
            ("/sec/%c1%a1dmin", "/sec/{id}"),
            ("/sec/%e0%81%a1dmin", "/sec/{id}"),
            ("/sec/%f0%80%81%a1dmin", "/sec/{id}"),
            ("/deep/gold%c0%af1", "/deep/{*rest}"),
            ("/deep/x/%c0%ae%c0%ae/gold/1", "/deep/{*rest}"),
            // Parameters of a dot segment.
            ("/deep/x/..;/gold/1", "/deep/{*rest}"),
        ] {
            assert!(paths.is_ambiguous(path, own), "{path}");
        }
        for (path, own) in [
            ("/sec/admin", "/sec/admin"),
            ("/sec/Maria", "/sec/{id}"),
            ("/sec/a%20b", "/sec/{id}"),
            ("/sec/administrator", "/sec/{id}"),
            ("/deep/gold", "/deep/{*rest}"),
            ("/deep/silver//1/", "/deep/{*rest}"),
            ("/deep/gold/1/2", "/deep/{*rest}"),
            ("/deep/gold/%41", "/deep/gold/{x}"),
            ("/Docs/Intro", "/Docs/{page}"),
            ("/sec/c%23", "/sec/{id}"),
            ("/sec/100%25", "/sec/{id}"),
            ("/sec/%C3%A1dmin", "/sec/{id}"),
            ("/sec/%c1%e1dmin", "/sec/{id}"),
            ("/deep/a%3Fb/c", "/deep/{*rest}"),
            ("/deep/silver/..;/1", "/deep/{*rest}"),
        ] {
            assert!(!paths.is_ambiguous(path, own), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_path_is_read_as_it_is(path in "(/[a-zA-Z0-9._~%;-]{0,3}){0,4}") {
            prop_assert!(!is_plain(&path) || leniently(&path) == path);
        }

        #[test]
        fn no_path_ends_the_reader(path in "/[ -~]{0,80}") {
            LenientPaths::new(["/{id}", "/a/b"].into_iter()).is_ambiguous(&path, "/{id}");
        }
    }

    #[test]
    fn routes_that_differ_only_in_case_are_each_their_own() {
        let paths = LenientPaths::new(["/a/{id}", "/A/{name}", "/dotted./{id}"].into_iter());
        assert!(!paths.is_ambiguous("/dotted./X", "/dotted./{id}"));
        assert!(!paths.is_ambiguous("/A/x", "/A/{name}") && !paths.is_ambiguous("/a/X", "/a/{id}"));
    }
}
