mod framing;
mod listener;
mod metrics;
mod outer;
