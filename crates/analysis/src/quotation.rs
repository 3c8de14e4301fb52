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

/// Marks the characters that stand in a quotation that opens and closes in its line, or end one in
/// single marks.
pub(crate) fn quoted(text: &[char]) -> Vec<bool> {
    let mut quoted = Vec::with_capacity(text.len());
    let mut start = 0;
    for line in text.split_inclusive(|c| *c == '\n') {
        let last_closing = line.iter().rposition(|c| matches!(c, '"' | '\u{201d}' | '\u{bb}'));
        let mut is_open = false;
        for (place, mark) in line.iter().enumerate() {
            let at = start + place;
            let ends_in_single_mark = matches!(text.get(at + 1), Some('\'' | '\u{2019}'));
            quoted.push(is_open && last_closing >= Some(place) || ends_in_single_mark);
            is_open = is_open_after(is_open, at.checked_sub(1).map(|before| text[before]), *mark);
        }
        start += line.len();
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted_questions(text: &str) -> Vec<bool> {
        let chars: Vec<char> = text.chars().collect();
        let marks = chars.iter().zip(quoted(&chars)).filter(|(mark, _)| **mark == '?');
        marks.map(|(_, is_quoted)| is_quoted).collect()
    }

    #[test]
    fn only_marks_inside_a_quotation_are_quoted() {
        assert_eq!(quoted_questions("They asked \"why?\" seven times."), [true]);
        assert_eq!(quoted_questions("Perguntaram “por quê? como?” sete vezes."), [true, true]);
        assert_eq!(quoted_questions("They asked 'why?' seven times."), [true]);
        assert_eq!(quoted_questions("Did the buyer say \"no\"?"), [false]);
        assert_eq!(quoted_questions("Who wrote \"why?\" on it? Ana?"), [true, false, false]);
        assert_eq!(quoted_questions("Does a 12\" pipe fit the 14\" hole?"), [false]);
        assert_eq!(quoted_questions("A mark \"that never closes. Why?"), [false]);
        assert_eq!(quoted_questions("Ana wrote \"why\nnot? Then \"how?\" came."), [false, true]);
    }
}
