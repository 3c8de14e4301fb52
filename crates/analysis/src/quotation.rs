//! Marks of quotation: which characters open and close one.

/// Returns whether a quotation is open after a character, given whether one was before it. A
/// straight mark after a digit opens none: it means inches.
pub(crate) fn is_open_after(is_open: bool, before: Option<char>, mark: char) -> bool {
    match mark {
        '"' if is_open => false,
        '"' => !before.is_some_and(|c| c.is_ascii_digit()),
        '\u{201c}' | '\u{201e}' | '\u{ab}' => true,
        '\u{201d}' | '\u{bb}' => false,
        _ => is_open,
    }
}

/// Whether the character at a position stands in a quotation that opens and closes in its line, or
/// ends one in single marks.
pub(crate) fn is_quoted(text: &[char], at: usize) -> bool {
    let start = text[..at].iter().rposition(|c| *c == '\n').map_or(0, |line_end| line_end + 1);
    let is_open = (start..at).fold(false, |is_open, place| {
        is_open_after(is_open, place.checked_sub(1).map(|before| text[before]), text[place])
    });
    let mut rest = text[at..].iter().take_while(|c| **c != '\n');
    let closes = |c: &char| matches!(c, '"' | '\u{201d}' | '\u{bb}');
    let ends_in_single_mark = matches!(text.get(at + 1), Some('\'' | '\u{2019}'));
    is_open && rest.any(closes) || ends_in_single_mark
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<bool> {
        let chars: Vec<char> = text.chars().collect();
        let marks = (0..chars.len()).filter(|at| chars[*at] == '?');
        marks.map(|at| is_quoted(&chars, at)).collect()
    }

    #[test]
    fn only_marks_inside_a_quotation_are_quoted() {
        assert_eq!(quoted("They asked \"why?\" seven times."), [true]);
        assert_eq!(quoted("Perguntaram “por quê? como?” sete vezes."), [true, true]);
        assert_eq!(quoted("They asked 'why?' seven times."), [true]);
        assert_eq!(quoted("Did the buyer say \"no\"?"), [false]);
        assert_eq!(quoted("Who wrote \"why?\" on it? Ana?"), [true, false, false]);
        assert_eq!(quoted("Does a 12\" pipe fit the 14\" hole?"), [false]);
        assert_eq!(quoted("A mark \"that never closes. Why?"), [false]);
    }
}
