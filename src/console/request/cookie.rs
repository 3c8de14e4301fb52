//! The cookies of the console: the session, the key of forms before a log-in, the known browser,
//! language and theme.

use axum::http::{HeaderMap, HeaderValue, header};

use super::base::Base;
use crate::identity::Realm;
use crate::secret::token::Token;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    Session,
    /// Keys the forms of a visitor who has not logged in.
    Visit,
    /// A browser in which a sign-up waits for its code.
    SignUp,
    /// The address to which this browser asked for a link.
    Asked,
    /// A browser in which a person has logged in before.
    Known,
    Language,
    Theme,
}

const YEAR_S: u64 = 365 * 86_400;

impl Cookie {
    /// The name. With HTTPS the prefix `__Host-` makes browsers refuse a cookie of another host or
    /// path.
    fn name(self, base: &Base) -> String {
        // Browsers keep cookies by host and not by port: a host may serve both consoles, which
        // share language and theme.
        let of_operators = if base.realm() == Realm::Operator { "-op" } else { "" };
        let (owner, what) = match self {
            Self::Session => (of_operators, ""),
            Self::Visit => (of_operators, "-visit"),
            Self::SignUp => (of_operators, "-sign-up"),
            Self::Asked => (of_operators, "-asked"),
            Self::Known => (of_operators, "-known"),
            Self::Language => ("", "-language"),
            Self::Theme => ("", "-theme"),
        };
        match base.is_https() {
            true => format!("__Host-fluence{owner}{what}"),
            false => format!("fluence{owner}-local{what}"),
        }
    }

    /// Reads the value. A cookie that is sent twice was planted, and is not read.
    pub(crate) fn value(self, base: &Base, headers: &HeaderMap) -> Option<String> {
        let name = self.name(base);
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value.to_owned()),
            _ => None,
        }
    }

    pub(crate) fn token(self, base: &Base, headers: &HeaderMap) -> Option<Token> {
        Token::parse(&self.value(base, headers)?)
    }

    /// The header line that sets the cookie. Values are tokens and names of our own.
    pub(crate) fn set(self, base: &Base, value: &str) -> Option<HeaderValue> {
        let life = match self {
            // They end with the browser's session; the server ends them earlier.
            Self::Session | Self::Visit => String::new(),
            Self::SignUp => "; Max-Age=1800".to_owned(),
            Self::Asked => "; Max-Age=3600".to_owned(),
            Self::Known => "; Max-Age=15552000".to_owned(),
            Self::Language | Self::Theme => format!("; Max-Age={YEAR_S}"),
        };
        let secure = if base.is_https() { "; Secure" } else { "" };
        let name = self.name(base);
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}")).ok()
    }

    /// The header line that deletes the cookie.
    pub(crate) fn delete(self, base: &Base) -> Option<HeaderValue> {
        let secure = if base.is_https() { "; Secure" } else { "" };
        let name = self.name(base);
        HeaderValue::try_from(format!("{name}=; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age=0")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn https() -> Base {
        Base::of("https://api.acme.test", "0.0.0.0:1".parse().unwrap(), false, false).unwrap()
    }

    #[test]
    fn j04_with_https_the_session_belongs_only_to_this_host() {
        let set = Cookie::Session.set(&https(), "v").unwrap();
        assert_eq!(set, "__Host-fluence=v; Path=/; HttpOnly; SameSite=Lax; Secure");
        let set = Cookie::Session.set(&Base::default(), "v").unwrap();
        assert_eq!(set, "fluence-local=v; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_cookie_sent_twice_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; __Host-fluence=x".parse().unwrap());
        assert_eq!(Cookie::Session.value(&https(), &headers).as_deref(), Some("x"));
        assert_eq!(Cookie::Session.value(&Base::default(), &headers), None);
        headers.append(header::COOKIE, "__Host-fluence=y".parse().unwrap());
        assert_eq!(Cookie::Session.value(&https(), &headers), None);
    }
}
