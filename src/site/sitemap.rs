//! The list of the pages for search engines: <https://www.sitemaps.org/protocol.html>.

use super::Site;
use super::html_text::escaped;
use super::served::Served;

pub(super) const PATH: &str = "/sitemap.xml";

impl Site {
    /// The beginning of the addresses in the list, which are whole. `None`: the settings name none.
    fn address(&self) -> Option<&str> {
        Some(self.facts.links.base_url.as_str()).filter(|address| !address.is_empty())
    }

    /// The address of the list, if there is one.
    pub(super) fn sitemap_address(&self) -> Option<String> {
        Some(format!("{}{PATH}", self.address()?))
    }

    /// The list of the pages that readers find.
    pub(super) fn sitemap(&self) -> Option<&Served> {
        let base_url = self.address()?;
        let found = || self.pages().iter().filter(|(_, entry)| entry.what.concerns(&self.facts.routes));
        let text = || list(base_url, found().map(|(address, _)| address.as_str())).into_bytes();
        Some(self.sitemap.get_or_init(|| Served::new("application/xml; charset=utf-8", text())))
    }
}

fn list<'p>(base_url: &str, pages: impl Iterator<Item = &'p str>) -> String {
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
    let urls = pages.map(|page| format!("<url><loc>{}</loc></url>\n", escaped(&format!("{base_url}{page}"))));
    format!("{head}{}</urlset>\n", urls.collect::<String>())
}
