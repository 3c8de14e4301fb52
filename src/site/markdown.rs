//! Markdown to HTML. Raw HTML in a text is shown and never interpreted.

mod events;
#[cfg(test)]
mod tests;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use self::events::rewritten;
use super::tables::without_end_tags;

/// Where a link of a document leads. `None` removes the link and keeps its text.
pub(super) type Resolve<'r> = &'r dyn Fn(&str) -> Option<String>;

/// The HTML of a document.
pub(super) fn to_html(text: &str, resolve: Resolve<'_>) -> String {
    let events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let mut page = String::with_capacity(text.len() * 2);
    html::push_html(&mut page, rewritten(&events, resolve).into_iter());
    tidied(page)
}

/// The HTML of the library as the pages need it.
fn tidied(page: String) -> String {
    // The policy of the pages forbids styles in attributes; quotation marks of texts are escaped,
    // so this is none of them.
    let page = page
        .replace(" style=\"text-align: right\"", " class=\"n\"")
        .replace(" style=\"text-align: left\"", "");
    // A column without a title has no header, and neither has a table without any.
    let page = page.replace("<th></th>", "<td></td>").replace("<th class=\"n\"></th>", "<td></td>");
    let page = (1..=4).fold(page, |page, columns| {
        page.replace(&format!("<thead><tr>{}</tr></thead>", "<td></td>".repeat(columns)), "")
    });
    let page = without_end_tags(page);
    // A wide block of code scrolls by itself too. Quotation marks and angles of texts are escaped,
    // so no text has this.
    page.replace("<pre>", "<pre tabindex=\"0\">")
}

/// The name of a heading with this text.
pub(super) fn heading_id(text: &str) -> String {
    let text = text.to_lowercase();
    let kept = text.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        other => other.is_alphanumeric().then_some(other),
    });
    kept.collect()
}

/// A document with its links led to where they are resolved to. One that leads nowhere becomes its
/// text.
pub(super) fn with_links(text: &str, resolve: Resolve<'_>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut end = 0;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) = event
        else {
            continue;
        };
        let Some((shown, _)) = text[range.clone()].rsplit_once("](").filter(|_| range.start >= end) else {
            continue;
        };
        written.push_str(&text[end..range.start]);
        match resolve(&dest_url) {
            Some(target) => written.push_str(&format!("{shown}]({target})")),
            None => written.push_str(shown.trim_start_matches('!').trim_start_matches('[')),
        }
        end = range.end;
    }
    written + &text[end..]
}

/// The first sentence below the title of a document, as plain text.
pub(super) fn lead_of(text: &str) -> String {
    let events = Parser::new(without_title(text));
    let paragraph = events.skip_while(|event| !matches!(event, Event::Start(Tag::Paragraph)));
    let mut lead = String::new();
    for event in paragraph.take_while(|event| !matches!(event, Event::End(TagEnd::Paragraph))) {
        match event {
            Event::Text(text) => lead.push_str(&text),
            Event::Code(code) => lead.push_str(&format!("`{code}`")),
            Event::SoftBreak => lead.push(' '),
            _ => {}
        }
    }
    match lead.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => lead,
    }
}

/// A text as a cell of a table, whose bars are letters.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A text in the middle of a line, without the meanings that its characters have in Markdown.
pub(super) fn literal(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for (place, letter) in text.char_indices() {
        let is_next = |next: char| next.is_ascii_alphanumeric() || next == '#';
        let begins_entity = letter == '&' && text[place + 1..].starts_with(is_next);
        if begins_entity || "\\`*_[]<>|".contains(letter) {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}

/// The title of a document: its first heading.
pub(super) fn title_of(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
}

/// A document without its first heading.
pub(super) fn without_title(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}
