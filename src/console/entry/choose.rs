//! The first page: the person's account, or a choice of several.

use maud::html;

use crate::console::frame::person_frame::of_person;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::domain::member::Role;
use crate::storage::identity::memberships;

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    chosen(call, "").await
}

/// The keys of the person's account, wherever that is.
pub(crate) async fn keys(call: &mut Call) -> Result<Reply, PageError> {
    chosen(call, "/keys").await
}

/// The credits and the plan of the person's account.
pub(crate) async fn credits(call: &mut Call) -> Result<Reply, PageError> {
    chosen(call, "/credits").await
}

/// Leads to a page of the only account, or to a choice of several.
async fn chosen(call: &mut Call, page: &str) -> Result<Reply, PageError> {
    let identity = call.user()?.identity.id;
    let accounts = memberships::of_identity(call.db().await?, identity).await?;
    if let ([only], false) = (accounts.as_slice(), call.query.has("choose")) {
        return Ok(Reply::SeeOther(format!("/console/{}{page}", only.account_id)));
    }
    let words = call.words();
    let content = html! {
        @if accounts.is_empty() {
            p { (words.no_account()) }
        } @else {
            ul.list.card {
                @for account in &accounts {
                    li {
                        a href={ "/console/" (account.account_id) (page) } { b { (account.account_name) } }
                        span.muted.push {
                            @match account.role { Role::Admin => (words.role_admin()), Role::Member => (words.role_member()) }
                        }
                    }
                }
            }
        }
    };
    of_person(call, words.accounts_title(), &content)
}
