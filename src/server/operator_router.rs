//! Every path of the operators' console, and the style and scripts that its pages share with the
//! others.

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use crate::console::{Console, operator};
use crate::domain::refusal::Refusal;
use crate::http::answer::refused;
use crate::http::call_record::CallRecord;
use crate::site::files;

pub fn router(console: &Arc<Console>) -> Router {
    let (assets_path, assets) = files::asset_route();
    let to_console =
        || async { (axum::Extension(CallRecord::of_open_path("/")), Redirect::to(operator::ROOT)) };
    let mut router = Router::new().route(assets_path, assets).route("/", get(to_console));
    let of_browsers = [files::icon_route(), files::robots_route(files::Crawlers::Nothing)];
    for (path, methods) in of_browsers.into_iter().chain(operator::routes(console)) {
        router = router.route(path, methods);
    }
    router.fallback(|| async { refused(Refusal::EndpointNotFound) })
}
