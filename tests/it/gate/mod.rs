//! What a paid request passes.

mod accounting;
mod credentials;
mod meter;
mod people;
