//! Failures of processes: gateways, PostgreSQL, and what their clients observe.

mod audit;
mod crash;
mod leases;
mod load;
mod postgres;
mod serving;
mod setup;
mod silent_database;
mod stored_answer;
mod unprivileged_login;
