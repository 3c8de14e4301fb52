//! The outside edge: sockets with timeouts and caps, strict framing, outer layers, stopping.

mod answer_body;
mod body_pace;
mod connection_state;
mod connections;
pub mod framing;
pub mod listener;
mod malformed_head;
pub mod metrics_page;
pub mod operator_router;
pub mod pipeline;
mod request_log;
mod request_metrics;
pub mod router;
pub mod routing;
pub mod settings;
pub mod signals;
mod socket;
mod stats;
pub mod stop;
mod tail;
pub mod tls;
mod unread_body;
mod unsent;
pub mod worker_threads;
