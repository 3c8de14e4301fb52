mod connections;
mod framing;
mod listener;
mod manners;
mod metrics;
mod pipeline;
mod unsent;
