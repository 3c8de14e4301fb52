//! Failures of processes: gateways, PostgreSQL, and what their clients observe.

mod audit;
mod crash;
mod stored_answer;
mod leases;
mod load;
mod unprivileged_login;
mod postgres;
mod serving;
mod silent_database;
mod setup;
