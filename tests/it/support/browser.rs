//! A headless Chromium, driven through WebDriver: what people and their browsers do with the pages.
//!
//! ```ignore
//! let browser = Browser::start().await;
//! browser.look(Look { width: 360, is_dark: true }).await;
//! browser.open(&format!("{}/docs/", gateway.url())).await;
//! browser.click("a[href='/docs/api']").await;
//! browser.type_into("[type=password]", &key).await;
//! assert_eq!(browser.text("h1").await, "The API");
//! browser.screenshot("docs-api-360-dark").await;
//! assert_eq!(browser.violations().await, "");
//! browser.only_from(&gateway.url()).await;
//! ```

mod axe;
mod driver;
mod keyboard;
mod requests;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::{Value, json};

use self::driver::Driver;

/// Ends a test that would wait for ever; no test passes by it.
const HANG: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) is_dark: bool,
}

impl Look {
    pub(crate) const DESKTOP: Self = Self { width: 1280, is_dark: false };
    pub(crate) const PHONE: Self = Self { width: 360, is_dark: false };

    pub(crate) const fn dark(self) -> Self {
        Self { is_dark: true, ..self }
    }

    /// The end of the name of a screenshot.
    pub(crate) fn name(self) -> String {
        format!("{}-{}", self.width, if self.is_dark { "dark" } else { "light" })
    }
}

/// A browser with one window. It ends with the test.
pub(crate) struct Browser {
    driver: Driver,
    /// Whether new pages begin with axe.
    has_axe: AtomicBool,
}

impl Browser {
    /// A new browser without cookies and cache, 1280 pixels wide, light.
    pub(crate) async fn start() -> Self {
        let browser = Self { driver: Driver::start().await, has_axe: AtomicBool::new(false) };
        // What the browser asked for itself when it started is forgotten.
        browser.open("about:blank").await;
        browser.requests().await;
        browser.look(Look::DESKTOP).await;
        browser
    }

    /// Changes the width of the window and the theme, including those of the open page.
    pub(crate) async fn look(&self, look: Look) {
        let height = if look.width < 600 { 780 } else { 900 };
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": look.width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await;
        // A page is drawn as wide as its window: a scrollbar would cut its right margin off.
        self.cdp("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
        let theme = if look.is_dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Opens an address and waits until it is loaded.
    pub(crate) async fn open(&self, address: &str) {
        self.driver.post("url", json!({ "url": address })).await;
    }

    /// The address of the page.
    pub(crate) async fn address(&self) -> String {
        self.driver.get("url").await.as_str().unwrap().to_owned()
    }

    /// Waits until a click has led to this address.
    pub(crate) async fn arrives(&self, address: &str) {
        let mut at = String::new();
        let waited = tokio::time::timeout(HANG, async {
            loop {
                at = self.address().await;
                if at == address {
                    return;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        if waited.await.is_err() {
            panic!("the page never leads to {address}, but to {at}");
        }
    }

    /// Goes back, as by the browser's own button.
    pub(crate) async fn back(&self) {
        self.driver.post("back", json!({})).await;
    }

    /// Runs the body of a function in the page and returns what it returns; a promise is waited
    /// for.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.run_with(script, json!([])).await
    }

    /// The same with arguments, which the script reads as `arguments`.
    pub(crate) async fn run_with(&self, script: &str, arguments: Value) -> Value {
        self.driver.post("execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.driver.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// Waits for an element that is shown, and returns its reference.
    async fn element(&self, selector: &str) -> String {
        let look =
            "const found = [...document.querySelectorAll(arguments[0])].find((one) => one.checkVisibility());
                    return found ?? null";
        let waited = tokio::time::timeout(HANG, async {
            loop {
                let found = self.run_with(look, json!([selector])).await;
                if let Some(reference) = found.as_object().and_then(|found| found.values().next()) {
                    return reference.as_str().unwrap().to_owned();
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("the page never shows {selector}"))
    }

    /// Clicks the first element that is shown, as a person does: at its middle, where nothing may
    /// cover it.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.driver.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Types into a field.
    pub(crate) async fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.driver.post(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    /// The text of the first element that is shown.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let element = self.element(selector).await;
        self.driver.get(&format!("element/{element}/text")).await.as_str().unwrap().to_owned()
    }

    /// Waits until the text of an element contains this.
    pub(crate) async fn shows(&self, selector: &str, part: &str) {
        let look = "return [...document.querySelectorAll(arguments[0])].find((one) => one.checkVisibility())?.innerText ?? null";
        let mut text = String::new();
        let waited = tokio::time::timeout(HANG, async {
            loop {
                // One look: an element that was found could be gone with its page before its text
                // is read.
                text = self.run_with(look, json!([selector])).await.as_str().unwrap_or_default().to_owned();
                if !text.is_empty() && text.contains(part) {
                    return;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        });
        if waited.await.is_err() {
            panic!("{selector} never shows {part:?}, but {text:?}");
        }
    }

    /// By how many pixels the page is wider than its window.
    pub(crate) async fn overflow(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.run(script).await.as_i64().unwrap()
    }

    /// Keeps a picture of the whole page in `target/screenshots/`, for people to look at.
    pub(crate) async fn screenshot(&self, name: &str) {
        let picture = json!({ "captureBeyondViewport": true, "format": "png" });
        self.capture(picture, &screenshots().join(format!("{name}.png"))).await;
    }

    /// Writes a picture of the upper part of the page into a file: small enough for a repository.
    pub(crate) async fn small_picture(&self, height: u32, file: &Path) {
        let clip = json!({ "x": 0, "y": 0, "width": Look::DESKTOP.width, "height": height, "scale": 1 });
        let picture = json!({ "captureBeyondViewport": true, "format": "webp", "quality": 50, "clip": clip });
        self.capture(picture, file).await;
    }

    async fn capture(&self, picture: Value, file: &Path) {
        let shot = self.cdp("Page.captureScreenshot", picture).await;
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, base64(shot["data"].as_str().unwrap())).unwrap();
    }
}

fn screenshots() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target")).join("screenshots")
}

/// The value of each letter of base64. A table, because pictures have millions of letters.
const VALUES: [u8; 256] = {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < letters.len() {
        values[letters[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// The bytes of a text in base64.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    let letters = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for group in letters.chunks(4) {
        let mut bits = 0_u32;
        for place in 0..4 {
            let value = group.get(place).map_or(0, |letter| VALUES[usize::from(*letter)]);
            assert!(value < 64, "no letter of base64");
            bits = (bits << 6) | u32::from(value);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}

#[test]
fn base64_is_read() {
    for (text, bytes) in [("Zmx1ZW5jZQ==", b"fluence".as_slice()), ("AAH/", &[0, 1, 255]), ("", &[])] {
        assert_eq!(base64(text), bytes);
    }
}
