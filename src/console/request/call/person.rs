//! Who asks: the person of the session, and the person's place in the account of the page.

use chrono::{DateTime, Utc};

use super::Call;
use crate::clock;
use crate::console::request::cookie::Cookie;
use crate::console::request::current_user::{CurrentUser, rights};
use crate::console::request::error::PageError;
use crate::domain::account::AccountState;
use crate::domain::audit::{Actor, Who};
use crate::domain::ids::AccountId;
use crate::domain::rights::Principal;
use crate::secret::token::Token;
use crate::storage::identity::memberships::{self, Membership};

impl Call {
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

    /// Reads who is logged in.
    pub(in crate::console) async fn identify(&mut self) -> Result<(), PageError> {
        let Some(cookie) = self.session.clone() else { return Ok(()) };
        self.take_permit().await?;
        let times = self.console.settings.session_times();
        let realm = self.console.base.realm();
        let found = CurrentUser::of(&self.console.pool, &cookie, &times).await?;
        // A session of the other console opens nothing here.
        let found = found.filter(|found| found.identity.realm == realm);
        match found {
            Some(half) if half.session.second_factor_due_at.is_some() => self.half = Some(half),
            found => self.user = found,
        }
        if self.user.is_some() || self.half.is_some() {
            self.room = None;
        }
        if let Some(user) = &mut self.user {
            self.frame.theme = self.frame.theme.or(user.identity.theme);
            let of_profile = user.identity.language.filter(|_| !self.has_chosen_language);
            self.frame.language = of_profile.unwrap_or(self.frame.language);
            user.note_language(&self.console.pool, self.frame.language).await?;
        }
        Ok(())
    }

    /// Reads the person's place in the account of the path.
    pub(in crate::console) async fn enter_account(&mut self) -> Result<(), PageError> {
        let account: AccountId = self.param("account")?;
        let identity = self.user()?.identity.id;
        let memberships = memberships::of_identity(self.db().await?, identity).await?;
        self.membership = memberships.into_iter().find(|known| known.account_id == account);
        if self.membership.is_some() { Ok(()) } else { Err(PageError::NotFound) }
    }

    /// Gives this browser the session of a token. Forms of the answer already belong to it.
    pub(in crate::console) fn begin_session(&mut self, token: Token) {
        self.set_cookie(Cookie::Session.set(&self.console.base.clone(), &token.expose()));
        self.form_key = token;
    }
}
