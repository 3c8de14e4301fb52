//! One request for a page: who asks, what was sent, and the transaction that it reads or changes
//! in.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::base::Base;
use super::cookie::Cookie;
use super::current_user::{CurrentUser, rights};
use super::error::PageError;
use super::form::{Form, TOKEN};
use super::form_token;
use super::page::Frame;
use super::settings::ConsoleSettings;
use super::words::Words;
use crate::background::sign_up_grants::SignUpGrants;
use crate::clock;
use crate::domain::account::AccountState;
use crate::domain::audit::{Actor, Who};
use crate::domain::ids::{AccountId, CallId};
use crate::domain::key::KeyPrefix;
use crate::domain::language::Language;
use crate::domain::rights::Principal;
use crate::http::client_address::{ClientAddress, ClientNetwork};
use crate::http::negotiate::{RenderContext, preferred_language};
use crate::http::public_links::PublicLinks;
use crate::identity::operator::OperatorRole;
use crate::identity::{Realm, Theme};
use crate::management::credits::LedgerDesk;
use crate::secret::password::PasswordHasher;
use crate::secret::peppers::Peppers;
use crate::secret::token::{Token, TokenDigest};
use crate::site::Site;
use crate::storage::error::StorageError;
use crate::storage::identity::memberships::{self, Membership};
use crate::storage::identity::spent_forms;
use crate::storage::pages;

/// What pages work with.
#[derive(Clone, Debug)]
pub struct Console {
    pub pool: PgPool,
    pub peppers: Peppers,
    /// The seller's prefix of new keys.
    pub prefix: KeyPrefix,
    pub settings: ConsoleSettings,
    pub base: Base,
    /// Where account owners log in, if they have a console: the links of e-mails lead there.
    pub owners: Option<Base>,
    pub links: Arc<PublicLinks>,
    /// The folder of messages that anybody may read: a demonstration on one's own machine.
    pub mailbox: Option<PathBuf>,
    pub hasher: PasswordHasher,
    /// The operations that this gateway offers.
    pub site: Arc<Site>,
    /// What grants the credits of a sign-up.
    pub grants: SignUpGrants,
    /// How many pages may use the database at once.
    pub places: Arc<Semaphore>,
    /// Where operators move credits: only on the operators' console.
    pub desk: Option<LedgerDesk>,
}

/// How long a page waits for its place.
const PLACE_WAIT: std::time::Duration = std::time::Duration::from_secs(2);

/// The values of a path's parameters, by name.
pub(super) type PathParams = Vec<(String, String)>;

pub(crate) struct Call {
    pub(crate) console: Arc<Console>,
    pub(crate) frame: Frame,
    /// The fields that were sent. Empty for a GET.
    pub(crate) form: Form,
    pub(crate) query: Form,
    pub(crate) address: Option<IpAddr>,
    pub(crate) browser: String,
    /// The cookies of the request that are ours.
    pub(super) session: Option<Token>,
    /// Names this browser in the sign-up that it began.
    pub(super) sign_up: Option<Token>,
    /// Proves that a person has logged in with this browser before.
    pub(super) known: Option<String>,
    /// The key of this visitor's forms.
    form_key: Token,
    pub(super) form_digest: Option<TokenDigest>,
    params: PathParams,
    pub(super) user: Option<CurrentUser>,
    /// A person whose second factor is still to come.
    half: Option<CurrentUser>,
    pub(super) membership: Option<Membership>,
    /// What the person may do on the operators' console.
    pub(super) operator: Option<OperatorRole>,
    is_change: bool,
    work: Option<Transaction<'static, Postgres>>,
    /// The place among the pages that use the database.
    place: Option<OwnedSemaphorePermit>,
    pub(super) set_cookies: Vec<HeaderValue>,
}

