//! Figures in the events of a stream (`text/event-stream`), read line by line while the stream is
//! passed on.

use super::{BYTE_ORDER_MARK, MAX_EVENT_BYTES};
use crate::domain::figure::Figure;
use crate::domain::json_pointer::JsonPointer;
use crate::upstream::figure::json::figure_in;

/// Reads figures out of a stream of events. The last event that has a figure counts.
#[derive(Debug)]
pub struct EventFigures {
    pointers: Vec<JsonPointer>,
    found: Vec<Option<Figure>>,
    /// The line that is not complete yet.
    line: Vec<u8>,
    is_line_empty: bool,
    /// Whether the line is the first, which may begin with a byte order mark.
    is_first_line: bool,
    /// The data of the event that is not complete yet.
    data: Vec<u8>,
    /// Whether the event is longer than is kept.
    is_too_long: bool,
    /// Whether the last byte was a carriage return, whose line feed is no line of its own.
    after_return: bool,
}

impl EventFigures {
    pub fn new(pointers: Vec<JsonPointer>) -> Self {
        Self {
            found: vec![None; pointers.len()],
            pointers,
            line: Vec::new(),
            is_line_empty: true,
            is_first_line: true,
            data: Vec::new(),
            is_too_long: false,
            after_return: false,
        }
    }

    /// Reads on. Lines and events may be cut anywhere between two calls.
    pub fn read(&mut self, mut bytes: &[u8]) {
        if let (true, Some(first)) = (self.after_return, bytes.first()) {
            bytes = if *first == b'\n' { &bytes[1..] } else { bytes };
            self.after_return = false;
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.keep(&bytes[..end]);
            self.end_line();
            let is_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if is_return {
                match bytes.first() {
                    Some(b'\n') => bytes = &bytes[1..],
                    Some(_) => {}
                    None => self.after_return = true,
                }
            }
        }
        self.keep(bytes);
    }

    /// The figures, in the order of the pointers. An event that the end of the stream cut short
    /// does not count.
    pub fn found(&self) -> &[Option<Figure>] {
        &self.found
    }

    fn keep(&mut self, part: &[u8]) {
        self.is_line_empty &= part.is_empty();
        if self.line.len() + self.data.len() + part.len() > MAX_EVENT_BYTES {
            self.is_too_long = true;
            self.line.clear();
            self.data.clear();
        }
        if !self.is_too_long {
            self.line.extend_from_slice(part);
        }
    }

    fn end_line(&mut self) {
        let is_first = std::mem::replace(&mut self.is_first_line, false);
        let line = self.line.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_first).unwrap_or(&self.line);
        if std::mem::replace(&mut self.is_line_empty, true) {
            self.end_event();
            self.is_too_long = false;
            self.data.clear();
        } else if let Some(value) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
        }
        self.line.clear();
    }

    fn end_event(&mut self) {
        for (pointer, found) in self.pointers.iter().zip(&mut self.found) {
            if contains(&self.data, pointer.last())
                && let Some(figure) = figure_in(&self.data, pointer)
            {
                *found = Some(figure);
            }
        }
    }
}

/// Whether the text has the name, so that parsing is worth it. A name that JSON may write with an
/// escape is always looked for.
fn contains(text: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    text.contains(&b'\\') || text.windows(name.len()).any(|part| part == name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(parts: &[&[u8]]) -> Option<String> {
        let mut figures = EventFigures::new(vec!["/usage/total".parse().unwrap()]);
        for part in parts {
            figures.read(part);
        }
        figures.found()[0].map(|figure| figure.to_string())
    }

    #[test]
    fn a_stream_may_begin_with_a_byte_order_mark() {
        let event = "data: {\"usage\":{\"total\":41}}\n\n";
        let marked = format!("\u{feff}{event}");
        for cut in 0..=marked.len() {
            let (one, other) = marked.as_bytes().split_at(cut);
            assert_eq!(read(&[one, other]).as_deref(), Some("41"), "{cut}");
        }
        assert_eq!(read(&[b": hello\n", marked.as_bytes()]), None);
    }

    const STREAM: &str = ": ping\r\n\r\nevent: chunk\r\ndata: {\"text\":\"total\",\"usage\":null}\r\n\r\n\
                          data:{\"usage\":\r\ndata: {\"total\":41}}\r\nid: 7\r\n\r\ndata: {\"usage\":{\"total\":null}}\r\n\r\n\
                          data: [DONE]\r\n\r\n";

    #[test]
    fn the_last_event_with_a_figure_counts_wherever_the_stream_is_cut() {
        for text in [STREAM.to_owned(), STREAM.replace("\r\n", "\n"), STREAM.replace("\r\n", "\r")] {
            let bytes = text.as_bytes();
            for cut in 0..bytes.len() {
                let (before, after) = bytes.split_at(cut);
                assert_eq!(read(&[before, after]).as_deref(), Some("41"), "cut at {cut} of {text:?}");
            }
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(read(&single).as_deref(), Some("41"));
        }
    }

    #[test]
    fn absent_and_zero_differ_and_a_later_figure_replaces_an_earlier_one() {
        let event = |total: &str| format!("data: {{\"usage\":{{\"total\":{total}}}}}\n\n");
        for (events, figure) in [
            (vec!["0"], Some("0")),
            (vec!["3", "9"], Some("9")),
            (vec!["9", "null"], Some("9")),
            (vec!["null"], None),
            (vec!["-1"], None),
            (vec!["\"5\""], None),
        ] {
            let text: String = events.iter().map(|total| event(total)).collect();
            assert_eq!(read(&[text.as_bytes()]).as_deref(), figure, "{text}");
        }
        assert_eq!(read(&[b"data: {\"usage\":{\"total\":5}}\n"]), None);
    }

    #[test]
    fn an_event_that_is_too_long_is_skipped_and_the_next_is_read() {
        let long =
            format!("data: {{\"x\":\"{}\",\"usage\":{{\"total\":1}}}}\n\n", "a".repeat(MAX_EVENT_BYTES));
        assert_eq!(read(&[long.as_bytes()]), None);
        let next = format!("{long}data: {{\"usage\":{{\"total\":2}}}}\n\n");
        for size in [1_000, 65_536, next.len()] {
            let parts: Vec<&[u8]> = next.as_bytes().chunks(size).collect();
            assert_eq!(read(&parts).as_deref(), Some("2"), "{size}");
        }
        // Spaces before a JSON text mean nothing.
        let spaced = |lines| format!("{}data: {{\"usage\":{{\"total\":1}}}}\n\n", "data:  \n".repeat(lines));
        assert_eq!(read(&[spaced(10).as_bytes()]).as_deref(), Some("1"));
        assert_eq!(read(&[spaced(200_000).as_bytes()]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_within_bounds(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..20)) {
            let mut figures = EventFigures::new(vec!["/a".parse().unwrap()]);
            for part in &parts {
                figures.read(part);
            }
            prop_assert!(figures.line.len() + figures.data.len() <= MAX_EVENT_BYTES + 1);
        }

        #[test]
        fn cuts_change_nothing(text in "(data: ?\\{\"a\":[0-9]{1,3}\\}\n|\n|: c\n|id: 1\n|data: x\n){0,20}", size in 1_usize..9) {
            let read = |parts: &mut dyn Iterator<Item = &[u8]>| {
                let mut figures = EventFigures::new(vec!["/a".parse().unwrap()]);
                parts.for_each(|part| figures.read(part));
                figures.found()[0]
            };
            let bytes = text.as_bytes();
            prop_assert_eq!(read(&mut std::iter::once(bytes)), read(&mut bytes.chunks(size)));
        }
    }
}
