//! What an answer costs: the figures of its price, from head, body and clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use bytes::Bytes;
use parking_lot::Mutex;

use crate::domain::credits::Credits;
use crate::domain::figure::{Figure, FigureSource};
use crate::domain::forwarding::{Due, ForwardedRoute};
use crate::domain::ids::CallId;
use crate::domain::price::CountedPrice;
use crate::domain::settlement::Outcome;
use crate::gate::forward::ForwardedCall;
use crate::gate::metering::stream::{StreamCharge, StreamEnd, StreamMeter};
use crate::http::representation::{is_media_type, is_unencoded};
use crate::upstream::figure::{EventFigures, ExtraEvents, figure_in};
use crate::upstream::upload::Upload;

const KIB: u64 = 1_024;
/// Missing figures of a route are logged no more often than this.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Counts what a call costs whose answer is charged for.
pub(super) struct Meter {
    route: Arc<ForwardedRoute>,
    call_id: CallId,
    held: Credits,
    begun: Instant,
    /// The outcome if the answer is whole.
    outcome: Outcome,
    upload: Upload,
    /// Of the client's body, where it was read.
    read_bytes: u64,
    answer_bytes: u64,
    headers: HeaderMap,
    /// Reads the events of a stream, if a figure stands in one.
    events: Option<EventFigures>,
    /// Keeps an event that the client did not ask for.
    extra: Option<ExtraEvents>,
}

impl Meter {
    pub(super) fn new(
        route: &Arc<ForwardedRoute>,
        (call, upload): (&ForwardedCall, &Upload),
        headers: &HeaderMap,
        begun: Instant,
        outcome: Outcome,
    ) -> Self {
        let counted = route.price.counted();
        let pointers = || counted.into_iter().flat_map(CountedPrice::pointers).cloned().collect();
        let has_events = is_event_stream(headers) && is_unencoded(headers);
        let reads_events = counted.is_some_and(CountedPrice::reads_answer) && has_events;
        let extra = route.request.members.extra_event.clone();
        let extra = extra.filter(|_| call.brings_extra_event && has_events);
        Self {
            extra: extra.map(|list| ExtraEvents::new(list, pointers())),
            events: reads_events.then(|| EventFigures::new(pointers())),
            // Without figures nothing of the head is looked at again.
            headers: counted.map(|_| headers.clone()).unwrap_or_default(),
            route: route.clone(),
            call_id: call.call_id,
            held: call.price,
            begun,
            outcome,
            upload: upload.clone(),
            read_bytes: call.read_bytes,
            answer_bytes: 0,
        }
    }

    pub(super) fn route(&self) -> &Arc<ForwardedRoute> {
        &self.route
    }

    pub(super) fn begun(&self) -> Instant {
        self.begun
    }

    /// What the client gets of a whole body.
    pub(super) fn shown(&mut self, body: &Bytes) -> Bytes {
        match &mut self.extra {
            Some(extra) => [extra.pass(body), extra.rest()].concat().into(),
            None => body.clone(),
        }
    }

    /// Whether the client gets less than the upstream sends.
    pub(super) fn withholds(&self) -> bool {
        self.extra.is_some()
    }

    fn read(&mut self, data: &[u8]) {
        self.answer_bytes = self.answer_bytes.saturating_add(data.len() as u64);
        if let Some(events) = &mut self.events {
            events.read(data);
        }
    }

    /// The charge of a whole answer.
    pub(super) fn of_whole(mut self, body: &[u8]) -> StreamCharge {
        self.read(body);
        self.priced(self.outcome, Some(body))
    }

    /// Whether the price is known before the body.
    pub(super) fn is_known_at_head(&self) -> bool {
        self.route.price.counted().is_none_or(|price| {
            price.counts.iter().all(|count| match count.of {
                FigureSource::Header(_) => true,
                // An answer may begin before a streamed body has ended.
                FigureSource::RequestKib => self.upload.has_ended(),
                _ => false,
            })
        })
    }

