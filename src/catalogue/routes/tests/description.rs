//! What the documentation says of a route.

use super::*;
use crate::domain::forwarding::Translated;

fn route_with(tables: &str) -> ForwardedRoute {
    let set = RouteSet::parse(&format!("{SELLER}{tables}")).unwrap();
    (*set.forwarded[0]).clone()
}

#[test]
fn a_title_is_one_text_or_one_for_each_language() {
    let route = route_with("title = \"Resize\"\nabout = { en = \"Resizes.\", pt = \"Redimensiona.\" }\n");
    assert_eq!(route.title, Some(Translated { en: "Resize", pt: "Resize" }));
    assert_eq!(route.about, Some(Translated { en: "Resizes.", pt: "Redimensiona." }));
}

#[test]
fn an_example_keeps_what_was_written() {
    let route = route_with(
        "[route.example]\npath = { id = \"photo-17\" }\nquery = { fit = \"crop\" }\n\
         body = '{ \"width\": 80, \"b\": {} }'\nanswer = '''\n[1]\n'''\n",
    );
    let example = route.example;
    assert_eq!((example.path["id"].as_str(), example.query["fit"].as_str()), ("photo-17", "crop"));
    assert_eq!(example.body.as_deref(), Some("{ \"width\": 80, \"b\": {} }"));
    assert_eq!(example.answer.as_deref(), Some("[1]"));
}

#[test]
fn every_fault_of_a_description_is_reported() {
    let long = format!("answer = '\"{}\"'", "a".repeat(2_000));
    for (lines, expected) in [
        ("title = { en = \"Resize\" }", "15: `pt` is missing"),
        ("title = { en = \"\", pt = \"a\" }", "15: `en` must be a text of 1 to 80 characters"),
        ("title = 7", "15: `title` must be a text of 1 to 80 characters"),
        (
            "[route.example]\npath = { name = \"a\" }",
            "16: `path` has `name`, which is no parameter of the route's",
        ),
        ("[route.example]\npath = { id = \"a b\" }", "which must consist of letters, digits and"),
        (
            "[route.example]\nquery = { Token = \"a\" }",
            "16: `query` has `Token`. Calls with this parameter are refused",
        ),
        ("[route.example]\nquery = { fit = \"a&b\" }", "which must consist of letters, digits and"),
        ("[route.example]\nquery = { \"a=b\" = \"c\" }", "`a=b`, which is no name of letters"),
        ("[route.example]\nbody = \"{\"", "16: `body` is not JSON: EOF"),
        ("[route.example]\nbody = \"[1]\"", "16: `body` must be a JSON object of at least one member"),
        ("[route.example]\nbody = \"{}\"", "16: `body` must be a JSON object of at least one member"),
        ("[route.example]\nbody = '{\"<b>\": 1}'", "16: `body` must be a JSON object of at least one member"),
        ("[route.example]\nbody = { width = 1 }", "16: `body` must be a text that contains JSON"),
        (&format!("[route.example]\n{long}"), "16: `answer` must have at most 2000 bytes"),
        ("[route.example]\nanswers = \"1\"", "16: unknown field `answers` (did you mean `answer`?)"),
    ] {
        assert_fault("credits = 3", &format!("credits = 3\n{lines}"), expected);
    }
    let text = SELLER.replace("\"POST\"", "\"GET\"") + "[route.example]\nbody = '{\"a\": 1}'\n";
    assert_eq!(messages(&text), ["16: `body` needs a method that sends one: `POST`, `PUT` or `PATCH`"]);
}
