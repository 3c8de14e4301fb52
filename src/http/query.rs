//! The parameters of a query string, taken one by one; what is left over is unknown, and every
//! fault is reported at once.

use axum::http::Uri;

use super::fields::shown_name;
use crate::domain::refusal::{Fault, FieldFault, Refusal};

/// Most parameters that are read; no list has as many, so the ones past it are unknown.
const MAX_PARAMETERS: usize = 16;

/// The parameters of one request, and the faults found so far.
#[derive(Debug, Default)]
pub struct Query {
    parameters: Vec<(String, String)>,
    faults: Vec<FieldFault>,
}

impl Query {
    /// Reads the query of a request; repeated names are faults from the start.
    pub fn of(uri: &Uri) -> Self {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if query.parameters.iter().any(|(known, _)| *known == name) {
                query.fault(&name, Fault::Repeated);
            } else if query.parameters.len() == MAX_PARAMETERS {
                query.fault(&name, Fault::OtherParameter);
                break;
            } else {
                query.parameters.push((name.into_owned(), value.into_owned()));
            }
        }
        query
    }

    /// Takes a parameter, read by `read`; `fault` says what is wrong where it reads nothing.
    pub fn take<T>(&mut self, name: &str, fault: Fault, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let place = self.parameters.iter().position(|(known, _)| known == name)?;
        let value = read(&self.parameters.remove(place).1);
        if value.is_none() {
            self.fault(name, fault);
        }
        value
    }

    /// Notes that a parameter that could be read is wrong beside the others.
    pub fn fault(&mut self, name: &str, fault: Fault) {
        self.faults.push(FieldFault { field: shown_name(name), fault });
    }

    /// Ends the reading; what was not taken is unknown.
    ///
    /// # Errors
    /// With every fault.
    pub fn finish(mut self) -> Result<(), Refusal> {
        for (name, _) in std::mem::take(&mut self.parameters) {
            self.fault(&name, Fault::OtherParameter);
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Refusal::ValidationFailed(self.faults)) }
    }
}

/// Refuses the parameters of a request that takes none. What is ignored in silence would not do
/// what its sender expects.
///
/// # Errors
/// With every parameter.
pub fn refuse_parameters(uri: &Uri) -> Result<(), Refusal> {
    if uri.query().is_none_or(str::is_empty) {
        return Ok(());
    }
    let Query { parameters, mut faults } = Query::of(uri);
    let unknown = |name: &str| FieldFault { field: shown_name(name), fault: Fault::Parameter };
    faults.extend(parameters.iter().map(|(name, _)| unknown(name)));
    if faults.is_empty() { Ok(()) } else { Err(Refusal::ValidationFailed(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::of(&format!("/list?{text}").parse().unwrap())
    }

    #[test]
    fn values_are_decoded() {
        let mut query = query("group_by=day%2Ckey&note=a+b");
        assert_eq!(query.take("group_by", Fault::Empty, |text| Some(text.to_owned())).unwrap(), "day,key");
        assert_eq!(query.take("note", Fault::Empty, |text| Some(text.to_owned())).unwrap(), "a b");
        assert_eq!(query.take("absent", Fault::Empty, |text| Some(text.to_owned())), None);
        assert_eq!(query.finish(), Ok(()));
    }

    #[test]
    fn repeated_unreadable_and_unknown_ones_are_named_together() {
        let mut query = query("limit=x&limit=2&colour=red");
        assert_eq!(
            query.take("limit", Fault::OutOfRange { least: 0, most: 255 }, |text| text.parse::<u8>().ok()),
            None
        );
        let Err(Refusal::ValidationFailed(faults)) = query.finish() else { panic!("accepted") };
        let named: Vec<_> = faults.into_iter().map(|fault| (fault.field, fault.fault)).collect();
        let expected = [
            ("limit", Fault::Repeated),
            ("limit", Fault::OutOfRange { least: 0, most: 255 }),
            ("colour", Fault::OtherParameter),
        ];
        assert_eq!(named, expected.map(|(name, fault)| (name.to_owned(), fault)));
    }

    #[test]
    fn a_request_that_takes_none_names_each() {
        let none = |uri: &str| refuse_parameters(&uri.parse().unwrap());
        for uri in ["/crm", "/crm?", "/crm?&"] {
            assert_eq!(none(uri), Ok(()), "{uri}");
        }
        let Err(Refusal::ValidationFailed(faults)) = none("/crm?dry_run=true&tier") else {
            panic!("accepted")
        };
        let expected =
            ["dry_run", "tier"].map(|name| FieldFault { field: name.into(), fault: Fault::Parameter });
        assert_eq!(faults, expected);
    }

    #[test]
    fn any_number_of_parameters_makes_few_faults() {
        let many = (0..1_000).map(|number| format!("p{number}=1")).collect::<Vec<_>>().join("&");
        let Err(Refusal::ValidationFailed(faults)) = query(&many).finish() else { panic!("accepted") };
        assert_eq!(faults.len(), MAX_PARAMETERS + 1);
    }

    #[test]
    fn a_name_that_is_shown_cut_ends_with_a_mark() {
        let (name, shown) = ("n".repeat(65), format!("{}…", "n".repeat(64)));
        let faults = [query(&name).finish(), refuse_parameters(&format!("/crm?{name}").parse().unwrap())];
        let expected = [Fault::OtherParameter, Fault::Parameter];
        for (refused, fault) in faults.into_iter().zip(expected) {
            let field = shown.clone();
            assert_eq!(refused, Err(Refusal::ValidationFailed(vec![FieldFault { field, fault }])));
        }
    }
}
