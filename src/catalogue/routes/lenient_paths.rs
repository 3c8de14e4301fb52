//! Paths as lenient servers read them.
//!
//! A server may decode needless escapes, merge empty segments, and ignore parameters behind `;`,
//! the case of letters, dots at the end of a segment or a slash at the end of the path. So a path
//! that matches a cheap route here may be another route's path there.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

/// The routes of a set by their paths without these differences.
#[derive(Debug, Default)]
pub struct LenientPaths {
    router: matchit::Router<Vec<&'static str>>,
}

impl LenientPaths {
    pub fn new(paths: impl Iterator<Item = &'static str>) -> Self {
        let mut by_shape: HashMap<String, Vec<&'static str>> = HashMap::new();
        for path in paths {
            by_shape.entry(shape(path)).or_default().push(path);
        }
        let mut router = matchit::Router::new();
        for (shape, paths) in by_shape {
            // Paths that conflict are refused when the set is read.
            let _ = router.insert(shape, paths);
        }
        Self { router }
    }

    /// Whether a lenient server may read `path`, which matches the route `own`, as the path of
    /// another route.
    pub fn lead_elsewhere(&self, path: &str, own: &str) -> bool {
        let read = leniently(path);
        read != path && self.router.at(&read).is_ok_and(|found| !found.value.contains(&own))
    }
}

/// The path of a route in lower case, with its parameters named by their places.
fn shape(path: &str) -> String {
    let segment = |(place, segment): (usize, &str)| match segment.as_bytes() {
        [b'{', b'*', ..] => "/{*rest}".to_owned(),
        [b'{', ..] => format!("/{{p{place}}}"),
        _ => format!("/{}", segment.to_lowercase()),
    };
    path.split('/').skip(1).enumerate().map(segment).collect()
}

fn leniently(path: &str) -> String {
    let read = |segment: &str| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        let name = decoded.split(';').next().unwrap_or_default();
        name.trim_end_matches(['.', ' ']).to_lowercase()
    };
    let segments = path.split('/').map(read).filter(|segment| !segment.is_empty());
    segments.fold(String::with_capacity(path.len()), |path, segment| path + "/" + &segment)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(paths.lead_elsewhere(path, own), "{path}");
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
            assert!(!paths.lead_elsewhere(path, own), "{path}");
        }
    }

    #[test]
    fn routes_that_differ_only_in_case_are_each_their_own() {
        let paths = LenientPaths::new(["/a/{id}", "/A/{name}"].into_iter());
        assert!(!paths.lead_elsewhere("/A/x", "/A/{name}") && !paths.lead_elsewhere("/a/X", "/a/{id}"));
    }
}
