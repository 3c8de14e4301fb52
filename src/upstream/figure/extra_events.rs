//! Events of a stream (`text/event-stream`) that clients do not get: they came because the gateway
//! asked for a figure.

use bytes::{Bytes, BytesMut};
use serde_json::Value;

use super::json::figure_in;
use super::{BYTE_ORDER_MARK, MAX_EVENT_BYTES};
use crate::domain::json_pointer::JsonPointer;

/// Withholds the events that have an empty list at a pointer and, where there are figures to read,
/// one of these. Everything else passes as it came, once its event is whole.
#[derive(Debug)]
pub struct ExtraEvents {
    list: JsonPointer,
    figures: Vec<JsonPointer>,
    /// The event that is not whole yet.
    event: BytesMut,
    /// Whether its beginning was passed on already.
    is_cut: bool,
    /// Whether the last event was withheld.
    is_withheld: bool,
    is_line_empty: bool,
    /// Whether the last byte was a carriage return, whose line feed is no line of its own.
    after_return: bool,
}

impl ExtraEvents {
    pub fn new(list: JsonPointer, figures: Vec<JsonPointer>) -> Self {
        Self {
            list,
            figures,
            event: BytesMut::new(),
            is_cut: false,
            is_withheld: false,
            is_line_empty: true,
            after_return: false,
        }
    }

    /// Takes a part of the stream, which may be cut anywhere, and returns what passes now.
    pub fn pass(&mut self, part: &[u8]) -> Bytes {
        let mut passed = BytesMut::new();
        let (mut begun, mut ends_with_next) = (0, false);
        if self.after_return && self.event.is_empty() && part.first() == Some(&b'\n') {
            // The rest of a line end that the parts were cut in goes where its beginning went.
            passed.extend_from_slice(if self.is_withheld { b"" } else { b"\n" });
            begun = 1;
        }
        for (at, byte) in part.iter().enumerate() {
            let ends_here = self.ends_event(*byte) || ends_with_next;
            ends_with_next = ends_here && *byte == b'\r' && part.get(at + 1) == Some(&b'\n');
            if ends_here && !ends_with_next {
                self.event.extend_from_slice(&part[begun..=at]);
                begun = at + 1;
                self.end_event(&mut passed);
            }
        }
        self.event.extend_from_slice(&part[begun..]);
        if self.event.len() > MAX_EVENT_BYTES {
            (self.is_cut, self.is_withheld) = (true, false);
            passed.unsplit(self.event.split());
        }
        passed.freeze()
    }

    /// The event that the end of the stream cut short.
    pub fn rest(&mut self) -> Bytes {
        self.event.split().freeze()
    }

    /// Whether this byte of the stream ends an event: it ends an empty line.
    fn ends_event(&mut self, byte: u8) -> bool {
        let is_second_of_line_end = byte == b'\n' && self.after_return;
        self.after_return = byte == b'\r';
        if is_second_of_line_end {
            return false;
        }
        let is_line_end = matches!(byte, b'\n' | b'\r');
        std::mem::replace(&mut self.is_line_empty, is_line_end) && is_line_end
    }

    fn end_event(&mut self, passed: &mut BytesMut) {
        let event = self.event.split();
        self.is_withheld = !std::mem::take(&mut self.is_cut) && self.is_extra(&event);
        if !self.is_withheld {
            passed.unsplit(event);
        }
    }

    fn is_extra(&self, event: &[u8]) -> bool {
        let event = event.strip_prefix(BYTE_ORDER_MARK).unwrap_or(event);
        let lines = event.split(|byte| matches!(byte, b'\n' | b'\r'));
        let data: Vec<&[u8]> = lines.filter_map(|line| line.strip_prefix(b"data:")).collect();
        let data = data.join(&b'\n');
        let Ok(value) = serde_json::from_slice::<Value>(&data) else { return false };
        self.list.member_of(&value).and_then(Value::as_array).is_some_and(Vec::is_empty)
            && (self.figures.is_empty()
                || self.figures.iter().any(|figure| figure_in(&data, figure).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORD: &str = "data: {\"choices\":[{\"delta\":\"hi\"}],\"usage\":null}\n\n";
    const USAGE: &str = "data: {\"choices\": [ ],\ndata: \"usage\":{\"total\":7}}\n\n";
    const DONE: &str = "data: [DONE]\n\n";

    fn passed(parts: &[&[u8]]) -> String {
        let mut extra = ExtraEvents::new("/choices".parse().unwrap(), vec!["/usage/total".parse().unwrap()]);
        let mut passed: Vec<u8> = parts.iter().flat_map(|part| extra.pass(part)).collect();
        passed.extend(extra.rest());
        String::from_utf8(passed).unwrap()
    }

    #[test]
    fn the_event_with_the_figure_is_withheld_wherever_the_stream_is_cut() {
        for line_end in ["\n", "\r\n", "\r"] {
            let of = |events: &[&str]| events.concat().replace('\n', line_end);
            let stream = of(&[": hello\n\n", WORD, USAGE, DONE]);
            for cut in 0..=stream.len() {
                let (one, other) = stream.as_bytes().split_at(cut);
                assert_eq!(passed(&[one, other]), of(&[": hello\n\n", WORD, DONE]), "{line_end:?} {cut}");
            }
        }
    }

    #[test]
    fn the_event_after_a_byte_order_mark_is_withheld() {
        assert_eq!(passed(&[format!("\u{feff}{USAGE}{DONE}").as_bytes()]), DONE);
    }

    #[test]
    fn an_event_without_the_figure_or_with_a_choice_passes() {
        for event in [
            "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\n",
            "data: {\"choices\":[],\"usage\":null}\n\n",
            "data: {\"choices\":[1],\"usage\":{\"total\":7}}\n\n",
            "data: {\"choices\":null,\"usage\":{\"total\":7}}\n\n",
            "data: {\"usage\":{\"total\":7}}\n\n",
            "event: end\n\n",
            "data: {\"choices\":[],\"usage\":{\"total\":7}",
        ] {
            assert_eq!(passed(&[event.as_bytes()]), event);
        }
    }

    #[test]
    fn an_event_that_is_too_long_is_passed_on_in_pieces() {
        let long = format!(
            "data: {{\"choices\":[],\"usage\":{{\"total\":7}},\"x\":\"{}\"}}\n\n",
            "x".repeat(300_000)
        );
        let stream = format!("{long}{USAGE}{DONE}");
        let parts: Vec<&[u8]> = stream.as_bytes().chunks(1_000).collect();
        assert_eq!(passed(&parts), format!("{long}{DONE}"));
    }

    proptest! {
        #[test]
        fn without_the_list_all_bytes_pass(parts in prop::collection::vec(prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'd'), any::<u8>()], 0..20), 0..20)) {
            let mut extra = ExtraEvents::new("/choices".parse().unwrap(), Vec::new());
            let mut passed: Vec<u8> = parts.iter().flat_map(|part| extra.pass(part)).collect();
            passed.extend(extra.rest());
            prop_assert_eq!(passed, parts.concat());
        }
    }
}