    /// The charge of an answer whose price does not depend on its body.
    pub(super) fn at_head(&self) -> StreamCharge {
        self.priced(self.outcome, None)
    }

    fn priced(&self, outcome: Outcome, body: Option<&[u8]>) -> StreamCharge {
        let Some(price) = self.route.price.counted() else {
            return StreamCharge { credits: self.held, outcome, price: None };
        };
        let figures = self.figures(price, body);
        let is_part = outcome.is_charged_part();
        let detail = match is_part {
            true => price.charge_so_far(&figures, self.held),
            false => price.charge(&figures, self.held),
        };
        if detail.is_over_hold() {
            metrics::counter!("gateway_price_over_hold_total", "route" => self.route.name).increment(1);
        }
        // An answer that ended early says nothing of the upstream's figures.
        if detail.missing.is_some() && !is_part {
            self.note_missing();
        }
        let outcome = detail.outcome(outcome);
        StreamCharge { credits: detail.charged, outcome, price: Some(Box::new(detail)) }
    }

    /// The figures in the order of the price. `body` is the whole body of an answer that is no
    /// stream.
    fn figures(&self, price: &CountedPrice, body: Option<&[u8]>) -> Vec<Option<Figure>> {
        let mut of_events = self.events.iter().flat_map(|events| events.found().iter().copied());
        let plain = body.filter(|_| is_unencoded(&self.headers));
        let figure = |source: &FigureSource| match source {
            FigureSource::Header(name) => in_header(&self.headers, name),
            FigureSource::Json(_) if self.events.is_some() => of_events.next().flatten(),
            FigureSource::Json(pointer) => figure_in(plain?, pointer),
            FigureSource::RequestKib => Some(kib(self.request_bytes())),
            FigureSource::AnswerKib => Some(kib(self.answer_bytes)),
            FigureSource::Seconds => {
                Some(Figure::seconds(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)))
            }
        };
        price.counts.iter().map(|count| &count.of).map(figure).collect()
    }

    /// Bytes that the client sent: a route may change a body that is read.
    fn request_bytes(&self) -> u64 {
        match &self.upload {
            Upload::Whole(_) => self.read_bytes,
            Upload::Streamed(_) => self.upload.bytes(),
        }
    }

    fn note_missing(&self) {
        // Bounded by the names of routes, which are interned.
        static LOGGED: Mutex<BTreeMap<&str, Instant>> = Mutex::new(BTreeMap::new());
        let (route, upstream) = (self.route.name, self.route.upstream.as_str());
        metrics::counter!("gateway_figures_missing_total", "route" => route).increment(1);
        let mut logged = LOGGED.lock();
        if logged.get(route).is_none_or(|at| at.elapsed() >= LOG_EVERY) {
            logged.insert(route, Instant::now());
            tracing::warn!(route, upstream, call = %self.call_id, "upstream reported no figure");
        }
    }
}

impl StreamMeter for Meter {
    fn pass(&mut self, data: Bytes) -> Bytes {
        self.read(&data);
        match &mut self.extra {
            Some(extra) => extra.pass(&data),
            None => data,
        }
    }

    fn rest(&mut self) -> Bytes {
        self.extra.as_mut().map(ExtraEvents::rest).unwrap_or_default()
    }

    fn charge(&mut self, end: StreamEnd) -> StreamCharge {
        match end.due(self.outcome, self.route.broke_off) {
            Due::Price(outcome) => self.priced(outcome, None),
            Due::Nothing(outcome) => StreamCharge { credits: Credits::ZERO, outcome, price: None },
        }
    }
}

/// The figure of a header that is there once.
fn in_header(headers: &HeaderMap, name: &str) -> Option<Figure> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Figure::parse(value.to_str().ok()?.trim()),
        _ => None,
    }
}

pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| is_media_type(value, "text/event-stream"))
}

fn kib(bytes: u64) -> Figure {
    Figure::whole(bytes.div_ceil(KIB))
}
