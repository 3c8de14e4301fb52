//! The gate: what a request passes before its handler.
//!
//! [`stack`] lists the steps of each kind of call, as one tower stack. Each step is a small module.
//! They use [`auth`], which identifies callers, [`limits`], and [`metering`], which moves the
//! money.

mod admit;
mod answer;
pub mod auth;
mod authenticate;
pub mod call;
pub mod change_count;
mod deadline;
pub mod entitlement;
pub mod forward;
mod handle;
pub(crate) mod idempotency;
mod key_restrictions;
pub mod limits;
pub mod metering;
pub mod network_window;
mod no_parameters;
mod reentry;
pub mod refusal_counts;
pub mod settings;
mod shape;
pub mod stack;
mod step;
pub mod validate;

use std::sync::Arc;

use self::auth::keyring::Keyring;
use self::limits::Limits;
use self::refusal_counts::RefusedCalls;
use crate::catalogue::plans::Catalogue;
use crate::domain::key::KeySecret;
use crate::http::public_links::PublicLinks;

pub use self::metering::Delivery;
pub use self::metering::stream::Streamed;
pub use self::no_parameters::without_parameters;
pub use self::reentry::Reentry;

/// The parts that the steps share, built once.
#[derive(Clone, Debug)]
pub struct Gate {
    pub keyring: Keyring,
    pub limits: Limits,
    /// The key of requests that have none: development mode only.
    pub dev_key: Option<Arc<KeySecret>>,
    /// The region that this gateway serves from.
    pub region: Arc<str>,
    /// Which plans include what, for advice on upgrades.
    pub catalogue: Arc<Catalogue>,
    /// Largest body of a paid call.
    pub max_body_bytes: usize,
    /// The dialect and language of each path.
    pub links: Arc<PublicLinks>,
    /// Where refused calls are counted.
    pub refused: RefusedCalls,
}
