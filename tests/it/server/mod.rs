mod framing;
mod listener;
mod outer;
