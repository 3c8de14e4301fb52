//! The frame around the pages of the operators' console.

use maud::{Markup, html};

use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, brand, document, other_language};
use crate::console::words::Words;
use crate::http::dialect::is_under;
use crate::identity::operator::OperatorRole;

/// A place of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Health,
    Accounts,
    Plans,
    Busiest,
    Explain,
    Email,
    Audit,
    People,
}

impl Place {
    const ALL: [Self; 8] = [
        Self::Health,
        Self::Accounts,
        Self::Plans,
        Self::Explain,
        Self::Busiest,
        Self::Email,
        Self::Audit,
        Self::People,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Health => "/operator",
            Self::Accounts => "/operator/accounts",
            Self::Plans => "/operator/plans",
            Self::Busiest => "/operator/busiest",
            Self::Explain => "/operator/explain",
            Self::Email => "/operator/email",
            Self::Audit => "/operator/audit",
            Self::People => "/operator/people",
        }
    }

    /// The place that a path belongs to.
    pub(crate) fn of_path(path: &str) -> Self {
        let is_it = |place: &Self| *place != Self::Health && is_under(path, place.path());
        Self::ALL.into_iter().find(is_it).unwrap_or(Self::Health)
    }

    const fn name(self, words: Words) -> &'static str {
        match self {
            Self::Health => words.op_health(),
            Self::Accounts => words.op_accounts(),
            Self::Plans => words.op_plans(),
            Self::Busiest => words.op_busiest(),
            Self::Explain => words.op_explain(),
            Self::Email => words.op_email(),
            Self::Audit => words.audit_log(),
            Self::People => words.op_people(),
        }
    }

    /// Who may open it.
    const fn role(self) -> OperatorRole {
        match self {
            Self::Accounts | Self::Explain | Self::Email => OperatorRole::Support,
            Self::Health | Self::Plans | Self::Busiest | Self::Audit | Self::People => OperatorRole::Viewer,
        }
    }
}

/// What stands above the content.
pub(crate) struct Head<'h> {
    pub(crate) title: &'h str,
    pub(crate) lead: Option<&'h str>,
    pub(crate) actions: &'h Markup,
}

/// The account that a page is about.
pub(crate) struct OfAccount<'a> {
    pub(crate) name: &'a str,
    /// Links to its pages.
    pub(crate) places: Markup,
    /// What keeps its calls from being answered.
    pub(crate) note: Option<&'static str>,
    pub(crate) is_test: bool,
}

pub(crate) fn page(
    call: &Call,
    here: Place,
    head: Head<'_>,
    account: Option<OfAccount<'_>>,
    content: &Markup,
) -> Result<Reply, PageError> {
    let words = call.words();
    let role = call.operator.ok_or(PageError::LoggedOut)?;
    let body = html! {
        a.skip href="#main" { (words.skip()) }
        div.page.operators {
            header.bar {
                (brand(&call.frame, "/operator"))
                span.chip.warn { (words.op_sign()) }
                span.push {}
                span.wide { (other_language(&call.frame)) }
                (person(call, role)?)
            }
            details.nav {
                summary { (words.menu()) }
                nav aria-label=(words.op_sign()) {
                    @for place in Place::ALL {
                        @if role >= place.role() {
                            a href=(place.path()) aria-current=[(place == here && account.is_none()).then_some("page")] { (place.name(words)) }
                        }
                    }
                    @if let Some(account) = &account {
                        hr;
                        p.of-account { (account.name) }
                        (account.places)
                    }
                }
            }
            main.main #main {
                @if let Some(account) = &account {
                    @if let Some(note) = account.note { p.note { (note) } }
                    @if account.is_test { p.note.info { "▲ " (words.test_place()) } }
                }
                div.head {
                    h1 { (head.title) }
                    span.push {}
                    (head.actions)
                    @if let Some(lead) = head.lead { p { (lead) } }
                }
                (content)
            }
            footer.foot { p { (words.op_foot()) } }
        }
    };
    Ok(Reply::page(document(&call.frame, head.title, &body)))
}

fn person(call: &Call, role: OperatorRole) -> Result<Markup, PageError> {
    let (words, user) = (call.words(), call.user()?);
    Ok(html! {
        details.person {
            summary title=(user.identity.called()) { (user.identity.called()) }
            div.popup {
                span.muted { (role_name(words, role)) }
                span.muted { (user.identity.email) }
                span.narrow { (other_language(&call.frame)) }
                form method="post" action="/operator/log-out" {
                    (call.form_field("/operator/log-out"))
                    button.quiet { (words.log_out()) }
                }
            }
        }
    })
}

pub(crate) const fn role_name(words: Words, role: OperatorRole) -> &'static str {
    match role {
        OperatorRole::Viewer => words.op_role_viewer(),
        OperatorRole::Support => words.op_role_support(),
        OperatorRole::Admin => words.op_role_admin(),
    }
}
