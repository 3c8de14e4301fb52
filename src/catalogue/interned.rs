//! Texts of routes live as long as the program, because records of calls and pages outlive the set
//! of routes that they come from. Each distinct text is kept once, however often a set is loaded,
//! so that memory grows only with the texts that operators apply.

use std::collections::HashSet;
use std::sync::LazyLock;

use parking_lot::Mutex;

static KNOWN: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);

/// Returns the text that is kept for this one.
pub fn interned(text: &str) -> &'static str {
    let mut known = KNOWN.lock();
    match known.get(text) {
        Some(kept) => kept,
        None => {
            let kept: &'static str = text.to_owned().leak();
            known.insert(kept);
            kept
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        assert!(std::ptr::eq(interned("/once"), interned(&String::from("/once"))));
        assert_ne!(interned("/once"), interned("/twice"));
    }
}
