//! Figures in what an upstream answers: in a JSON body, or in the events of a stream.

mod events;
mod extra_events;
mod json;

pub use events::EventFigures;
pub use extra_events::ExtraEvents;
pub use json::{Member, figure_in, member_in};

/// With it a stream of events may begin.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
