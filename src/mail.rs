//! E-mails: an outbox in the database, and how its messages are sent. A message is added in the
//! transaction of its cause, so that there is never one without the other.

pub mod folder;
pub mod key_exposed;
pub mod message;
pub mod outbox;
pub mod sender;
pub mod settings;
pub mod transport;
