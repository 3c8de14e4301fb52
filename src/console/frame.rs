//! The frames around pages: of an account, of a person, of the operators, of an error.

pub(crate) mod error_page;
pub(crate) mod layout;
pub(crate) mod operator_frame;
pub(crate) mod person_frame;
pub(crate) mod section;