impl Call {
    /// Reads the head of a request.
    pub(super) async fn of(console: Arc<Console>, parts: &mut Parts) -> Result<Self, PageError> {
        let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| PageError::NotFound)?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self::with_params(console, parts, params)
    }

    /// The same for a request whose path was taken apart before.
    pub(super) fn with_params(
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
            language: asked.or(remembered).or(preferred_language(&parts.headers)).unwrap_or(Language::En),
            theme: cookie(Cookie::Theme).and_then(|name| Theme::from_name(&name)),
            path: parts.uri.path().to_owned(),
            root: base.root(),
            request_id: context.map_or(CallId::from_uuid(uuid::Uuid::nil()), |context| context.request_id),
        };
        Ok(Self {
            frame,
            form: Form::default(),
            query,
            address: parts.extensions.get().map(|ClientAddress(address)| *address),
            browser: browser.unwrap_or_default().to_owned(),
            session,
            sign_up: Cookie::SignUp.token(base, &parts.headers),
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
            place: None,
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
    pub(super) fn has_param(&self, name: &str) -> bool {
        self.params.iter().any(|(known, _)| known == name)
    }

    /// The person who is logged in.
    pub(crate) fn user(&self) -> Result<&CurrentUser, PageError> {
        self.user.as_ref().ok_or(PageError::LoggedOut)
    }

    /// The person whose second factor is still to come.
    pub(crate) fn half(&self) -> Result<&CurrentUser, PageError> {
        self.half.as_ref().ok_or(PageError::LoggedOut)
    }

    /// The person's place in the account of the page.
    pub(crate) fn membership(&self) -> Result<&Membership, PageError> {
        self.membership.as_ref().ok_or(PageError::NotFound)
    }

    /// Whether the person may change the account: a closed one never changes again.
    pub(crate) fn may_manage(&self) -> bool {
        self.membership().is_ok_and(|own| own.role.may_manage() && own.closed_at.is_none())
    }

    /// Whether calls of the account are answered.
    pub(crate) fn may_call(&self) -> bool {
        let is_active =
            |own: &Membership| own.account_state == AccountState::Active && own.closed_at.is_none();
        self.membership().is_ok_and(is_active)
    }

    pub(crate) fn account_id(&self) -> Result<AccountId, PageError> {
        Ok(self.membership()?.account_id)
    }

    /// The database's time, as of which the page is.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.user.as_ref().map_or_else(clock::now, |user| user.now)
    }

    /// Who changes something, for the rules and the audit log.
    pub(crate) fn by(&self) -> Result<Principal, PageError> {
        // An operator is no member: what operators change is recorded under their own names.
        if self.is_for_operators() {
            return Err(PageError::NotFound);
        }
        let membership = self.membership()?;
        let request_id = Some(self.frame.request_id);
        let who = Who::Member(membership.member_id);
        let actor = Actor { address: self.address, request_id, ..Actor::of(who) };
        Ok(Principal { actor, rights: rights(membership) })
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

    /// The connection of the page: a snapshot for a GET, a change for a POST. It waits for a place
    /// among the pages.
    pub(crate) async fn db(&mut self) -> Result<&mut PgConnection, PageError> {
        if self.work.is_none() {
            self.take_place().await?;
            let (pool, timeout) = (&self.console.pool, self.console.settings.statement_timeout);
            self.work = Some(match self.is_change {
                true => pages::begin_change(pool, timeout).await?,
                false => pages::begin_reading(pool, timeout).await?,
            });
        }
        self.work.as_deref_mut().ok_or(PageError::Internal)
    }

    async fn take_place(&mut self) -> Result<(), PageError> {
        if self.place.is_none() {
            let places = self.console.places.clone();
            let place = tokio::time::timeout(PLACE_WAIT, places.acquire_owned()).await;
            self.place = Some(place.map_err(|_| PageError::Busy)?.map_err(|_| PageError::Busy)?);
        }
        Ok(())
    }

    /// Commits what was changed so far, and gives the place back. A later [`Self::db`] opens
    /// another transaction.
    pub(crate) async fn commit(&mut self) -> Result<(), PageError> {
        if let Some(work) = self.work.take() {
            work.commit().await.map_err(StorageError::from)?;
        }
        self.place = None;
        Ok(())
    }

    /// Takes back what was changed so far: a form with faults changes nothing.
    pub(crate) fn roll_back(&mut self) {
        self.work = None;
    }

    /// Marks the form as sent, in the transaction of what it makes. Of a form that is sent twice,
    /// the second sending leads to what the first made.
    pub(crate) async fn spend(&mut self, leads_to: &str) -> Result<(), PageError> {
        let digest = self.form_digest.ok_or(PageError::NotFromHere)?;
        match spent_forms::spend(self.db().await?, &digest, leads_to).await? {
            None => Ok(()),
            Some(leads_to) => Err(PageError::SentAlready { leads_to }),
        }
    }

    /// The hidden field of a form that is sent to `action`.
    pub(crate) fn form_field(&self, action: &str) -> Markup {
        html! { input type="hidden" name=(TOKEN) value=(self.form_token(action)); }
    }

    /// The token of a form that is sent to `action`.
    pub(crate) fn form_token(&self, action: &str) -> String {
        form_token::make(&self.form_key, action, clock::now())
    }

    /// Checks the hidden field of the form that was sent.
    pub(super) fn check_form(&mut self) -> Result<(), PageError> {
        let checked =
            form_token::check(&self.form_key, &self.frame.path, self.form.text(TOKEN), clock::now());
        self.form_digest = Some(checked.ok_or(PageError::NotFromHere)?);
        Ok(())
    }

    /// Reads who is logged in.
    pub(super) async fn identify(&mut self) -> Result<(), PageError> {
        let Some(cookie) = self.session.clone() else { return Ok(()) };
        self.take_place().await?;
        let times = self.console.settings.session_times();
        let realm = self.console.base.realm();
        let found = CurrentUser::of(&self.console.pool, &cookie, &times).await?;
        // A session of the other console opens nothing here.
        let found = found.filter(|found| found.identity.realm == realm);
        match found {
            Some(half) if half.session.second_factor_due_at.is_some() => self.half = Some(half),
            found => self.user = found,
        }
        if let Some(user) = &self.user {
            self.frame.theme = self.frame.theme.or(user.identity.theme);
        }
        Ok(())
    }

    /// Reads the person's place in the account of the path.
    pub(super) async fn enter_account(&mut self) -> Result<(), PageError> {
        let account: AccountId = self.param("account")?;
        let identity = self.user()?.identity.id;
        let memberships = memberships::of_identity(self.db().await?, identity).await?;
        self.membership = memberships.into_iter().find(|known| known.account_id == account);
        if self.membership.is_some() { Ok(()) } else { Err(PageError::NotFound) }
    }

    /// The path of the request with its query. The page of a form has none.
    pub(super) fn address_again(&self) -> String {
        let fields = self.query.fields().filter(|(name, _)| *name != "lang");
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let path = &self.frame.path;
        if self.is_sent() || query.is_empty() { path.clone() } else { format!("{path}?{query}") }
    }

    /// A path of this console to go on to; anything else leads to its first page.
    pub(super) fn safe_path(&self, path: &str) -> String {
        self.console.base.safe_path(path).to_owned()
    }

    /// Gives this browser the session of a token. Forms of the answer already belong to it.
    pub(super) fn begin_session(&mut self, token: Token) {
        self.set_cookie(Cookie::Session.set(&self.console.base.clone(), &token.expose()));
        self.form_key = token;
    }

    /// Sends a cookie along with the answer.
    pub(crate) fn set_cookie(&mut self, cookie: Option<HeaderValue>) {
        self.set_cookies.extend(cookie);
    }
}
