//! Texts as HTML writes them.

/// A text with the characters that HTML reads as markup written out.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The text that was escaped.
pub(crate) fn unescaped(html: &str) -> String {
    html.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_text_has_no_markup_and_is_read_back() {
        assert_eq!(escaped("<a b=\"c\"> & d"), "&lt;a b=&quot;c&quot;&gt; &amp; d");
        for text in ["", "Ação & Cia", "<b>\"x\"</b>", "&lt;", "&amp;quot;"] {
            assert_eq!(unescaped(&escaped(text)), text);
        }
    }
}
