//! The analysis as its callers meet it: one test a promise.

mod advice;
mod fixtures;
mod people;
mod privacy;
mod texts;
mod traits;
