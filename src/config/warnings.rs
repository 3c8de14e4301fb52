//! Valid settings that an operator should look at.

use secrecy::ExposeSecret;

use super::Settings;
use crate::console::settings::SignUp;
use crate::domain::network::Network;
use crate::domain::placeholder::is_placeholder;

impl Settings {
    /// One sentence for each warning.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let placeholders = self.placeholders();
        if !placeholders.is_empty() && !self.listen.ip().is_loopback() {
            warnings.push(format!("messages omit placeholder addresses; set {}", placeholders.join(", ")));
        }
        if self.server.trusted_proxies.iter().any(Network::is_everything) {
            warnings.push(
                "server.trusted_proxies includes every address, so any client can fake its address; list only the networks \
                 of the proxies"
                    .to_owned(),
            );
        }
        if self.console.sign_up == SignUp::Open
            && self.mail.smtp_url.expose_secret().is_empty()
            && matches!(self.console_base(self.listen), Ok(Some(base)) if !base.is_local())
        {
            warnings.push(
                "console.sign_up is open without a mail server: set mail.smtp_url, or the links of sign-ups stay in data_dir"
                    .to_owned(),
            );
        }
        if let Err(error) = self.console_base(self.listen) {
            warnings.push(format!("there is no console: {error}; or set console.enabled to false"));
        }
        warnings
    }

    /// The settings that are still placeholders where clients expect an address.
    pub fn placeholders(&self) -> Vec<&'static str> {
        let addresses = [
            ("support_contact", &self.support_contact),
            ("upgrade_url", &self.upgrade_url),
            ("docs_url", &self.docs_url),
        ];
        // Without addresses of pages the gateway's own explain the errors and the prices.
        let is_missing = |(name, address): &(&str, &String)| {
            is_placeholder(address) && (*name == "support_contact" || !address.is_empty())
        };
        addresses.into_iter().filter(is_missing).map(|(name, _)| name).collect()
    }
}
