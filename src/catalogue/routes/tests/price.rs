//! What a route costs.

use super::*;

#[test]
fn a_price_that_a_client_can_avoid_by_leaving_is_worth_a_warning() {
    let warnings = |missing: &str, lines: &str| {
        let price = format!(
            "credits = {{ hold = 9, min = 1, missing = \"{missing}\", counts = [{{ of = \"json:/n\", costs = 1 }}] }}\n{lines}"
        );
        RouteSet::parse(&SELLER.replacen("credits = 3\n", &price, 1)).unwrap().warnings()
    };
    let found = warnings("min", "stream = {}\n");
    assert!(
        found.len() == 1 && found[0].starts_with("route image-resize: a client that leaves"),
        "{found:?}"
    );
    let found = warnings("min", "stream = {}\nsettlement = { left = \"finish\" }\n");
    assert!(
        found.len() == 1 && found[0].contains("at most 30 s and 8 MiB; a client that leaves longer ones"),
        "{found:?}"
    );
    let found = warnings("release", "stream = {}\n");
    assert!(found.len() == 1 && found[0].contains("pays nothing"), "{found:?}");
    for (missing, lines) in [("hold", "stream = {}\n"), ("min", "")] {
        assert_eq!(warnings(missing, lines), Vec::<String>::new(), "{missing} {lines}");
    }
}

#[test]
fn an_endpoint_is_sold_once_and_has_a_price() {
    assert!(RouteSet::parse(&format!("{SHIPPED}{SHIPPED}")).is_err());
    let free = SHIPPED.replacen("credits = 2", "credits = 0", 1);
    assert!(messages(&free)[0].contains("`credits` must be a whole number from 1 to 1000000"));
    let dear = SHIPPED.replacen("standard_without_posts = 1", "standard_without_posts = 3", 1);
    assert!(messages(&dear)[0].contains("must not be more than `standard`"));
}

#[test]
fn a_price_by_figures_says_what_it_counts_and_what_it_costs_without() {
    let with = |price: &str| SELLER.replacen("credits = 3", &format!("credits = {{ {price} }}"), 1);
    let set = RouteSet::parse(&with(
        "base = 2, min = 1, hold = 9, missing = \"hold\", counts = [{ of = \"header:X-Used\", each = 1000, costs = 4 }]",
    ))
    .unwrap();
    let price = &set.forwarded[0].price;
    assert_eq!((price.least().as_i64(), price.most().as_i64()), (2, 9));
    let counts = "counts = [{ of = \"header:X-Used\", costs = 1 }]";
    for (price, expected) in [
        ("hold = 9", "`counts` is missing"),
        ("hold = 9, missing = \"min\", counts = []", "`counts` must have at least one"),
        (&format!("missing = \"min\", {counts}"), "`hold` is missing"),
        (&format!("hold = 9, {counts}"), "`missing` must say what a call costs"),
        (&format!("hold = 9, missing = \"free\", {counts}"), "`missing` must be one of"),
        (&format!("hold = 0, missing = \"min\", {counts}"), "`hold` must be a whole number from 1"),
        (&format!("hold = 2, min = 3, missing = \"min\", {counts}"), "`hold` must not be less than `min`"),
        (&format!("hold = 2, base = 3, missing = \"min\", {counts}"), "`hold` must not be less than `base`"),
        ("hold = 9, counts = [{ of = \"bytes\", costs = 1 }]", "`of` must be \"header:NAME\""),
        (
            "hold = 9, counts = [{ of = \"seconds\", each = 0, costs = 1 }]",
            "`each` must be a whole number from 1",
        ),
        ("hold = 9, counts = [{ of = \"seconds\" }]", "`costs` is missing"),
        (
            "hold = 9, counts = [{ of = \"seconds\", each = 999983, costs = 1 }, { of = \"kib:answer\", each = 999979, costs = 1 }]",
            "common multiple",
        ),
        (
            "hold = 9, counts = [{ of = \"seconds\", costs = 1 }], hold_by = { of = \"/x\", costs = 1 }",
            "`of` must be \"request:/POINTER\"",
        ),
        (
            &format!(
                "hold = 9, missing = \"min\", counts = [{}]",
                "{ of = \"seconds\", costs = 1 },".repeat(5)
            ),
            "at most 4",
        ),
    ] {
        let found = messages(&with(price));
        assert!(found.iter().any(|fault| fault.contains(expected)), "{price}: {found:?}");
    }
}
