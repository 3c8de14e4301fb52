//! What is promised when processes die.

mod audit;
mod crash;
mod kept;
mod load;
mod postgres;
mod serving;
mod stage;
