//! The `[leaks]` settings.

use hyper::Uri;
use serde::{Deserialize, Serialize};

use crate::domain::key::leak::OnLeak;
use crate::outbound::address::AddressPolicy;
use crate::outbound::url::{UrlFault, literal_address, parse_url};

/// Reports of leaked keys.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LeakSettings {
    /// Whether holders of a key may report it.
    pub reports: bool,
    pub on_leak: OnLeak,
    /// Whether GitHub's reports are taken.
    pub github: bool,
    pub github_keys_url: String,
    /// Read in place of the URL. Empty: the URL.
    pub github_keys_file: String,
    pub github_token_type: String,
}

impl LeakSettings {
    /// The URL of GitHub's public keys, and which addresses it may lead to: public ones, or the
    /// loopback address that it states.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn keys_url(&self) -> Result<(Uri, AddressPolicy), UrlFault> {
        let loopback = |url: Uri| literal_address(&url).is_some_and(|address| address.is_loopback());
        let reach = AddressPolicy::allowing_private(self.github_keys_url.parse().is_ok_and(loopback));
        Ok((parse_url(&self.github_keys_url, reach)?, reach))
    }
}
