//! The shipped sets, and what an operator should know about a catalogue and the routes that it
//! sells.

use std::collections::BTreeSet;

use super::plans::{self, Catalogue};
use super::routes::{self, RouteSet};
use crate::domain::offer_set::SetKind;
use crate::domain::plan::Access;

/// The text that the program ships.
pub fn shipped(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Catalogue => plans::SHIPPED,
        SetKind::Routes => routes::SHIPPED,
    }
}

/// What is probably a mistake: a route that no plan includes, and a word in a plan that no route
/// has.
pub fn warnings(catalogue: &Catalogue, routes: &RouteSet) -> Vec<String> {
    let of_plans: BTreeSet<&Access> = catalogue.access().collect();
    let of_routes: BTreeSet<&Access> = routes.access().collect();
    let word = |access: &Access| access.as_str().to_owned();
    let unsold = of_routes.difference(&of_plans);
    let unused = of_plans.difference(&of_routes);
    unsold
        .map(|access| {
            format!("no plan lists the access `{}`, so no account may call its routes", word(access))
        })
        .chain(unused.map(|access| format!("plans list the access `{}`, and no route has it", word(access))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_sets_sell_all_that_they_name() {
        let (catalogue, routes) = (Catalogue::shipped().unwrap(), RouteSet::parse(routes::SHIPPED).unwrap());
        assert_eq!(warnings(&catalogue, &routes), Vec::<String>::new());
        let none = RouteSet::parse("builtin = false").unwrap();
        assert_eq!(warnings(&catalogue, &none).len(), 3);
        let dear =
            RouteSet::parse(&routes::SHIPPED.replacen("\"crm\"\nlanguage", "\"gold\"\nlanguage", 1)).unwrap();
        let found = warnings(&catalogue, &dear);
        assert!(found.len() == 2 && found[0].contains("`gold`") && found[1].contains("`crm`"), "{found:?}");
    }
}
