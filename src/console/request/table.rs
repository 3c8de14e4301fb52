//! Tables of pages: how both consoles declare theirs, and which page is at a path.

use std::pin::Pin;

use super::call::{Call, PathParams};
use super::error::PageError;
use super::page::Reply;

/// GET or POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

pub(crate) type Answering<'c> = Pin<Box<dyn Future<Output = Result<Reply, PageError>> + Send + 'c>>;
pub(crate) type Handler = for<'c> fn(&'c mut Call) -> Answering<'c>;

/// A page or the sending of its form. `A` says who may open it.
#[derive(Clone, Copy)]
pub struct Route<A: 'static> {
    pub method: Method,
    pub path: &'static str,
    pub access: A,
    pub(crate) handler: Handler,
}

/// Declares `ROUTES`: a line for each page, `ACCESS METHOD PATH => FUNCTION;`.
macro_rules! pages {
    ($($access:ident $method:ident $path:literal => $($handler:ident)::+;)+) => {
        /// The table.
        pub static ROUTES: &[$crate::console::request::table::Route<Access>] = &[$(
            $crate::console::request::table::Route {
                method: $crate::console::request::table::Method::$method,
                path: $path,
                access: Access::$access,
                handler: |call| Box::pin($($handler)::+(call)),
            },
        )+];
    };
}
pub(crate) use pages;

/// Finds the page at a path, with the values of the path's parameters.
pub(crate) fn page_at<A>(table: &'static [Route<A>], path: &str) -> Option<(&'static Route<A>, PathParams)> {
    let (template, params) = template_of(table, path)?;
    let is_page = |route: &&Route<A>| route.path == template && route.method == Method::Get;
    table.iter().find(is_page).map(|page| (page, params))
}

/// Whether forms are sent to a path at which there is no page.
pub(crate) fn has_only_forms<A>(table: &'static [Route<A>], path: &str) -> bool {
    template_of(table, path).is_some() && page_at(table, path).is_none()
}

/// The path of the table that a path belongs to. A literal segment goes before a parameter.
fn template_of<A>(table: &'static [Route<A>], path: &str) -> Option<(&'static str, PathParams)> {
    let matching = table.iter().filter_map(|route| Some((route.path, params_of(route.path, path)?)));
    matching.min_by_key(|(_, params)| params.len())
}

fn params_of(template: &str, path: &str) -> Option<PathParams> {
    let (mut template, mut path, mut params) = (template.split('/'), path.split('/'), Vec::new());
    loop {
        match (template.next(), path.next()) {
            (None, None) => return Some(params),
            (Some(part), Some(given)) => match part.strip_prefix('{').and_then(|part| part.strip_suffix('}'))
            {
                Some(name) => params.push((name.to_owned(), given.to_owned())),
                None if part == given => {}
                None => return None,
            },
            _ => return None,
        }
    }
}
