//! What may leave the gateway: the addresses, URLs and headers of other servers. Rules only.

pub mod address;
pub mod headers;
pub mod url;
