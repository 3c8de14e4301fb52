//! The paid routes, from `config/routes.toml`.

use serde::Deserialize;

use crate::domain::language::Language;
use crate::domain::plan::Access;
use crate::domain::route::{Endpoint, Price, Route};

/// The file, compiled in.
const ROUTES_TOML: &str = include_str!("../../config/routes.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    route: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: String,
    endpoint: Endpoint,
    credits: Price,
    access: Access,
    language: Language,
}

#[derive(Debug, thiserror::Error)]
pub enum RoutesError {
    /// Not the shape of the file.
    #[error("routes.toml: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A path that is not one, or stands there twice.
    #[error("routes.toml: `{0}` must begin with `/` and stand there once")]
    Path(String),
    /// A paid route without a price.
    #[error("routes.toml: `{0}` must cost at least 1 credit")]
    Free(String),
}

pub fn shipped() -> Result<Vec<Route>, RoutesError> {
    parse(ROUTES_TOML)
}

/// Reads routes. Their paths live as long as the program.
pub fn parse(text: &str) -> Result<Vec<Route>, RoutesError> {
    let file: File = toml::from_str(text)?;
    let mut routes: Vec<Route> = Vec::with_capacity(file.route.len());
    for row in file.route {
        if !row.path.starts_with('/') || routes.iter().any(|route| route.path == row.path) {
            return Err(RoutesError::Path(row.path));
        }
        if !row.credits.is_paid() {
            return Err(RoutesError::Free(row.path));
        }
        routes.push(Route {
            path: row.path.leak(),
            endpoint: row.endpoint,
            price: row.credits,
            access: row.access,
            language: row.language,
        });
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::depth::Depth;

    #[test]
    fn the_shipped_routes_cost_what_the_contract_says() {
        let held = |route: &Route| Depth::ALL.map(|tier| route.price.held(tier).as_i64());
        let prices: Vec<_> = shipped().unwrap().iter().map(|route| (route.path, held(route))).collect();
        let expected = [
            ("/crm_basico", [1, 1, 1]),
            ("/crm", [2, 2, 2]),
            ("/analyze", [1, 1, 1]),
            ("/analyze-comprehensive", [1, 2, 2]),
        ];
        assert_eq!(prices, expected);
    }

    #[test]
    fn a_path_twice_is_refused() {
        let twice = format!("{ROUTES_TOML}{ROUTES_TOML}");
        assert!(matches!(parse(&twice), Err(RoutesError::Path(_))));
    }

    #[test]
    fn a_free_route_cannot_be_a_paid_one() {
        for price in ["credits = 2", "standard_without_posts = 1", "basic = 1"] {
            let (name, _) = price.split_once(" = ").unwrap();
            let free = ROUTES_TOML.replacen(price, &format!("{name} = 0"), 1);
            assert!(matches!(parse(&free), Err(RoutesError::Free(_))), "{price}");
        }
    }
}
