//! Markdown as HTML, with its links and headings.

use super::*;
use crate::site::assets;
use crate::site::html_text::escaped;

#[test]
fn markup_in_a_text_is_shown_and_not_interpreted() {
    let html = to_html("a <b>x</b>\n\n<script>alert(1)</script>\n", &|_| None);
    assert!(!html.contains("<b>") && !html.contains("<script"), "{html}");
    assert!(html.contains("&lt;script&gt;"), "{html}");
}

#[test]
fn links_lead_where_they_are_resolved_to_or_are_plain_text() {
    let resolve = |target: &str| (target == "a.md").then(|| "/docs/a".to_owned());
    let html = to_html("[one](a.md) [two](b.md) [three](a.md)", &resolve);
    assert_eq!(html, "<p><a href=\"/docs/a\">one</a> two <a href=\"/docs/a\">three</a></p>\n");
}

#[test]
fn links_of_a_text_lead_elsewhere_and_code_stays() {
    let resolve = |target: &str| target.strip_suffix(".md").map(|name| format!("/docs/{name}.md"));
    let text = "| [one](a.md) |\n|---|\n| `[x](y.md)` [two](../z.toml) |\n\n```\n[c](d.md)\n```\n";
    let led = "| [one](/docs/a.md) |\n|---|\n| `[x](y.md)` two |\n\n```\n[c](d.md)\n```\n";
    assert_eq!(with_links(text, &resolve), led);
}

#[test]
fn a_literal_text_is_read_as_it_was_written() {
    for name in ["Ação & Cia", "AT&T", "A&amp;B", "*Acme* _x_ `y`", "<b>Acme</b> \\ [x](y) | z", "C# & #1;"]
    {
        let text = format!("By {}.", literal(name));
        assert_eq!(to_html(&text, &|_| None), format!("<p>By {}.</p>\n", escaped(name)), "{text}");
    }
    assert_eq!(literal("Ação & Cia"), "Ação & Cia");
}

#[test]
fn the_lead_of_a_text_is_its_first_sentence() {
    assert_eq!(lead_of("# A\n\nSends `x`\nto [b](c.md). More.\n\nLater."), "Sends `x` to b.");
}

#[test]
fn a_figure_has_its_size_and_is_loaded_when_it_comes_near() {
    let resolve = |target: &str| assets::image(target);
    let html = to_html("![Two \"lines\" of `x`](length.svg)", &resolve);
    assert!(html.starts_with("<p><img src=\"/assets/length-"), "{html}");
    let end = " alt=\"Two &quot;lines&quot; of x\" width=\"614\" height=\"403\" loading=\"lazy\"></p>\n";
    assert!(html.ends_with(end), "{html}");
}

#[test]
fn columns_are_aligned_without_a_style_attribute() {
    let html = to_html("|a|b|\n|:--|--:|\n|1|2|\n", &|_| None);
    assert!(html.contains("<td class=\"n\">2</table>") && !html.contains("style="), "{html}");
}

#[test]
fn a_stacked_cell_names_its_column_and_an_empty_one_is_empty() {
    let about = "a sentence that wants a column of its own";
    let html = to_html(&format!("|a|\"b\"|c|\n|--|--:|--|\n|{about}|1|{about}|\n|d|||\n"), &|_| None);
    assert!(html.starts_with("<div class=\"scroll stack\" tabindex=\"0\"><table>"), "{html}");
    let row =
        format!("<td>{about}<td class=\"n\" data-title=\"&quot;b&quot;\">1<td data-title=\"c\">{about}<tr>");
    // Nothing may stand in an empty cell: the style gives it no room.
    assert!(html.contains(&row) && html.contains("<td data-title=\"c\"></table>"), "{html}");
}

#[test]
fn headings_have_names() {
    assert_eq!(
        to_html("## Making `changes` once!", &|_| None),
        "<h2 id=\"making-changes-once\">Making <code>changes</code> once!</h2>\n"
    );
    let twice = to_html("## Added\n\n## Added\n", &|_| None);
    assert_eq!(twice, "<h2 id=\"added\">Added</h2>\n<h2 id=\"added-1\">Added</h2>\n");
}
