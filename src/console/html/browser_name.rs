//! What people call a browser, from its `User-Agent`.

/// Marks of browsers. Many name others too: the special stand before the general.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];
/// Characters of an unknown browser that are shown.
const MAX_CHARS: usize = 60;

/// `Firefox 131, Windows`, or the beginning of what an unknown browser says of itself.
pub(crate) fn browser_name(agent: &str) -> String {
    let is_safari = agent.contains("Safari/");
    let known = BROWSERS.iter().find_map(|(mark, name)| {
        let version = agent.split_once(mark)?.1.split(|c: char| !c.is_ascii_digit()).next()?;
        (*name != "Safari" || is_safari).then(|| format!("{name} {version}"))
    });
    let Some(known) = known else { return agent.chars().take(MAX_CHARS).collect() };
    match SYSTEMS.iter().find(|(mark, _)| agent.contains(mark)) {
        Some((_, system)) => format!("{}, {system}", known.trim_end()),
        None => known,
    }
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn people_recognise_their_browsers() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                "Chrome 156, Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
                "Firefox 131, Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari 18, macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari 18, iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                "Edge 130, Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
                "Chrome 130, Android",
            ),
        ] {
            assert_eq!(browser_name(agent), name);
        }
    }

    #[test]
    fn an_unknown_browser_is_shown_as_it_names_itself_and_cut() {
        assert_eq!(browser_name("Test browser"), "Test browser");
        assert_eq!(browser_name(""), "");
        assert_eq!(browser_name(&"é".repeat(200)).chars().count(), 60);
    }
}
