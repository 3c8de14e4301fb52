//! Style, scripts, fonts and figures, under names that change with their content.

use std::sync::LazyLock;

use super::served::Served;

type Asset = (&'static str, Served);

/// Figures of the guides, by their names there, and their widths and heights.
pub(super) const IMAGES: [(&str, [u16; 2]); 4] = [
    ("calibration.svg", [614, 403]),
    ("length.svg", [614, 403]),
    ("usage-light.webp", [1280, 1000]),
    ("statement-dark.webp", [1280, 860]),
];

/// Files of the repository that guides for operators lead to, by their paths there.
const REPOSITORY_FILES: [(&str, &str); 5] = [
    ("examples/sell-an-api/README.md", "sell-an-api.txt"),
    ("examples/sell-a-chat-api/README.md", "sell-a-chat-api.txt"),
    ("config/default.toml", "default.toml"),
    ("deploy/alerts.yml", "alerts.yml"),
    ("deploy/grafana/gateway.json", "gateway.json"),
];

static FILES: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let file = |name, media_type, bytes: &[u8]| (name, Served::new(media_type, bytes.to_vec()));
    let inter = file("inter.woff2", "font/woff2", include_bytes!("../../assets/third-party/inter.woff2"));
    let mono =
        file("plex-mono.woff2", "font/woff2", include_bytes!("../../assets/third-party/plex-mono.woff2"));
    // The order of the layers stands first.
    let shared = include_str!("assets/shared.css")
        .replace("INTER", &address(inter.0, inter.1.digest()))
        .replace("MONO", &address(mono.0, mono.1.digest()));
    let style = |name, own: &str| {
        let whole = format!("@layer tokens, elements, components;\n{shared}{own}");
        file(name, "text/css; charset=utf-8", whole.as_bytes())
    };
    let site = style("site.css", include_str!("assets/site.css"));
    let console = concat!(
        include_str!("assets/console/elements.css"),
        include_str!("assets/console/components.css"),
        include_str!("assets/console/media.css"),
    );
    let console = style("console.css", console);
    let svg = "image/svg+xml";
    let calibration = file("calibration.svg", svg, include_bytes!("../../docs/calibration.svg"));
    let length = file("length.svg", svg, include_bytes!("../../docs/length.svg"));
    let webp = "image/webp";
    let usage = file("usage-light.webp", webp, include_bytes!("../../docs/images/usage-light.webp"));
    let statement =
        file("statement-dark.webp", webp, include_bytes!("../../docs/images/statement-dark.webp"));
    let plain = "text/plain; charset=utf-8";
    let api = file("sell-an-api.txt", plain, include_bytes!("../../examples/sell-an-api/README.md"));
    let chat = file("sell-a-chat-api.txt", plain, include_bytes!("../../examples/sell-a-chat-api/README.md"));
    let settings = file("default.toml", plain, include_bytes!("../../config/default.toml"));
    let alerts = file("alerts.yml", plain, include_bytes!("../../deploy/alerts.yml"));
    let dashboard =
        file("gateway.json", "application/json", include_bytes!("../../deploy/grafana/gateway.json"));
    let icon = file("icon.svg", svg, include_bytes!("assets/icon.svg"));
    let javascript = "text/javascript; charset=utf-8";
    let console_script = file("console.js", javascript, include_bytes!("assets/console.js"));
    let site_script = file("site.js", javascript, include_bytes!("assets/site.js"));
    // Both send calls, in the same way.
    let calls = |name, own: &str| {
        file(name, javascript, format!("{}{own}", include_str!("assets/calls.js")).as_bytes())
    };
    let trial = calls("trial.js", include_str!("assets/trial.js"));
    let playground = calls("playground.js", include_str!("assets/playground.js"));
    vec![
        inter,
        mono,
        site,
        console,
        calibration,
        length,
        usage,
        statement,
        api,
        chat,
        settings,
        alerts,
        dashboard,
        icon,
        console_script,
        site_script,
        trial,
        playground,
    ]
});

/// The address of a file: its name with its digest before the ending.
pub(super) fn address(name: &str, digest: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}-{digest}.{ending}")
}

fn digest_of(name: &'static str) -> &'static str {
    FILES.iter().find(|(known, _)| *known == name).map_or("", |(_, served)| served.digest())
}

/// The address of a figure, by its name in the guides.
pub(super) fn image(name: &str) -> Option<String> {
    IMAGES.iter().find(|(known, _)| *known == name).map(|(known, _)| address_of(known))
}

/// The width and height of the figure at an address.
pub(super) fn size_of_image(address: &str) -> Option<[u16; 2]> {
    IMAGES.iter().find(|(name, _)| address_of(name) == address).map(|(_, size)| *size)
}

/// The address of a file of the repository, by its path there.
pub(super) fn repository_file(path: &str) -> Option<String> {
    REPOSITORY_FILES.iter().find(|(known, _)| *known == path).map(|(_, name)| address_of(name))
}

/// The address of the style.
pub(super) fn style() -> String {
    address_of("site.css")
}

/// The address of a file, by its name.
pub(super) fn address_of(name: &'static str) -> String {
    address(name, digest_of(name))
}

/// The address of the icon.
pub(super) fn icon() -> String {
    address("icon.svg", digest_of("icon.svg"))
}

/// The element that loads a script.
pub(super) fn script(name: &'static str) -> String {
    format!("<script type=\"module\" src=\"{}\"></script>\n", address_of(name))
}

/// The file at an address.
pub(super) fn find(path: &str) -> Option<&'static Served> {
    FILES.iter().find(|(name, served)| address(name, served.digest()) == path).map(|(_, served)| served)
}
