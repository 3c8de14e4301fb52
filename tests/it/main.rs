//! One program for all integration tests; its modules mirror `src`. Run with `make test`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

mod command;
mod local_postgres;
mod support;
