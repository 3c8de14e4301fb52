//! Where the console is reached: the beginning of its links, the origin of its forms, and the kind
//! of its cookies.

#[cfg(test)]
mod tests;

use std::iter;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{HeaderMap, Uri, header};

use crate::http::dialect::is_under;
use crate::http::loopback::names_loopback;
use crate::identity::Realm;

impl Realm {
    /// The first page of the console of this realm.
    pub(crate) const fn root(self) -> &'static str {
        match self {
            Self::Console => "/console",
            Self::Operator => "/operator",
        }
    }

    /// The realm of the console to which a path belongs.
    pub(crate) fn of_path(path: &str) -> Self {
        if is_under(path, Self::Operator.root()) { Self::Operator } else { Self::Console }
    }
}

/// The address of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Scheme, host and port, as browsers name an origin.
    origin: String,
    /// Whether the settings name it. Otherwise every name of the loopback interface is accepted.
    is_given: bool,
    /// Whose console it is: it has pages and cookies of its own.
    realm: Realm,
    /// Whether only people on this machine reach it.
    is_local: bool,
}

/// Why a gateway has no console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoConsole {
    #[error(
        "the console needs base_url, the address that people type, unless the gateway listens on loopback"
    )]
    NoAddress,
    #[error("the console needs HTTPS: base_url must begin with https://, or set console.allow_plain_http")]
    PlainHttp,
}

impl Base {
    /// Reads the address from the settings.
    ///
    /// # Errors
    /// Why pages would not be safe there.
    pub fn of(
        base_url: &str,
        listen: SocketAddr,
        has_tls: bool,
        allow_plain_http: bool,
    ) -> Result<Self, NoConsole> {
        if base_url.is_empty() {
            let scheme = if has_tls { "https" } else { "http" };
            return match listen.ip().is_loopback() {
                true => Ok(Self::plain(format!("{scheme}://{listen}"), false, true)),
                false => Err(NoConsole::NoAddress),
            };
        }
        let url: Uri = base_url.parse().map_err(|_| NoConsole::NoAddress)?;
        let (scheme, host) = url.scheme_str().zip(url.authority()).ok_or(NoConsole::NoAddress)?;
        let is_loopback = match url.host().unwrap_or_default().trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => url.host().is_some_and(|host| host.eq_ignore_ascii_case("localhost")),
        };
        if scheme != "https" && !is_loopback && !allow_plain_http {
            return Err(NoConsole::PlainHttp);
        }
        let host = host.as_str().to_ascii_lowercase();
        let host = match scheme {
            "https" => host.strip_suffix(":443").unwrap_or(&host),
            _ => host.strip_suffix(":80").unwrap_or(&host),
        };
        Ok(Self::plain(format!("{scheme}://{host}"), true, is_loopback))
    }

    const fn plain(origin: String, is_given: bool, is_local: bool) -> Self {
        Self { origin, is_given, is_local, realm: Realm::Console }
    }

    /// The same address for the operators' console.
    #[must_use]
    pub fn for_operators(self) -> Self {
        Self { realm: Realm::Operator, ..self }
    }

    pub const fn realm(&self) -> Realm {
        self.realm
    }

    /// The first page of this console.
    pub const fn root(&self) -> &'static str {
        self.realm.root()
    }

    /// A path of this console to go on to, with its query; anything else leads to its first page.
    pub fn safe_path<'p>(&self, whole: &'p str) -> &'p str {
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        let is_plain = |text: &str, others: &[u8]| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
        };
        let is_path = is_under(path, self.root()) && is_plain(path, b"/-_") && !path.contains("//");
        match is_path && path.len() <= 300 {
            true if is_plain(query, b"-_.*=&%+") && query.len() <= 700 => whole,
            true => path,
            false => self.root(),
        }
    }

    /// The page of this console to go on to: that of a path, or where it `has_only_forms` the
    /// nearest one above it.
    pub fn next_page<'p>(&self, whole: &'p str, has_only_forms: fn(&str) -> bool) -> &'p str {
        let whole = self.safe_path(whole);
        let path = whole.split('?').next().unwrap_or_default();
        if !has_only_forms(path) {
            return whole;
        }
        let mut above =
            iter::successors(Some(path), |path| path.rsplit_once('/').map(|(parent, _)| parent)).skip(1);
        above.find(|path| !has_only_forms(path)).filter(|path| !path.is_empty()).unwrap_or(self.root())
    }

    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether only people on this machine reach the console.
    pub const fn is_local(&self) -> bool {
        self.is_local
    }

    /// The whole address of a path, for e-mails and commands.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Whether a form was sent by one of our own pages: by its `Origin`, or where a browser leaves
    /// that out by `Sec-Fetch-Site`. A request with neither is refused.
    pub fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (Some(origin), None) => match origin.to_str() {
                Ok(origin) => self.is_own(origin, headers),
                Err(_) => false,
            },
            (None, _) => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
            (Some(_), Some(_)) => false,
        }
    }

    fn is_own(&self, origin: &str, headers: &HeaderMap) -> bool {
        if self.is_given {
            return origin.eq_ignore_ascii_case(&self.origin);
        }
        // A name that was made to resolve to this machine is not ours.
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let scheme = if self.is_https() { "https" } else { "http" };
        names_loopback(headers)
            && host.is_some_and(|host| origin.eq_ignore_ascii_case(&format!("{scheme}://{host}")))
    }

    /// Whether a request names the host that pages are served on.
    pub fn is_own_host(&self, headers: &HeaderMap) -> bool {
        self.is_given || names_loopback(headers)
    }
}

impl Default for Base {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8000));
        Self::plain(format!("http://{listen}"), false, true)
    }
}
