//! A call on its way through the gate.
//!
//! Each step takes the type that the step before it returns, and returns a type that only it can
//! construct: [`Incoming`], [`Authenticated`](super::authenticate::Authenticated),
//! [`Admitted`](super::admit::Admitted), [`Permitted`](super::key_restrictions::Permitted),
//! [`Entitled`](super::entitlement::Entitled), [`Validated`](super::validate::Validated), or
//! [`Shaped`](super::shape::Shaped) for a forwarded call. A stack with a step missing or misplaced
//! does not compile.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use tower::Service;

use super::Gate;
use super::auth::caller::Caller;
use super::limits::account::Slot;
use crate::clock::new_id;
use crate::domain::billing::Billing;
use crate::domain::ids::CallId;
use crate::domain::refusal::Refusal;
use crate::http::call_record::CallRecord;
use crate::http::client_address::{ClientAddress, ClientScheme};
use crate::http::negotiate::RenderContext;

/// A request as it arrived.
#[derive(Debug)]
pub struct Incoming(pub(super) Call);

/// A request and the facts for its answer. Cheap to move.
#[derive(Debug)]
pub struct Call {
    pub(super) gate: Arc<Gate>,
    pub(super) request: Box<Request>,
    /// The dialect, language and id of the answer.
    pub(super) context: RenderContext,
    pub(super) facts: Box<Facts>,
}

/// What the steps have learned of the call.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) caller: Option<Caller>,
    /// The call's slot in the concurrency limit.
    pub(super) slot: Option<Slot>,
    pub(super) record: CallRecord,
}

/// A service below a layer of the gate: the rest of the steps, and the handler.
pub trait GateService<In>:
    Service<In, Response = Answered, Error = Refused, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<In, S> GateService<In> for S where
    S: Service<In, Response = Answered, Error = Refused, Future: Send> + Clone + Send + Sync + 'static
{
}

#[derive(Debug)]
pub struct Answered {
    pub(super) response: Response,
    pub(super) facts: Box<Facts>,
}

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
            // Tests may use a router without the pipeline.
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
    /// Returns the client's address, or `None` without a listener.
    pub(super) fn client(&self) -> Option<IpAddr> {
        self.request.extensions().get().map(|ClientAddress(address)| *address)
    }

    /// How the client reached the service, or `None` without a listener.
    pub(super) fn scheme(&self) -> Option<ClientScheme> {
        self.request.extensions().get().copied()
    }

    /// The id of the call in the answer, the log and the ledger.
    pub fn id(&self) -> CallId {
        self.context.request_id
    }

    /// Answers the call; `billing` is what it cost.
    pub fn answer(mut self, response: Response, billing: Billing) -> Answered {
        self.facts.record.billing = Some(billing);
        Answered { response, facts: self.facts }
    }

    pub fn refuse(self, refusal: Refusal) -> Refused {
        Refused { refusal, facts: self.facts }
    }
}
