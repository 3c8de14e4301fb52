//! axe-core, which finds what keeps people with impairments from using a page.

use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::Browser;

/// Installed by `scripts/need.sh browser`.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{path}: {error}. Run `scripts/need.sh browser`"))
});

const RUN: &str = "
    const options = arguments[0];
    return axe.run(document, options).then(({ violations }) => violations.map(({ id, help, nodes }) =>
        `${id}: ${help}\\n` + nodes.slice(0, 3).map((node) => `  ${node.html.slice(0, 160)}\\n  ${node.failureSummary}`).join('\\n')
    ).join('\\n'));
";

impl Browser {
    /// What axe finds wrong with the page as it is shown: nothing is an empty text.
    pub(crate) async fn violations(&self) -> String {
        let rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        self.axe(json!({ "runOnly": rules, "resultTypes": ["violations"] })).await
    }

    /// The same only for contrast, which is all that another theme can change.
    pub(crate) async fn contrast_violations(&self) -> String {
        let only = json!({ "type": "rule", "values": ["color-contrast"] });
        self.axe(json!({ "runOnly": only, "resultTypes": ["violations"] })).await
    }

    async fn axe(&self, options: Value) -> String {
        // The policy of the page binds the page, not the protocol of the browser.
        if !self.has_axe.swap(true, Ordering::Relaxed) {
            self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": *AXE })).await;
        }
        if self.run("return typeof axe === 'undefined'").await == json!(true) {
            self.cdp("Runtime.evaluate", json!({ "expression": *AXE })).await;
        }
        self.run_with(RUN, json!([options])).await.as_str().unwrap().to_owned()
    }
}
