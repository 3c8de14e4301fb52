//! Keys, pressed one after the other.

use serde_json::{Value, json};

use super::Browser;

/// What has the focus: its tag and text, and whether a person sees that it has it.
#[derive(Debug)]
pub(crate) struct Focused {
    pub(crate) name: String,
    pub(crate) is_seen: bool,
}

impl Browser {
    /// Presses a key by its name in WebDriver, such as `TAB`.
    pub(crate) async fn press(&self, key: &str) {
        let value = match key {
            "TAB" => "\u{e004}",
            "ENTER" => "\u{e007}",
            "ESCAPE" => "\u{e00c}",
            "SPACE" => " ",
            "ARROW_DOWN" => "\u{e015}",
            "ARROW_UP" => "\u{e013}",
            other => other,
        };
        let keys: Vec<Value> =
            ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": value })).into();
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": keys }] });
        self.driver.post("actions", actions).await;
    }

    /// What has the focus; `None` at the end of the page.
    pub(crate) async fn focused(&self) -> Option<Focused> {
        let script = "
            const one = document.activeElement;
            if (!one || one === document.body) return null;
            const style = getComputedStyle(one);
            const box = one.getBoundingClientRect();
            const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
            return { name: `${one.localName} ${one.textContent.trim().slice(0, 40)}`, isSeen: outlined && box.width > 0 };
        ";
        let found = self.run(script).await;
        let name = found["name"].as_str()?.to_owned();
        Some(Focused { name, is_seen: found["isSeen"] == json!(true) })
    }
}
