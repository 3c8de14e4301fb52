//! What a paid request passes.

mod accounting;
mod billing;
mod caps;
mod clock;
mod credentials;
mod dry_run;
mod free_calls;
mod golden;
mod guesses;
pub(crate) mod handlers;
mod hang_ups;
mod idempotency;
mod imported;
mod last_used;
mod limits;
mod meter;
mod names;
mod origin;
mod parameters;
pub(crate) mod people;
mod rates;
mod reference;
mod revocation;
mod settlement;
mod shared_limits;
mod test_idempotency;
mod test_mode;
