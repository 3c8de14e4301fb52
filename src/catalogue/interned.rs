//! Names and paths of routes live as long as the program, because records of calls outlive the set
//! of routes that they were made under. Each distinct text is kept once, however often a set is
//! loaded.

use std::collections::HashSet;

use parking_lot::Mutex;

static KNOWN: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

/// Returns the text that is kept for this one.
pub fn interned(text: &str) -> &'static str {
    let mut known = KNOWN.lock();
    let known = known.get_or_insert_default();
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
