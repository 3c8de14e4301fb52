//! Checks where the key may be used, on every path: a stolen key that is limited to networks can be
//! neither spent nor rotated from elsewhere.

use super::admit::Admitted;
use super::auth::caller::Caller;
use super::call::{Call, Refused};
use super::limits::account::Slot;
use crate::domain::origin::WrongOrigin;
use crate::domain::refusal::Refusal;

/// A call from a permitted region and address.
#[derive(Debug)]
pub(super) struct Permitted(Admitted);

impl Permitted {
    pub(super) fn into_parts(self) -> (Call, Caller, Slot) {
        self.0.into_parts()
    }

    pub(super) fn caller(&self) -> &Caller {
        self.0.caller()
    }

    pub(super) fn call(&self) -> &Call {
        self.0.call()
    }

    pub(super) fn refuse(self, refusal: Refusal) -> Refused {
        self.0.refuse(refusal)
    }
}

/// Passes calls whose key permits this region and the client's address.
pub(super) async fn restrict(call: Admitted) -> Result<Permitted, Refused> {
    let checked = call.caller().key.origin.check(&call.call().gate.region, call.call().client());
    match checked {
        Ok(()) => Ok(Permitted(call)),
        Err(WrongOrigin::Region) => Err(call.refuse(Refusal::RegionNotAllowed)),
        Err(WrongOrigin::Address) => Err(call.refuse(Refusal::IpNotAllowed)),
    }
}
