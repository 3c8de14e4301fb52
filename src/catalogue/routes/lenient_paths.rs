//! Paths as lenient servers read them.
//!
//! A server may decode needless escapes, merge empty segments, and ignore parameters behind `;`,
//! the case of letters, dots at the end of a segment or a slash at the end of the path. So a path
//! that matches a cheap route here may be another route's path there.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

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
        let read = leniently(path);
        read != path && self.router.at(&read).is_ok_and(|found| !found.value.contains(&own))
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
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    let name = decoded.split(';').next().unwrap_or_default();
    name.trim_end_matches(['.', ' ']).to_lowercase()
}

fn leniently(path: &str) -> String {
    let segments = path.split('/').map(read).filter(|segment| !segment.is_empty());
    segments.fold(String::with_capacity(path.len()), |path, segment| path + "/" + &segment)
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
        ] {
            assert!(!paths.is_ambiguous(path, own), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_path_is_read_as_it_is(path in "(/[a-zA-Z0-9._~%;-]{0,3}){0,4}") {
            prop_assert!(!is_plain(&path) || leniently(&path) == path);
        }
    }

    #[test]
    fn routes_that_differ_only_in_case_are_each_their_own() {
        let paths = LenientPaths::new(["/a/{id}", "/A/{name}", "/dotted./{id}"].into_iter());
        assert!(!paths.is_ambiguous("/dotted./X", "/dotted./{id}"));
        assert!(!paths.is_ambiguous("/A/x", "/A/{name}") && !paths.is_ambiguous("/a/X", "/a/{id}"));
    }
}
