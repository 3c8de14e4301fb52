//! Routes of the program's own endpoints.

use super::{credits, path};
use crate::catalogue::document::{Fields, parsed, word_of};
use crate::catalogue::interned::interned;
use crate::domain::forwarding::PathPattern;
use crate::domain::language::Language;
use crate::domain::plan::Access;
use crate::domain::route::{DepthPrices, Endpoint, Price, Route};

pub(super) fn built_in(fields: &mut Fields<'_>) -> Option<Route> {
    let path = path(fields);
    if path.as_ref().is_some_and(PathPattern::has_parameters) {
        fields.fault("path", "must be literal for an endpoint of the program");
    }
    let endpoints = Endpoint::ALL.map(|endpoint| (endpoint.as_str(), endpoint));
    let endpoint = fields.required("endpoint", word_of(&endpoints));
    let price = price(fields);
    let access = fields.required("access", parsed::<Access>);
    let languages = Language::ALL.map(|language| (language.code(), language));
    let language = fields.required("language", word_of(&languages));
    Some(Route {
        path: interned(&path?.to_string()),
        endpoint: endpoint?,
        price: price?,
        access: access?,
        language: language?,
    })
}

/// One price, or one for each depth.
fn price(fields: &mut Fields<'_>) -> Option<Price> {
    if !fields.is_table("credits") {
        return fields.required("credits", credits(1)).map(Price::Flat);
    }
    fields.table("credits", |prices| {
        let basic = prices.required("basic", credits(1));
        let standard = prices.required("standard", credits(1));
        let standard_without_posts = prices.required("standard_without_posts", credits(1));
        let premium = prices.required("premium", credits(1));
        let (standard, without_posts) = (standard?, standard_without_posts?);
        if without_posts > standard {
            prices.fault("standard_without_posts", "must not be more than `standard`, which is held");
        }
        Some(Price::ByDepth(DepthPrices {
            basic: basic?,
            standard,
            standard_without_posts: without_posts,
            premium: premium?,
        }))
    })
}
