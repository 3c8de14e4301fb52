//! One request for a page: who asks, what was sent, and the transaction that it reads or changes
//! in.

mod person;
mod sent_form;
mod transaction;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::base::Base;
use super::cookie::Cookie;
use super::current_user::CurrentUser;
use super::error::PageError;
use super::form::Form;
use super::page::Frame;
use crate::background::sign_up_grants::SignUpGrants;
use crate::console::request::settings::ConsoleSettings;
use crate::console::words::Words;
use crate::domain::ids::CallId;
use crate::domain::key::KeyPrefix;
use crate::domain::language::Language;
use crate::domain::product_name::ProductName;
use crate::http::client_address::{ClientAddress, ClientNetwork};
use crate::http::keyless_bodies::{KeylessBodies, Room};
use crate::http::negotiate::{RenderContext, preferred_language};
use crate::http::public_links::PublicLinks;
use crate::identity::operator::OperatorRole;
use crate::identity::{Realm, Theme};
use crate::management::credits::LedgerDesk;
use crate::secret::password::PasswordHasher;
use crate::secret::peppers::Peppers;
use crate::secret::token::{Token, TokenDigest};
use crate::site::Site;
use crate::storage::identity::memberships::Membership;

/// What pages work with.
#[derive(Clone, Debug)]
pub struct Console {
    pub pool: PgPool,
    pub peppers: Peppers,
    /// The name by which readers know the service.
    pub product: ProductName,
    /// The seller's prefix of new keys.
    pub prefix: KeyPrefix,
    pub settings: ConsoleSettings,
    pub base: Base,
    /// Whether this console takes forms at a path and shows no page there.
    pub has_only_forms: fn(&str) -> bool,
    /// Where account owners log in, if they have a console: the links of e-mails lead there.
    pub owners: Option<Base>,
    pub links: Arc<PublicLinks>,
    /// The folder of messages that any visitor may read: only in a demonstration on this machine.
    pub mailbox: Option<PathBuf>,
    pub hasher: PasswordHasher,
    /// The operations that this gateway offers.
    pub site: Arc<Site>,
    /// What grants the credits of a sign-up.
    pub grants: SignUpGrants,
    /// How many pages may use the database at once.
    pub permits: Arc<Semaphore>,
    /// What forms of unknown senders may take of the memory.
    pub bodies: KeylessBodies,
    /// Where operators move credits: only on the operators' console.
    pub desk: Option<LedgerDesk>,
}

/// The values of a path's parameters, by name.
pub(crate) type PathParams = Vec<(String, String)>;

pub(crate) struct Call {
    pub(crate) console: Arc<Console>,
    pub(crate) frame: Frame,
    /// Whether this browser chose the language of its pages.
    has_chosen_language: bool,
    /// The fields that were sent. Empty for a GET.
    pub(crate) form: Form,
    pub(crate) query: Form,
    pub(crate) address: Option<IpAddr>,
    pub(crate) browser: String,
    /// The cookies of the request that are ours.
    pub(crate) session: Option<Token>,
    /// Names this browser in the sign-up that it began.
    pub(crate) sign_up: Option<Token>,
    /// The address to which this browser asked for a link.
    pub(crate) asked: Option<String>,
    /// Proves that a person has logged in with this browser before.
    pub(crate) known: Option<String>,
    /// The key of this visitor's forms.
    form_key: Token,
    pub(crate) form_digest: Option<TokenDigest>,
    params: PathParams,
    pub(crate) user: Option<CurrentUser>,
    /// A person whose second factor is still to come.
    half: Option<CurrentUser>,
    pub(crate) membership: Option<Membership>,
    /// What the person may do on the operators' console.
    pub(crate) operator: Option<OperatorRole>,
    is_change: bool,
    work: Option<Transaction<'static, Postgres>>,
    /// Memory for the form, until its sender is known.
    room: Option<Room>,
    /// The permit among the pages that use the database.
    permit: Option<OwnedSemaphorePermit>,
    pub(crate) set_cookies: Vec<HeaderValue>,
}

