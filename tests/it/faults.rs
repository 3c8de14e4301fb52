//! What is promised when processes die.

mod audit;
mod crash;
mod kept;
mod leases;
mod load;
mod member;
mod postgres;
mod serving;
mod silence;
mod stage;
