//! Tables as a phone shows them. One whose columns do not fit beside each other is stacked there: each row is a block, each cell a
//! line that begins with the title of its column.

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

use super::markdown::escaped;

/// What a phone of 360 pixels leaves between the margins of a page, less the error of an estimate.
const WIDTH: usize = 320;
/// The width of a letter, and of a letter of code.
const LETTER: usize = 7;
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
        let mut longest = vec![0; alignments.len()];
        let (mut column, mut is_in_head) = (0, true);
        let mut cell = Cell::default();
        for event in events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Table))) {
            match event {
                Event::Start(Tag::TableRow) => (column, is_in_head) = (0, false),
                Event::Text(text) | Event::Code(text) if is_in_head => {
                    cell.add_text(text);
                    table.titles[column] += text;
                }
                Event::Text(text) => cell.add_text(text),
                Event::Code(code) => cell.add_code(code, column > 0),
                Event::End(TagEnd::TableCell) => {
                    let cell = std::mem::take(&mut cell);
                    widths[column] = widths[column].max(cell.width());
                    longest[column] = longest[column].max(cell.text);
                    column += 1;
                }
                _ => {}
            }
        }
        table.is_stacked = widths.iter().map(|width| width + GAP).sum::<usize>() > WIDTH;
        if !alignments.contains(&Alignment::Right) {
            let column = (1..longest.len()).max_by_key(|column| longest[*column]);
            table.prose = column.filter(|column| longest[*column] >= PROSE);
        }
        table
    }

    /// The start of the box around the table. A wide table scrolls by itself, also by keyboard.
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

    /// Goes to the next cell of a row, and returns its start if it names its column.
    pub(super) fn next_cell(&mut self) -> Option<String> {
        let column = self.column?;
        self.column = Some(column + 1);
        let title = &self.titles[column];
        // Of two columns the second needs no title.
        let needs_title = column > 0 && self.titles.len() > 2 && self.prose != Some(column);
        if !self.is_stacked || !needs_title || title.is_empty() {
            return None;
        }
        let class = if self.alignments[column] == Alignment::Right { " class=\"n\"" } else { "" };
        Some(format!("<td{class} data-title=\"{}\">", escaped(title)))
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
    fn add_text(&mut self, text: &str) {
        self.longest_word = self.longest_word.max(longest_word(text) * LETTER);
        self.text += text.chars().count() * LETTER;
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

#[cfg(test)]
mod tests {
    use super::super::markdown::to_html;

    fn html_of(text: &str) -> String {
        to_html(text, &|_| None)
    }

    #[test]
    fn the_cells_of_a_table_too_wide_for_a_phone_name_their_columns() {
        let narrow = html_of("|Plan|US$|Keys|\n|--|--:|--:|\n|start|0|3|\n");
        assert!(narrow.starts_with("<div class=\"scroll\"") && !narrow.contains("data-title"), "{narrow}");
        let about = "a sentence that wants a column of its own";
        let prose = format!("{about}, and goes on for quite a long time, as they do");
        let row = format!("|`a`|text|{prose} `b`|{about}|\n|`c`|text|{about}||\n");
        let text = format!("|`Name`|Kind|Meaning|\"Absent\"|\n|--|--|--|--|\n{row}");
        let wide = html_of(&text);
        assert!(wide.starts_with("<div class=\"scroll stack\" tabindex=\"0\"><table>"), "{wide}");
        let row = format!(
            "<tr><td><code>a</code><td data-title=\"Kind\">text<td>{prose} <code>b</code>\
             <td data-title=\"&quot;Absent&quot;\">{about}<tr>"
        );
        assert!(wide.contains(&row), "{wide}");
        // An empty cell is hidden, so nothing may stand in it.
        assert!(wide.contains("<td data-title=\"&quot;Absent&quot;\"></table>"), "{wide}");
        // Figures always have their titles.
        let text = format!("|a|Credits|Calls|\n|--|--:|--|\n|{about}|1|{about}|\n");
        let figures = html_of(&text);
        assert!(
            figures.contains("<td class=\"n\" data-title=\"Credits\">1<td data-title=\"Calls\">"),
            "{figures}"
        );
        // The second of two columns needs no title.
        let two = html_of(&format!("|a|b|\n|--|--|\n|{about}|{about}|\n"));
        assert!(two.contains("stack") && !two.contains("data-title"), "{two}");
    }
}
