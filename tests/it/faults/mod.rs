//! What is promised when processes die.

mod audit;
mod crash;
mod load;
mod serving;
