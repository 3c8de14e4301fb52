//! Tables as a phone shows them. One whose columns do not fit beside each other is stacked there:
//! each row is a block, each cell a line that begins with the title of its column.

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

/// What a phone of 360 pixels leaves between the margins of a page, less the error of an estimate.
const WIDTH: usize = 320;
/// The width of a letter, of one in the head, and of a letter of code.
const LETTER: usize = 7;
const HEAD_LETTER: usize = 6;
const CODE_LETTER: usize = 8;
/// The space behind each column.
const GAP: usize = 12;
/// Sentences in a narrower column are hard to read.
const SENTENCE: usize = 150;
/// From this length on, the longest text of a column is prose, which needs no title.
const PROSE: usize = 3 * SENTENCE;

/// A table, and the place in it.
pub(super) struct Table {
    titles: Vec<String>,
    alignments: Vec<Alignment>,
    is_stacked: bool,
    /// The column whose prose says what a row is about.
    prose: Option<usize>,
    /// The column of the next cell; none in the head.
    column: Option<usize>,
}

impl Table {
    /// The table of the events behind its start.
    pub(super) fn of(alignments: &[Alignment], events: &[Event<'_>]) -> Self {
        let mut table = Self {
            titles: vec![String::new(); alignments.len()],
            alignments: alignments.to_vec(),
            is_stacked: false,
            prose: None,
            column: None,
        };
        let mut widths = vec![0; alignments.len()];
        let mut longest = vec![(0, 0); alignments.len()];
        let (mut column, mut is_in_head) = (0, true);
        let mut cell = Cell::default();
        for event in events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Table))) {
            match event {
                Event::Start(Tag::TableRow) => (column, is_in_head) = (0, false),
                Event::Text(text) | Event::Code(text) if is_in_head => {
                    cell.add_text(text, HEAD_LETTER);
                    table.titles[column] += text;
                }
                Event::Text(text) => cell.add_text(text, LETTER),
                Event::Code(code) => cell.add_code(code, column > 0),
                Event::End(TagEnd::TableCell) => {
                    let cell = std::mem::take(&mut cell);
                    widths[column] = widths[column].max(cell.width());
                    longest[column] = longest[column].max((cell.text, cell.code));
                    column += 1;
                }
                _ => {}
            }
        }
        table.is_stacked = widths.iter().map(|width| width + GAP).sum::<usize>() > WIDTH;
        if !alignments.contains(&Alignment::Right) {
            let column = (1..longest.len()).max_by_key(|column| longest[*column]);
            table.prose = column.filter(|column| longest[*column].0 + longest[*column].1 >= PROSE);
        }
        table
    }

    /// The start of the box around the table. A wide table scrolls by itself, even by keyboard.
    pub(super) fn start(&self) -> &'static str {
        if self.is_stacked {
            "<div class=\"scroll stack\" tabindex=\"0\">"
        } else {
            "<div class=\"scroll\" tabindex=\"0\">"
        }
    }

    /// Goes to the first cell of the next row.
    pub(super) fn next_row(&mut self) {
        self.column = Some(0);
    }

    /// Goes to the next cell of a row, and returns its class and the title of its column, if it
    /// names it.
    pub(super) fn next_cell(&mut self) -> Option<(&'static str, &str)> {
        let column = self.column?;
        self.column = Some(column + 1);
        let title = &self.titles[column];
        // Of two columns the second needs no title.
        let needs_title = column > 0 && self.titles.len() > 2 && self.prose != Some(column);
        if !self.is_stacked || !needs_title || title.is_empty() {
            return None;
        }
        let class = if self.alignments[column] == Alignment::Right { " class=\"n\"" } else { "" };
        Some((class, title))
    }
}

/// What a cell needs.
#[derive(Default)]
struct Cell {
    longest_word: usize,
    text: usize,
    code: usize,
}

impl Cell {
    fn add_text(&mut self, text: &str, letter: usize) {
        self.longest_word = self.longest_word.max(longest_word(text) * letter);
        self.text += text.chars().count() * letter;
    }

    /// Code of the first column stays on one line.
    fn add_code(&mut self, code: &str, is_broken: bool) {
        let all = code.chars().count() * CODE_LETTER;
        let together = if is_broken { longest_word(code) * CODE_LETTER } else { all };
        self.longest_word = self.longest_word.max(together);
        self.code += all;
    }

    fn width(&self) -> usize {
        self.longest_word.max((self.text + self.code).min(SENTENCE))
    }
}

fn longest_word(text: &str) -> usize {
    text.split([' ', '-']).map(|word| word.chars().count()).max().unwrap_or(0)
}

/// A page without the end tags that HTML lets tables omit: what follows a cell, a row or a part of
/// a table ends it.
pub(super) fn without_end_tags(page: String) -> String {
    [
        ("</td>", ""),
        ("</th>", ""),
        ("</tr></thead>", ""),
        ("</tr>\n<tr>", "<tr>"),
        ("</tr>\n</tbody></table>", "</table>"),
    ]
    .iter()
    .fold(page, |page, (end, shorter)| page.replace(end, shorter))
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Options, Parser};

    use super::*;

    const ABOUT: &str = "a sentence that wants a column of its own";

    /// Whether a table is stacked, and the titles of the cells of its first row.
    fn shown(text: &str) -> (bool, Vec<Option<String>>) {
        let events: Vec<_> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
        let Event::Start(Tag::Table(alignments)) = &events[0] else { panic!("no table") };
        let mut table = Table::of(alignments, &events[1..]);
        assert_eq!(table.next_cell(), None, "the head has its titles");
        table.next_row();
        let titles = alignments.iter().map(|_| table.next_cell().map(|(_, title)| title.to_owned()));
        let titles = titles.collect();
        (table.is_stacked, titles)
    }

    fn titles(names: &[&str]) -> Vec<Option<String>> {
        names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_owned())).collect()
    }

    #[test]
    fn a_table_that_fits_a_phone_stays_one() {
        assert_eq!(shown("|Plan|US$|Keys|\n|--|--:|--:|\n|start|0|3|\n"), (false, titles(&["", "", ""])));
    }

    #[test]
    fn a_stacked_cell_names_its_column_unless_it_is_prose() {
        let prose = format!("{ABOUT}, and goes on for quite a long time");
        let text = format!("|`Name`|Kind|Meaning|`Absent`|\n|--|--|--|--|\n|`a`|text|{prose}|{ABOUT}|\n");
        assert_eq!(shown(&text), (true, titles(&["", "Kind", "", "Absent"])));
        // Code of any length is no prose.
        let text = format!("|Name|Kind|Meaning|\n|--|--|--|\n|`a`|`{prose}`|{ABOUT} `{ABOUT}`|\n");
        assert_eq!(shown(&text), (true, titles(&["", "Kind", ""])));
    }

    #[test]
    fn figures_always_have_their_titles() {
        let text = format!("|a|Credits|Calls|\n|--|--:|--|\n|{ABOUT}|1|{ABOUT}, {ABOUT}|\n");
        assert_eq!(shown(&text), (true, titles(&["", "Credits", "Calls"])));
    }

    #[test]
    fn the_second_of_two_columns_needs_no_title() {
        assert_eq!(shown(&format!("|a|b|\n|--|--|\n|{ABOUT}|{ABOUT}|\n")), (true, titles(&["", ""])));
    }
}
