//! The integration tests: one program, its modules mirror `src`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first surprise, helpers included"
)]

mod people;
