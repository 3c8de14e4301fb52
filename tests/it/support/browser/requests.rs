//! What the browser has sent and reported.

use serde_json::{Value, json};

use super::Browser;

impl Browser {
    /// The addresses of all requests since the last look.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let entries = self.log("performance").await;
        let messages = entries.iter().filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let address = message["params"]["request"]["url"].as_str()?.to_owned();
            (message["method"] == "Network.requestWillBeSent").then_some(address)
        });
        messages.collect()
    }

    /// Fails if a request since the last look left this origin. Returns how many there were.
    #[track_caller]
    pub(crate) fn only_from(&self, origin: &str) -> impl Future<Output = usize> {
        let (place, origin) = (std::panic::Location::caller(), format!("{origin}/"));
        async move {
            let requests = self.requests().await;
            for address in &requests {
                let is_inside =
                    address.starts_with(&origin) || address.starts_with("data:") || address == "about:blank";
                assert!(is_inside, "{place}: a page asked {address}");
            }
            requests.len()
        }
    }

    /// What pages reported in the console of the browser since the last look, violations of the
    /// policy included.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let entries = self.log("browser").await;
        entries.iter().map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.driver.post("se/log", json!({ "type": kind })).await;
        entries.as_array().unwrap().clone()
    }
}
