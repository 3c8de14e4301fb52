//! Credits that operators grant and take back: each act under an id by which it is carried out once, however often it is sent.

mod desk;
mod grant;
mod take;

pub use desk::{CreditError, LedgerDesk};
pub use grant::{GrantOrder, Grantable, Granted, grant};
pub use take::{TakeOrder, Taken, take};
