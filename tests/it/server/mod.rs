mod connections;
mod framing;
mod listener;
mod manners;
mod metrics;
mod outer;
mod unsent;
