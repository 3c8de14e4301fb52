//! What a paid request passes.

mod meter;
