//! Figures in what an upstream answers: in a JSON body, or in the events of a stream.

mod events;
mod extra_events;
mod json;

pub use events::EventFigures;
pub use extra_events::ExtraEvents;
pub use json::{Member, figure_in, member_in};

/// May begin an event stream.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Bytes of one event that are kept to be read. A longer event has no figures, and is passed on.
const MAX_EVENT_BYTES: usize = 256 * 1_024;
