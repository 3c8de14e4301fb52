//! Parts of guides that are only about the analysis. A gateway that does not sell it leaves them
//! out.

const BEGIN: &str = "<!-- analysis -->";
const END: &str = "<!-- /analysis -->";

/// The text without the lines that mark such parts, and without the parts unless they are kept.
pub(super) fn of_analysis(text: &str, are_kept: bool) -> String {
    let mut is_part = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            BEGIN => is_part = true,
            END => is_part = false,
            _ if is_part && !are_kept => {}
            _ => kept.push_str(line),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::guides::GUIDES;

    #[test]
    fn a_part_is_kept_or_left_out_and_its_marks_go() {
        let text = "a\n<!-- analysis -->\nb\n<!-- /analysis -->\nc";
        assert_eq!(of_analysis(text, true), "a\nb\nc");
        assert_eq!(of_analysis(text, false), "a\nc");
    }

    #[test]
    fn every_part_of_a_guide_ends() {
        let mut parts = 0;
        for guide in GUIDES {
            for text in guide.texts() {
                let marks: Vec<&str> = text.lines().filter(|line| [BEGIN, END].contains(line)).collect();
                assert!(marks.chunks(2).all(|pair| pair == [BEGIN, END]), "{}: {marks:?}", guide.name);
                parts += marks.len() / 2;
            }
        }
        assert!(parts > 0);
    }
}
