//! What is promised when processes die.

mod crash;