impl Call {
    /// Reads the head of a request.
    pub(crate) async fn of(console: Arc<Console>, parts: &mut Parts) -> Result<Self, PageError> {
        let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| PageError::NotFound)?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self::with_params(console, parts, params)
    }

    /// The same for a request whose path was taken apart before.
    pub(crate) fn with_params(
        console: Arc<Console>,
        parts: &Parts,
        params: PathParams,
    ) -> Result<Self, PageError> {
        let base = &console.base;
        let query = Form::of_query(parts.uri.query());
        let mut set_cookies = Vec::new();
        let asked = Language::from_code(query.text("lang"));
        if let Some(language) = asked {
            set_cookies.extend(Cookie::Language.set(base, language.code()));
        }
        let cookie = |cookie: Cookie| cookie.value(base, &parts.headers);
        let remembered = cookie(Cookie::Language).and_then(|code| Language::from_code(&code));
        let chosen = asked.or(remembered);
        let session = Cookie::Session.token(base, &parts.headers);
        let visit = Cookie::Visit.token(base, &parts.headers);
        let form_key = match session.as_ref().or(visit.as_ref()) {
            Some(token) => token.clone(),
            None => {
                let new = Token::new().map_err(|_| PageError::Internal)?;
                set_cookies.extend(Cookie::Visit.set(base, &new.expose()));
                new
            }
        };
        let context = parts.extensions.get::<RenderContext>();
        let browser = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let frame = Frame {
            language: chosen.or(preferred_language(&parts.headers)).unwrap_or(Language::En),
            theme: cookie(Cookie::Theme).and_then(|name| Theme::from_name(&name)),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            root: base.root(),
            product: console.product.clone(),
            request_id: context.map_or(CallId::from_uuid(uuid::Uuid::nil()), |context| context.request_id),
        };
        Ok(Self {
            frame,
            has_chosen_language: chosen.is_some(),
            form: Form::default(),
            query,
            address: parts.extensions.get().map(|ClientAddress(address)| *address),
            browser: browser.unwrap_or_default().to_owned(),
            session,
            sign_up: Cookie::SignUp.token(base, &parts.headers),
            asked: cookie(Cookie::Asked),
            known: cookie(Cookie::Known),
            form_key,
            form_digest: None,
            params,
            user: None,
            half: None,
            membership: None,
            operator: None,
            is_change: parts.method != "GET" && parts.method != "HEAD",
            work: None,
            room: None,
            permit: None,
            set_cookies,
            console,
        })
    }

    pub(crate) const fn words(&self) -> Words {
        self.frame.words()
    }

    /// The network of the client, as failures are counted by it.
    pub(crate) fn network(&self) -> Option<String> {
        self.address.map(|address| format!("{:?}", ClientNetwork::from(address)))
    }

    /// The name by which the reader knows the service.
    pub(crate) fn product(&self) -> &ProductName {
        &self.console.product
    }

    pub(crate) const fn language(&self) -> Language {
        self.frame.language
    }

    /// Whether the form of this page was sent.
    pub(crate) const fn is_sent(&self) -> bool {
        self.is_change
    }

    /// A part of the path, such as `key` of `/console/{account}/keys/{key}`. One that cannot be
    /// read does not exist.
    pub(crate) fn param<T: std::str::FromStr>(&self, name: &str) -> Result<T, PageError> {
        let found = self.params.iter().find(|(known, _)| known == name);
        found.and_then(|(_, value)| value.parse().ok()).ok_or(PageError::NotFound)
    }

    /// Whether the path has such a part.
    pub(crate) fn has_param(&self, name: &str) -> bool {
        self.params.iter().any(|(known, _)| known == name)
    }

    /// A path of the account of the page.
    pub(crate) fn path(&self, rest: &str) -> Result<String, PageError> {
        let root = if self.is_for_operators() { "/operator/accounts" } else { "/console" };
        Ok(format!("{root}/{}{rest}", self.account_id()?))
    }

    /// Whether this is the operators' console.
    pub(crate) fn is_for_operators(&self) -> bool {
        self.console.base.realm() == Realm::Operator
    }

    /// The path of the request with its query. The page of a form has none.
    pub(crate) fn address_again(&self) -> String {
        let fields = self.query.fields().filter(|(name, _)| *name != "lang");
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let path = &self.frame.path;
        if self.is_sent() || query.is_empty() { path.clone() } else { format!("{path}?{query}") }
    }

    /// A path of this console to go on to; anything else leads to its first page.
    pub(crate) fn safe_path(&self, path: &str) -> String {
        self.console.base.safe_path(path).to_owned()
    }

    /// The page of this console to go on to: that of a path, or the nearest one above it.
    pub(crate) fn next_page(&self, path: &str) -> String {
        self.console.base.next_page(path, self.console.has_only_forms).to_owned()
    }

    /// Sends a cookie along with the answer.
    pub(crate) fn set_cookie(&mut self, cookie: Option<HeaderValue>) {
        self.set_cookies.extend(cookie);
    }
}
