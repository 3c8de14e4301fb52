//! A call on its way through the gate.
//!
//! Each step takes the type that the step before it returns and builds one of its own, whose fields nobody else can set:
//! [`Incoming`], [`Authenticated`](super::authenticate::Authenticated), [`Admitted`](super::admit::Admitted),
//! [`Permitted`](super::key_restrictions::Permitted), [`Entitled`](super::entitlement::Entitled),
//! [`Validated`](super::validate::Validated). So a step can be neither left out nor moved.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;

use super::Gate;
use super::auth::caller::Caller;
use super::limits::account::Slot;
use crate::clock::new_id;
use crate::domain::billing::Billing;
use crate::domain::ids::CallId;
use crate::domain::refusal::Refusal;
use crate::http::call_record::CallRecord;
use crate::http::client_address::ClientAddress;
use crate::http::negotiate::RenderContext;

/// A request of which nothing is known yet.
#[derive(Debug)]
pub struct Incoming(pub(super) Call);

/// The request, and what its answer will carry. Cheap to move.
#[derive(Debug)]
pub struct Call {
    pub(super) gate: Arc<Gate>,
    pub(super) request: Box<Request>,
    /// How the answer is to be rendered.
    pub(super) context: RenderContext,
    pub(super) facts: Box<Facts>,
}

/// What the steps found out, for the answer.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) caller: Option<Caller>,
    /// The place among the account's running calls.
    pub(super) slot: Option<Slot>,
    pub(super) record: CallRecord,
}

/// A call that was answered.
#[derive(Debug)]
pub struct Answered {
    pub(super) response: Response,
    pub(super) facts: Box<Facts>,
}

/// A call that a step refused.
#[derive(Debug)]
pub struct Refused {
    pub(super) refusal: Refusal,
    pub(super) facts: Box<Facts>,
}

impl Incoming {
    pub(super) fn new(gate: Arc<Gate>, path: &'static str, request: Request) -> Self {
        let record = CallRecord { route: Some(path), ..CallRecord::default() };
        let facts = Box::new(Facts { record, ..Facts::default() });
        let context = request.extensions().get().copied();
        let context = context.unwrap_or_else(|| {
            // A router that no pipeline surrounds.
            RenderContext::of(
                request.uri().path(),
                request.headers(),
                CallId::from_uuid(new_id()),
                &gate.links,
            )
        });
        Self(Call { gate, request: Box::new(request), context, facts })
    }
}

impl Call {
    /// The client's address; `None` where no listener noted one.
    pub(super) fn client(&self) -> Option<IpAddr> {
        self.request.extensions().get().map(|ClientAddress(address)| *address)
    }

    /// The id on the answer and in the ledger.
    pub fn id(&self) -> CallId {
        self.context.request_id
    }

    /// Answers the call; `billing` is what it cost.
    pub fn answer(mut self, response: Response, billing: Billing) -> Answered {
        self.facts.record.billing = Some(billing);
        Answered { response, facts: self.facts }
    }

    /// Refuses the call.
    pub fn refuse(self, refusal: Refusal) -> Refused {
        Refused { refusal, facts: self.facts }
    }
}
