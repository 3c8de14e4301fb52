//! Which requests the routes of a file take, so that no two take the same.

use crate::catalogue::document::Fields;
use crate::domain::forwarding::RouteMethod;

/// Which paths and methods are taken. Patterns conflict as they do in the router.
#[derive(Default)]
pub(super) struct Paths {
    router: matchit::Router<()>,
    taken: Vec<(&'static str, RouteMethod)>,
}

/// Why a path is not free.
pub(super) enum PathConflict {
    /// This path takes the same requests.
    Same(String),
    /// This path differs in nothing but the names of its parameters.
    OtherNames(String),
    /// One of the two has `{*rest}` where the other has a parameter: no router tells them apart.
    RestBeside(String),
}

impl Paths {
    pub(super) fn take(&mut self, fields: &Fields<'_>, path: &'static str, methods: &[RouteMethod]) {
        match self.conflict(path, methods) {
            None => {}
            Some(PathConflict::Same(other)) => {
                fields.fault("path", format_args!("matches the same requests as {other} of another route"));
            }
            Some(PathConflict::OtherNames(other)) => fields.fault(
                "path",
                format_args!(
                    "differs from {other} of another route only in parameter names: use the same names"
                ),
            ),
            Some(PathConflict::RestBeside(other)) => fields.fault(
                "path",
                format_args!(
                    "has a parameter where {other} of another route has one: a parameter cannot stand beside \
                     `{{*…}}`. Use a literal segment, or one route for both"
                ),
            ),
        }
    }

    /// Takes a path for these methods, unless another route is in the way.
    pub(super) fn conflict(&mut self, path: &'static str, methods: &[RouteMethod]) -> Option<PathConflict> {
        let has =
            |of: &str| self.taken.iter().any(|(known, method)| *known == of && methods.contains(method));
        let conflict = if self.taken.iter().any(|(known, _)| *known == path) {
            has(path).then(|| PathConflict::Same(path.to_owned()))
        } else {
            self.router.insert(path, ()).err().map(|error| match error {
                matchit::InsertError::Conflict { with } if shape(&with) == shape(path) && !has(&with) => {
                    PathConflict::OtherNames(with)
                }
                matchit::InsertError::Conflict { with } if has(&with) => PathConflict::Same(with),
                matchit::InsertError::Conflict { with } => PathConflict::RestBeside(with),
                _ => PathConflict::Same(path.to_owned()),
            })
        };
        self.taken.extend(methods.iter().map(|method| (path, *method)));
        conflict
    }
}

/// A path without the names of its parameters.
fn shape(path: &str) -> Vec<&str> {
    let shape = |segment: &'_ str| match segment.as_bytes() {
        [b'{', b'*', ..] => Some("{*}"),
        [b'{', ..] => Some("{}"),
        _ => None,
    };
    path.split('/').map(|segment| shape(segment).unwrap_or(segment)).collect()
}
