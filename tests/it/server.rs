mod connections;
mod framing;
mod listener;
mod manners;
mod metrics;
mod pipeline;
mod tls;
mod unsent;
