//! Measures how often the right person is found, in invented directories in memory.

mod accuracy;
mod directory;
mod generator;
mod kinds;

use fluence_domain::person::PersonQuery;

fn ask(first_name: &str, last_name: &str, company: &str) -> PersonQuery {
    PersonQuery { first_name: first_name.into(), last_name: last_name.into(), company: company.into() }
}
