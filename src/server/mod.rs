//! The outside edge: sockets with timeouts and caps, strict framing, outer layers, stopping.

mod body_pace;
pub mod cores;
pub mod framing;
pub mod listener;
pub mod metrics_page;
pub mod outer;
mod pulse;
mod request_log;
mod request_metrics;
pub mod router;
pub mod signals;
mod socket;
pub mod stop;
mod unread;
