//! One program for all integration tests; its modules mirror `src`. Run with `make test`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should say where it stopped, helpers included"
)]

mod api;
mod architecture;
mod browser;
mod command;
mod console;
mod deployment;
mod documents;
mod examples;
mod faults;
mod gate;
mod guides;
mod http;
mod ledger;
mod local_postgres;
mod management;
mod offers;
mod openapi;
mod people;
mod programs;
mod server;
mod simulation;
mod site;
mod storage;
mod support;
mod telemetry;
mod toolchain;
mod upstream;
