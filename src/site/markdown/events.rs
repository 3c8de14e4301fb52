//! The events of a document as its page shows them: headings with names, links that lead somewhere,
//! tables for phones, images of known size.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::{Resolve, heading_id};
use crate::site::assets;
use crate::site::html_text::escaped;
use crate::site::tables::Table;

/// Rewrites the events of a document.
pub(super) fn rewritten<'t>(events: &[Event<'t>], resolve: Resolve<'_>) -> Vec<Event<'t>> {
    let mut page = PageEvents {
        resolve,
        written: Vec::with_capacity(events.len()),
        removed_links: 0,
        is_in_image: false,
        table: None,
        headings: BTreeMap::new(),
    };
    for (place, event) in events.iter().enumerate() {
        page.add(event.clone(), &events[place + 1..]);
    }
    page.written
}

struct PageEvents<'t, 'r> {
    resolve: Resolve<'r>,
    written: Vec<Event<'t>>,
    /// Links without a target that have begun and not ended.
    removed_links: usize,
    is_in_image: bool,
    table: Option<Table>,
    /// How many headings had each name.
    headings: BTreeMap<String, usize>,
}

impl<'t> PageEvents<'t, '_> {
    /// Adds an event; `rest` follows it.
    fn add(&mut self, event: Event<'t>, rest: &[Event<'t>]) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => self.written.push(Event::Text(text)),
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let id = Some(self.next_id(rest));
                self.written.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Event::Start(Tag::Table(alignments)) => {
                let table = self.table.insert(Table::of(&alignments, rest));
                let start = Event::Html(table.start().into());
                self.written.extend([start, Event::Start(Tag::Table(alignments))]);
            }
            Event::Start(Tag::TableRow) => {
                self.table.as_mut().into_iter().for_each(Table::next_row);
                self.written.push(Event::Start(Tag::TableRow));
            }
            Event::Start(Tag::TableCell) => {
                let cell = self.next_cell();
                self.written.push(cell);
            }
            Event::End(TagEnd::Table) => {
                self.written.extend([Event::End(TagEnd::Table), Event::Html("</div>".into())]);
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => match (self.resolve)(&dest_url) {
                Some(target) => {
                    let dest_url = target.into();
                    self.written.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
                None => self.removed_links += 1,
            },
            Event::End(TagEnd::Link) if self.removed_links > 0 => self.removed_links -= 1,
            Event::Start(Tag::Image { dest_url, .. }) => {
                let image = image(&(self.resolve)(&dest_url).unwrap_or_default(), rest);
                self.written.push(Event::Html(image.into()));
                self.is_in_image = true;
            }
            Event::End(TagEnd::Image) => self.is_in_image = false,
            _ if self.is_in_image => {}
            other => self.written.push(other),
        }
    }

    /// The id of a heading: its name, with a number if earlier headings have the same.
    fn next_id(&mut self, rest: &[Event<'t>]) -> CowStr<'t> {
        let slug = slug(rest);
        let count = self.headings.entry(slug.clone()).or_insert(0);
        let id = if *count == 0 { slug } else { format!("{slug}-{count}") };
        *count += 1;
        id.into()
    }

    fn next_cell(&mut self) -> Event<'t> {
        match self.table.as_mut().and_then(Table::next_cell) {
            Some((class, title)) => {
                Event::Html(format!("<td{class} data-title=\"{}\">", escaped(title)).into())
            }
            None => Event::Start(Tag::TableCell),
        }
    }
}

/// A figure that is loaded when it comes near, in a place of its size. The events behind its start
/// are its description.
fn image(address: &str, events: &[Event<'_>]) -> String {
    let description = text_of(events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Image))));
    let size = assets::size_of_image(address);
    let size = size.map(|[width, height]| format!(" width=\"{width}\" height=\"{height}\""));
    format!(
        "<img src=\"{}\" alt=\"{}\"{} loading=\"lazy\">",
        escaped(address),
        escaped(&description),
        size.unwrap_or_default()
    )
}

fn text_of<'e>(events: impl Iterator<Item = &'e Event<'e>>) -> String {
    events
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}

/// The name of a heading in addresses, as readers of the repository know it.
fn slug(events: &[Event<'_>]) -> String {
    let of_heading = events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    heading_id(&text_of(of_heading))
}
