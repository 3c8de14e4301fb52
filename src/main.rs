//! Reads the command line, runs the command, turns an error into an exit status.

fn main() {}
