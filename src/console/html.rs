//! What pages are made of: fields of forms, charts, and names of browsers.

pub(crate) mod browser_name;
pub(crate) mod chart;
pub(crate) mod field;
