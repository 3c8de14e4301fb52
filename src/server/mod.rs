//! The outside edge: sockets with timeouts and caps, strict framing, outer layers, stopping.

mod body_pace;
pub mod framing;
pub mod listener;
pub mod outer;
mod pulse;
pub mod router;
mod socket;
pub mod stop;
mod unread;
