//! Tests of the public interface of the analysis.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where it stopped, helpers included"
)]

mod advice;
mod asides;
mod coverage;
mod detail;
mod fixtures;
mod goldens;
mod language;
mod people;
mod precision;
mod privacy;
mod records;
mod texts;
mod traits;
mod traps;
mod voices;
