//! The call that pages for newcomers show.

use super::operation::{Access, Operation, Verb};
use crate::domain::language::Language;
use crate::domain::route::Endpoint;

/// Returns the call that a newcomer tries first, or `None` if nothing is sold: an analysis, best in
/// the reader's language, or else a route of the seller, best one whose body and parameters are
/// known.
pub fn first_call(operations: &[Operation], language: Language) -> Option<&Operation> {
    let sold = operations.iter().filter_map(|operation| Some((drawbacks(operation, language)?, operation)));
    sold.min_by_key(|(drawbacks, _)| *drawbacks).map(|(_, operation)| operation)
}

/// Why others are tried before an operation, the gravest reason first. `None` if it is not sold.
fn drawbacks(operation: &Operation, language: Language) -> Option<[bool; 3]> {
    match &operation.access {
        Access::Paid(route) => {
            let is_partial = !matches!(route.endpoint, Endpoint::Crm | Endpoint::Analyze);
            Some([false, route.language != language, is_partial])
        }
        Access::Forwarded(_) => {
            let lacks_body = operation.verb != Verb::Get && operation.body.is_none();
            let lacks_value = operation.parameters.iter().any(|parameter| parameter.example.is_none());
            Some([true, lacks_body, lacks_value])
        }
        Access::Open | Access::KeyOptional | Access::AnyKey | Access::Scoped(_) => None,
    }
}
