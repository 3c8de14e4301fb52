//! What a paid request passes.

mod accounting;
mod billing;
mod credentials;
mod handlers;
mod limits;
mod meter;
mod people;
mod settlement;
