//! The operators: who may do what. They are added and removed by command, on the host.

use maud::html;

use crate::console::frame::operator_frame::{Head, Place, page, role_name};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::storage::identity::operators;

pub(super) async fn list(call: &mut Call) -> Result<Reply, PageError> {
    let (operators, now) = (operators::list(call.db().await?).await?, call.now());
    let words = call.words();
    let body = html! {
        section.card.scroll {
            table {
                thead { tr { th { (words.name()) } th { (words.role()) } th { (words.second_factor()) } th { (words.op_last_log_in()) } } }
                tbody {
                    @for operator in &operators {
                        tr {
                            td data-label=(words.name()) { div { b { (operator.name) } br; span.muted { (operator.email) } } }
                            td data-label=(words.role()) { (role_name(words, operator.role)) }
                            td data-label=(words.second_factor()) {
                                @if operator.has_second_factor { span.chip.ok { "● " (words.op_set_up()) } } @else { span.chip.warn { "○ " (words.op_not_set_up()) } }
                            }
                            td data-label=(words.op_last_log_in()) {
                                (operator.last_log_in_at.map_or_else(|| words.never().to_owned(), |at| words.ago(at, now)))
                            }
                        }
                    }
                }
            }
        }
        p.muted.space { (words.op_people_how()) }
        pre tabindex="0" { "fluence operator add --email ana@example.com --name Ana --role support\nfluence operator link ana@example.com\nfluence operator remove ana@example.com" }
    };
    let head = Head { title: words.op_people(), lead: Some(words.op_people_lead()), actions: &html! {} };
    page(call, Place::People, head, None, &body)
}
