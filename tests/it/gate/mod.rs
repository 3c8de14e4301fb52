//! What a paid request passes.

mod accounting;
mod credentials;
mod handlers;
mod meter;
mod people;
mod settlement;
