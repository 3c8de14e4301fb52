//! The analysis as its callers meet it: one test a promise.

mod advice;
mod fixtures;
mod people;
mod texts;
mod traits;
