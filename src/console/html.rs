//! What pages are made of: fields of forms, charts, numbers and names as people read them.

pub(crate) mod browser_name;
pub(crate) mod chart;
pub(crate) mod field;
pub(crate) mod numbers;
