//! The two ends of a word: one slip leaves one of them unchanged.

/// How the words of a field are cut for slips.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    shortest: usize,
    /// Words from this length may have two slips and are stored by their first and last three
    /// letters.
    long: usize,
}

pub(super) const GIVEN: Cut = Cut { shortest: 5, long: usize::MAX };
pub(super) const SURNAME: Cut = Cut { shortest: 4, long: 8 };
pub(super) const COMPANY: Cut = Cut { shortest: 5, long: usize::MAX };
const LONG_WORD_END: usize = 3;

/// Returns the ends under which a word is stored, or none for a short word.
pub(super) fn stored_ends(word: &str, cut: Cut) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < cut.shortest { Vec::new() } else { ends(&letters, letters.len(), cut).into() }
}

/// Returns the ends under which a similar word may be stored: that word may be a little longer or
/// shorter, and two swapped letters may lie across the cut.
pub(super) fn asked_ends(word: &str, cut: Cut) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let most_slips = if letters.len() + 2 >= cut.long { 2 } else { 1 };
    let stored_lengths =
        letters.len().saturating_sub(most_slips).max(cut.shortest)..=letters.len() + most_slips;
    let mut keys: Vec<String> = stored_lengths.flat_map(|length| ends(&letters, length, cut)).collect();
    let middle = letters.len() / 2;
    if letters.len() >= cut.shortest {
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
    let is_long = stored_length >= cut.long;
    let first = if is_long { LONG_WORD_END } else { stored_length / 2 };
    let last = if is_long { LONG_WORD_END } else { stored_length - first };
    let start: String = letters.iter().take(first).collect();
    let end: String = letters.iter().skip(letters.len().saturating_sub(last)).collect();
    [format!("<{start}"), format!(">{end}")]
}
