//! Golden answers: every refusal that the gate can give, through the whole gateway, to the letter.

mod before;
mod failures;
mod input;
mod limits;
mod money;
mod variants;
