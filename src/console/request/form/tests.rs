//! Which fields are read, and which bodies are no form.

use super::*;

fn parse(text: &str) -> Result<Form, FormFault> {
    Form::parse(text.as_bytes())
}

#[test]
fn k03_a_field_is_read_once_and_only_if_it_is_known() {
    let form = parse("name=+a%20b+&on=").unwrap();
    assert_eq!((form.text("name"), form.raw("name"), form.text("x")), ("a b", " a b ", ""));
    assert!(form.has("on") && !form.has("off"));
    assert!(form.only(&["name", "on"]).is_ok() && form.only(&["name"]).is_err());
    assert_eq!(parse("role=member&role=admin").err(), Some(FormFault::Fields));
    let many: Vec<String> = (0..65).map(|number| format!("f{number}=")).collect();
    assert_eq!(parse(&many.join("&")).err(), Some(FormFault::TooLarge));
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    for text in ["name=%ed%a0%80", "name=%ff", "name=a%c3", "%ff=a"] {
        assert_eq!(parse(text).err(), Some(FormFault::NotUtf8), "{text}");
        assert!(Form::of_query(Some(text)).is_unreadable(), "{text}");
    }
    assert!(Form::of_query(Some("text=a%00")).is_unreadable());
    assert_eq!(parse("name=%EF%BF%BD%C3%A9&a=1%2B1=2&%25&&b").unwrap().text("name"), "\u{FFFD}é");
    assert_eq!(parse("a=1%2B1=2&&b").unwrap().text("a"), "1+1=2");
}

#[test]
fn a_choice_is_one_that_the_page_offers() {
    let form = parse("mode=live&other=&odd=x").unwrap();
    let mode = |text: &str| (text == "live").then_some(1);
    assert_eq!(form.choice("mode", mode).unwrap(), 1);
    assert_eq!(form.choice_or_none("mode", mode).unwrap(), Some(1));
    assert_eq!(form.choice_or_none("other", mode).unwrap(), None);
    for name in ["odd", "other"] {
        assert!(matches!(form.choice(name, mode), Err(PageError::NotAForm(FormFault::Choice))), "{name}");
    }
    assert!(form.choice_or_none("odd", mode).is_err());
}
