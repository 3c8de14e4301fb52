//! What a route sets and removes in requests and answers.

use super::*;

#[test]
fn every_fault_of_what_a_route_sets_and_removes_is_reported() {
    for (tables, expected) in [
        (
            "[route.request]\nset = { Cookie = \"a\" }",
            "16: `set` has `Cookie`, which is a header that the gateway writes or withholds itself",
        ),
        ("[route.request]\nset = { Fluence-Plan = \"a\" }", "16: `set` has `Fluence-Plan`"),
        (
            "[route.request]\nset = { Host = \"a\" }",
            "16: `set` has `Host`, which is a header that the gateway writes",
        ),
        ("[route.request]\nset = { X-A = 1 }", "because it is a header"),
        ("[route.request]\nset = { X-A = \"a\", x-a = \"b\" }", "is set or removed twice"),
        ("[route.request]\nset = { X-A = \"a\", x_a = \"b\" }", "is set or removed twice"),
        ("[route.answer]\nremove = [\"X_A\"]\nset = { X-A = \"a\" }", "is set or removed twice"),
        ("[route.answer]\nset = { Idempotent-Replayed = \"true\" }", "`set` has `Idempotent-Replayed`"),
        (
            "[route.request]\nremove = [\"/a\"]\nset = { \"/a\" = 1 }",
            "17: `set` has `/a`, which is set or removed twice",
        ),
        ("[route.request]\nset = { \"/a\" = 1, \"/a/b\" = 2 }", "which is set within another member"),
        ("[route.request]\nset = { \"/\" = 1 }", "which must be a JSON pointer"),
        ("[route.request]\nset = { \"/a\" = [1] }", "must be a text of at most"),
        ("[route.request]\nremove = [\"a b\"]", "16: `remove` has invalid values: value 1 must be a header"),
        ("[route.request]\nwhen = \"/a\"", "16: `when` needs members"),
        ("[route.answer]\nwhen = \"/a\"", "16: unknown field `when`"),
        (
            "[route.request]\nremove = [\"/a\"]\nextra_event = \"/c\"",
            "17: `extra_event` needs members in `set`",
        ),
        (
            "[route.request]\nset = { \"/a\" = 1 }\nextra_event = \"c\"",
            "17: `extra_event` must be a JSON pointer",
        ),
        ("[route.answer]\nextra_event = \"/c\"", "16: unknown field `extra_event`"),
        (
            "body = \"pass\"\n[route.request]\nremove = [\"/a\"]",
            "`request` changes members of the body, so `body` must be \"read\"",
        ),
        (
            "stream = {}\n[route.answer]\nremove = [\"/a\"]",
            "`answer` changes members of the body, so `stream` cannot",
        ),
        ("[route.answer]\nset = { X-Credits-Used = \"0\" }", "16: `set` has `X-Credits-Used`"),
    ] {
        assert_fault("credits = 3", &format!("credits = 3\n{tables}"), expected);
    }
}

#[test]
fn what_a_route_sets_and_removes_is_a_header_or_a_member() {
    let changes = "credits = 3\n[route.request]\nwhen = \"/stream\"\nremove = [\"X-Debug\", \"/user\"]\n\
                   set = { X-Tenant = \"acme\", \"/a\" = true, \"/b\" = 0x10, \"/c\" = 1.5, \"/d\" = \"x\\\"y\" }\n\
                   [route.answer]\nset = { X-By = \"acme\" }";
    let text = SELLER.replacen("credits = 3", changes, 1);
    let set = RouteSet::parse(&text).unwrap();
    let (request, answer) = (&set.forwarded[0].request, &set.forwarded[0].answer);
    assert_eq!(request.headers.set, [("x-tenant".to_owned(), "acme".to_owned())]);
    assert_eq!((&request.headers.remove[..], request.members.remove.len()), (&["x-debug".to_owned()][..], 1));
    let members: Vec<_> =
        request.members.set.iter().map(|(at, value)| (at.to_string(), value.as_str())).collect();
    let expected = [("/a", "true"), ("/b", "16"), ("/c", "1.5"), ("/d", "\"x\\\"y\"")];
    assert_eq!(members, expected.map(|(at, value)| (at.to_owned(), value)));
    assert_eq!(request.members.when.as_ref().map(ToString::to_string).as_deref(), Some("/stream"));
    assert!(answer.members.is_empty() && answer.headers.set[0].0 == "x-by");
}
