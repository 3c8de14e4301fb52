//! What pages for newcomers show of the calls that are sold.

use super::operation::{Access, Operation, Verb};
use crate::domain::language::Language;
use crate::domain::route::Endpoint;

/// Whether an endpoint of the analysis is sold.
pub fn sells_analysis(operations: &[Operation]) -> bool {
    operations.iter().any(|operation| matches!(operation.access, Access::Paid(_)))
}

/// Returns the call that a newcomer tries first, or `None` if nothing is sold: an analysis, best in
/// the reader's language, or else a route of the seller, best one that needs no body and no
/// parameters.
pub fn first_call(operations: &[Operation], language: Language) -> Option<&Operation> {
    let sold = operations.iter().filter_map(|operation| Some((place(operation, language)?, operation)));
    sold.min_by_key(|(place, _)| *place).map(|(_, operation)| operation)
}

/// The place of an operation among those to be tried first, or `None` if it is not sold.
fn place(operation: &Operation, language: Language) -> Option<u8> {
    match &operation.access {
        Access::Paid(route) => {
            let is_best = matches!(route.endpoint, Endpoint::Crm | Endpoint::Analyze);
            Some(2 * u8::from(route.language != language) + u8::from(!is_best))
        }
        Access::Forwarded(_) => {
            let (has_body, has_parameters) = (operation.verb != Verb::Get, !operation.parameters.is_empty());
            Some(4 + 2 * u8::from(has_body) + u8::from(has_parameters))
        }
        Access::Open | Access::KeyOptional | Access::AnyKey | Access::Scoped(_) => None,
    }
}
