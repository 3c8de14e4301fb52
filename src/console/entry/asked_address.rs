//! The address to which this browser asked for a link. A cookie has it, so that pages can name it
//! whether or not a message went out: nothing stored tells who has an account.

use form_urlencoded::Serializer;

use crate::console::request::call::Call;
use crate::console::request::cookie::Cookie;
use crate::console::request::form::Form;
use crate::domain::text::EmailAddress;

/// What the link is for: a sign-up, or the new address of a person, with the person's id.
const OF: &str = "of";
const ADDRESS: &str = "address";
pub(crate) const SIGN_UP: &str = "sign-up";

/// Keeps the address until the link ends.
pub(crate) fn remember(call: &mut Call, of: &str, address: &EmailAddress) {
    let value =
        Serializer::new(String::new()).append_pair(OF, of).append_pair(ADDRESS, address.as_str()).finish();
    let base = call.console.base.clone();
    call.set_cookie(Cookie::Asked.set(&base, &value));
}

/// The address that was typed for such a link.
pub(crate) fn address(call: &Call, of: &str) -> Option<EmailAddress> {
    let kept = Form::of_query(call.asked.as_deref());
    if kept.text(OF) == of { kept.text(ADDRESS).parse().ok() } else { None }
}
