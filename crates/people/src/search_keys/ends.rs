//! The two ends of a word: one slip leaves one of them unchanged.

/// The lengths by which the words of a field are cut.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    /// Shorter words have no ends.
    min_length: usize,
    /// Words of at least this length may have two slips and are stored by their first and last
    /// three letters.
    min_long_length: usize,
}

pub(super) const GIVEN: Cut = Cut { min_length: 5, min_long_length: usize::MAX };
pub(super) const SURNAME: Cut = Cut { min_length: 4, min_long_length: 8 };
pub(super) const COMPANY: Cut = Cut { min_length: 5, min_long_length: usize::MAX };
const LONG_WORD_END_LETTERS: usize = 3;

/// Returns the ends under which a word is stored, or none for a short word.
pub(super) fn stored_ends(word: &str, cut: Cut) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < cut.min_length { Vec::new() } else { ends(&letters, letters.len(), cut).into() }
}

/// Returns the ends under which a similar word may be stored. That word may be one or two letters
/// longer or shorter, and two swapped letters may lie across the cut.
pub(super) fn queried_ends(word: &str, cut: Cut) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let max_slips = if letters.len() + 2 >= cut.min_long_length { 2 } else { 1 };
    let stored_lengths =
        letters.len().saturating_sub(max_slips).max(cut.min_length)..=letters.len() + max_slips;
    let mut keys: Vec<String> = stored_lengths.flat_map(|length| ends(&letters, length, cut)).collect();
    let middle = letters.len() / 2;
    if letters.len() >= cut.min_length {
        let mut swapped = letters;
        swapped.swap(middle - 1, middle);
        keys.extend(ends(&swapped, swapped.len(), cut));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Returns the two ends of a word, cut as for a stored word of the given length.
fn ends(letters: &[char], stored_length: usize, cut: Cut) -> [String; 2] {
    let is_long = stored_length >= cut.min_long_length;
    let first = if is_long { LONG_WORD_END_LETTERS } else { stored_length / 2 };
    let last = if is_long { LONG_WORD_END_LETTERS } else { stored_length - first };
    let start: String = letters.iter().take(first).collect();
    let end: String = letters.iter().skip(letters.len().saturating_sub(last)).collect();
    [format!("<{start}"), format!(">{end}")]
}
