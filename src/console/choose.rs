//! The first page: the person's account, or a choice of several.

use maud::html;

use super::call::Call;
use super::error::PageError;
use super::layout::of_person;
use super::page::Reply;
use crate::domain::member::Role;
use crate::storage::identity::memberships;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let identity = call.user()?.identity.id;
    let accounts = memberships::of_identity(call.db().await?, identity).await?;
    if let ([only], false) = (accounts.as_slice(), call.query.has("choose")) {
        return Ok(Reply::SeeOther(format!("/console/{}", only.account_id)));
    }
    let words = call.words();
    let content = html! {
        @if accounts.is_empty() {
            p { (words.no_account()) }
        } @else {
            ul.list.card {
                @for account in &accounts {
                    li {
                        a href={ "/console/" (account.account_id) } { b { (account.account_name) } }
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
