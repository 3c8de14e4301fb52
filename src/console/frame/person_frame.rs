//! The frame around pages of a person, outside of any account.

use maud::{Markup, html};

use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::{Reply, brand, document, other_language};

/// A page of the person, outside of any account.
pub(crate) fn of_person(call: &Call, title: &str, content: &Markup) -> Result<Reply, PageError> {
    let words = call.words();
    let body = html! {
        a.skip href="#main" { (words.skip()) }
        header.bar {
            (brand(&call.frame, words.home_address()))
            a.switcher href="/console" { (words.to_console()) }
            span.push {}
            a.wide href=(words.docs_address()) { (words.docs()) }
            span.wide { (other_language(&call.frame)) }
            (person(call)?)
        }
        main.plain #main { h1 { (title) } (content) }
        footer.foot { p { (words.foot()) } }
    };
    Ok(Reply::page(document(&call.frame, title, &body)))
}

/// The menu of the person.
pub(crate) fn person(call: &Call) -> Result<Markup, PageError> {
    let (words, user) = (call.words(), call.user()?);
    Ok(html! {
        details.person {
            summary title=(user.identity.called()) { (user.identity.called()) }
            div.popup {
                a.narrow href=(words.docs_address()) { (words.docs()) }
                span.narrow { (other_language(&call.frame)) }
                a href="/console/me" { (words.profile()) }
                a href="/console/me/security" { (words.security()) }
                form method="post" action="/console/log-out" {
                    (call.form_field("/console/log-out"))
                    button.quiet { (words.log_out()) }
                }
            }
        }
    })
}
