//! The steps of a call, in order: one tower stack for each kind of call.
//!
//! Each step is an `async fn` that takes the call from the step above, and passes it on as a new
//! type or refuses it. A call that is refused above [`meter`] costs nothing.

use std::sync::Arc;

use axum::routing::{MethodFilter, MethodRouter, Route as Handler, post_service};
use tower::layer::layer_fn;
use tower::{Layer, ServiceBuilder, service_fn};

use super::Gate;
use super::admit::{admit, admit_to};
use super::answer::answer;
use super::authenticate::authenticate;
use super::call::{GateService, Incoming};
use super::entitlement::{entitle, in_scope};
use super::forward::{ForwardRoute, meter_forwarded, pass_free};
use super::handle::{handle, pass_anonymous};
use super::key_restrictions::{Permitted, restrict};
use super::limits::account::LimitedRoute;
use super::metering::{PaidRoute, meter};
use super::shape::{ShapeLimits, Shaped, shape};
use super::step::step;
use super::validate::{Validated, validate};
use crate::domain::forwarding::RouteMethod;
use crate::domain::key::Scope;
use crate::domain::route::Route;

/// A paid call: held, run, then captured or released.
pub fn paid<S: Clone + 'static>(gate: &Arc<Gate>, route: PaidRoute) -> MethodRouter<S> {
    let sold = route.route.clone();
    let route = Arc::new(route);
    paid_by(gate, &sold, service_fn(move |call| meter(route.clone(), call)))
}

/// Like [`paid`], with `metering` in place of [`meter`]: for the benchmark of one transaction a
/// call.
pub fn paid_by<S, M>(gate: &Arc<Gate>, route: &Arc<Route>, metering: M) -> MethodRouter<S>
where
    S: Clone + 'static,
    M: GateService<Validated>,
{
    let (name, access, of_body) =
        (Arc::<str>::from(route.path), Arc::new(route.access.clone()), route.clone());
    post_service(
        ServiceBuilder::new()
            // Every answer, including a refusal, shows the caller's limits and balance.
            .layer(answer(gate.clone(), route.path))
            // Who calls? Everything below depends on it.
            .layer(step(authenticate))
            // Is the account within its limits? Before any work is done for it.
            .layer(step(admit))
            // May the key be used here? Before anything about the account is shown.
            .layer(step(restrict))
            // Do plan and scopes include the route? Before the body, so that no body changes this
            // answer.
            .layer(step(move |call| entitle(name.clone(), access.clone(), call)))
            // Is the body what the route takes? The last free step: bad input is never charged.
            .layer(step(move |call| validate(of_body.clone(), call)))
            // The money: hold, run the handler, capture or release.
            .service(metering),
    )
}

/// A call that is forwarded to a server of the seller: paid, or free of charge.
pub fn forwarded<S: Clone + 'static>(gate: &Arc<Gate>, route: ForwardRoute) -> MethodRouter<S> {
    let route = Arc::new(route);
    let by = route.clone();
    match route.route.is_free() {
        true => forwarded_by(gate, &route, service_fn(move |call| pass_free(by.clone(), call))),
        false => forwarded_by(gate, &route, service_fn(move |call| meter_forwarded(by.clone(), call))),
    }
}

fn forwarded_by<S, F>(gate: &Arc<Gate>, route: &Arc<ForwardRoute>, forwarding: F) -> MethodRouter<S>
where
    S: Clone + 'static,
    F: GateService<Shaped>,
{
    let sold = &route.route;
    let limits = ShapeLimits {
        body: sold.body,
        max_request_bytes: sold.max_request_bytes,
        takes_test_keys: route.takes_test_keys,
        hops: route.hops.clone(),
        path: sold.path,
        lenient_paths: route.lenient_paths.clone(),
    };
    let access = Arc::new(sold.access.clone());
    let limited = sold.limits.map(|limits| LimitedRoute { name: sold.name, limits });
    let steps = |method: RouteMethod| {
        let name = Arc::<str>::from(format!("{} {}", method.as_str(), sold.path));
        let (access, limits) = (access.clone(), limits.clone());
        ServiceBuilder::new()
            .layer(answer(gate.clone(), sold.name))
            .layer(step(authenticate))
            // Are account and route within their limits?
            .layer(step(move |call| admit_to(limited, call)))
            .layer(step(restrict))
            .layer(step(move |call| entitle(name.clone(), access.clone(), call)))
            // May the request be sent on? Its body is not looked into.
            .layer(step(move |call| shape(limits.clone(), call)))
            // The money, unless the route is free, and the upstream.
            .service(forwarding.clone())
    };
    let methods = sold.methods.iter().copied();
    methods.fold(MethodRouter::new(), |router, method| router.on_service(filter(method), steps(method)))
}

const fn filter(method: RouteMethod) -> MethodFilter {
    match method {
        RouteMethod::Get => MethodFilter::GET,
        RouteMethod::Head => MethodFilter::HEAD,
        RouteMethod::Post => MethodFilter::POST,
        RouteMethod::Put => MethodFilter::PUT,
        RouteMethod::Patch => MethodFilter::PATCH,
        RouteMethod::Delete => MethodFilter::DELETE,
    }
}

/// A free call with a key.
pub fn free<S: Clone + 'static>(
    gate: &Arc<Gate>,
    path: &'static str,
    methods: MethodRouter<S>,
) -> MethodRouter<S> {
    let gate = gate.clone();
    methods.route_layer(layer_fn(move |handler: Handler| {
        ServiceBuilder::new().layer(answer(gate.clone(), path)).service(with_key(handle(handler)))
    }))
}

/// A free call with a key that has a scope.
pub fn scoped<S: Clone + 'static>(
    gate: &Arc<Gate>,
    path: &'static str,
    scope: Scope,
    methods: MethodRouter<S>,
) -> MethodRouter<S> {
    let gate = gate.clone();
    methods.route_layer(layer_fn(move |handler: Handler| {
        // May the key do this? After the restrictions, as for a paid call.
        let in_scope = step(move |call| in_scope(scope, call)).layer(handle(handler));
        ServiceBuilder::new().layer(answer(gate.clone(), path)).service(with_key(in_scope))
    }))
}

/// A free call whose key is optional: without one the handler runs without a caller.
pub fn optional<S: Clone + 'static>(
    gate: &Arc<Gate>,
    path: &'static str,
    methods: MethodRouter<S>,
) -> MethodRouter<S> {
    // No key of the development mode takes the place of a missing one here.
    let gate = Arc::new(Gate { dev_key: None, ..Gate::clone(gate) });
    methods.route_layer(layer_fn(move |handler: Handler| {
        ServiceBuilder::new()
            .layer(answer(gate.clone(), path))
            // A request without a credential goes straight to the handler.
            .layer(pass_anonymous(handler.clone()))
            .service(with_key(handle(handler)))
    }))
}

/// The steps of every free call with a key.
fn with_key(next: impl GateService<Permitted>) -> impl GateService<Incoming> {
    ServiceBuilder::new().layer(step(authenticate)).layer(step(admit)).layer(step(restrict)).service(next)
}
