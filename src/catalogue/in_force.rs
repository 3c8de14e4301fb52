//! What this gateway sells now, for operators: the numbers of its sets, and why it keeps older
//! ones.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use crate::domain::offer_set::SetNumbers;

/// Cheap to clone; all clones show the same.
#[derive(Clone, Debug, Default)]
pub struct OfferInForce(Arc<Mutex<OfferState>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferState {
    pub numbers: SetNumbers,
    /// Why the newest sets were not activated.
    pub fault: Option<String>,
}

impl OfferInForce {
    pub fn new(numbers: SetNumbers) -> Self {
        Self(Arc::new(Mutex::new(OfferState { numbers, fault: None })))
    }

    pub fn get(&self) -> OfferState {
        self.state().clone()
    }

    pub fn set(&self, state: OfferState) {
        *self.state() = state;
    }

    /// The warning for customers while the newest sets are not in force. The reason, which names
    /// files and settings of the seller, is only for operators.
    pub fn warning(&self) -> Option<String> {
        let OfferState { numbers: SetNumbers { catalogue, routes }, fault } = self.get();
        fault.map(|_| {
            format!(
                "the newest sets could not be activated; this gateway still sells by catalogue {catalogue} and routes {routes}"
            )
        })
    }

    fn state(&self) -> MutexGuard<'_, OfferState> {
        self.0.lock()
    }
}
