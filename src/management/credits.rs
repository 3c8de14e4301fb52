//! Credits that operators grant and take back: each act under an id by which it is carried out
//! once, however often it is sent.

mod desk;
mod grant;
mod take;

pub use crate::storage::ledger::desk::LedgerDesk;
pub use desk::{CreditError, apply};
pub use grant::{GrantOrder, Grantable, Granted, grant};
pub use take::{TakeOrder, Taken, take};
