//! Prices against rational arithmetic of their own.

use proptest::prelude::*;

use super::*;
use crate::figure::MICROS;

fn count(each: u32, costs: u32) -> Count {
    let of = "json:/usage/tokens".parse().unwrap();
    Count { of, each, costs: Credits::from_u32(costs) }
}

fn price(base: u32, counts: Vec<Count>, min: u32, hold: u32) -> CountedPrice {
    let [base, min, hold] = [base, min, hold].map(Credits::from_u32);
    CountedPrice { base, counts, min, hold, hold_by: None, missing: WhenMissing::Min }
}

fn figure(text: &str) -> Option<Figure> {
    Some(Figure::parse(text).unwrap())
}

#[test]
fn an_answer_that_was_left_costs_at_least_what_its_known_figures_come_to() {
    let mut tokens = price(1, vec![count(1, 1), count(1, 2)], 3, 200);
    for (first, second, charged) in
        [(Some("9"), None, 10), (None, Some("9"), 19), (None, None, 3), (Some("1"), None, 3)]
    {
        let figures = [first, second].map(|text| text.and_then(figure));
        assert_eq!(tokens.charge_so_far(&figures, tokens.hold).charged.as_i64(), charged);
        assert_eq!(tokens.charge(&figures, tokens.hold).charged.as_i64(), 3);
    }
    let figures = [figure("500"), None];
    assert_eq!(tokens.charge_so_far(&figures, Credits::from_u32(20)).charged.as_i64(), 20);
    for (missing, charged) in [(WhenMissing::Hold, 200), (WhenMissing::Release, 0)] {
        tokens.missing = missing;
        assert_eq!(tokens.charge_so_far(&figures, tokens.hold).charged.as_i64(), charged);
    }
}

#[test]
fn tokens_are_charged_by_the_thousand_and_rounded_up_once() {
    let tokens = price(0, vec![count(1_000, 1), count(1_000, 4)], 1, 200);
    let held = tokens.hold;
    for (prompt, completion, charged) in [
        ("0", "0", 1),
        ("1", "0", 1),
        ("1000", "0", 1),
        ("1001", "0", 2),
        ("500", "125", 1),
        ("500", "126", 2),
        ("10000", "10000", 50),
        ("1000000", "1000000", 200),
    ] {
        let detail = tokens.charge(&[figure(prompt), figure(completion)], held);
        assert_eq!(detail.charged.as_i64(), charged, "{prompt} and {completion}");
    }
    assert!(tokens.charge(&[figure("1000000"), figure("0")], held).is_over_hold());
    assert!(!tokens.charge(&[figure("200000"), figure("0")], held).is_over_hold());
}

#[test]
fn a_missing_figure_costs_what_the_route_says_and_zero_is_not_missing() {
    let tokens = |missing| CountedPrice { missing, ..price(2, vec![count(1, 1), count(1, 1)], 5, 90) };
    let held = Credits::from_u32(40);
    for (missing, charged) in [(WhenMissing::Min, 5), (WhenMissing::Hold, 40), (WhenMissing::Release, 0)] {
        let detail = tokens(missing).charge(&[figure("7"), None], held);
        assert_eq!(
            (detail.charged.as_i64(), detail.missing, detail.computed),
            (charged, Some(missing), None)
        );
        let detail = tokens(missing).charge(&[figure("0"), figure("0")], held);
        assert_eq!((detail.charged.as_i64(), detail.missing), (5, None));
    }
}

#[test]
fn a_request_that_says_how_much_it_may_need_has_less_held() {
    let by = HoldBy {
        of: "/max_tokens".parse().unwrap(),
        each: 1_000,
        costs: Credits::from_u32(4),
        plus: Credits::from_u32(10),
    };
    let chat = CountedPrice { hold_by: Some(by), ..price(0, vec![count(1_000, 4)], 1, 200) };
    let held =
        [None, figure("0"), figure("1"), figure("1000"), figure("999999999")].map(|f| chat.held(f).as_i64());
    assert_eq!(held, [200, 10, 11, 14, 200]);
    assert_eq!(CountedPrice { hold_by: None, ..chat }.held(figure("1")).as_i64(), 200);
}

#[test]
fn divisors_without_a_small_common_multiple_are_found() {
    assert_eq!(price(0, vec![count(1_000, 1), count(1_024, 1)], 0, 1).common_multiple(), Some(128_000));
    assert_eq!(price(0, vec![count(999_983, 1), count(999_979, 1)], 0, 1).common_multiple(), None);
}

/// The price by fractions that are added one by one, each reduced.
fn by_fractions(price: &CountedPrice, figures: &[Figure]) -> u128 {
    let number = |credits: Credits| u128::try_from(credits.as_i64()).unwrap();
    let (mut above, mut below) = (number(price.base), 1_u128);
    for (count, figure) in price.counts.iter().zip(figures) {
        let (part, of) = (figure.micros() * number(count.costs), u128::from(count.each) * MICROS);
        let divisor = gcd_of(part.max(1), of);
        let (part, of) = if part == 0 { (0, 1) } else { (part / divisor, of / divisor) };
        let common = below / gcd_of(below, of) * of;
        above = above * (common / below) + part * (common / of);
        below = common;
        let divisor = gcd_of(above.max(1), below);
        (above, below) = if above == 0 { (0, 1) } else { (above / divisor, below / divisor) };
    }
    above.div_ceil(below).max(number(price.min)).min(number(price.hold))
}

fn gcd_of(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd_of(b, a % b) }
}

fn prices() -> impl Strategy<Value = CountedPrice> {
    let each = prop_oneof![Just(1_u32), Just(1_000), Just(1_024), Just(60), 1_u32..=1_000];
    let counts =
        prop::collection::vec((each, 0_u32..=1_000_000).prop_map(|(each, costs)| count(each, costs)), 0..=4);
    (0_u32..=1_000, counts, 0_u32..=100, 1_u32..=1_000_000)
        .prop_map(|(base, counts, min, hold)| price(base, counts, min.min(hold), hold))
        .prop_filter("the multiple is small", |price| price.common_multiple().is_some())
}

fn figures() -> impl Strategy<Value = Vec<Figure>> {
    let any = prop_oneof![
        (0_u64..=2_000).prop_map(Figure::whole),
        (0_u64..=10_000_000).prop_map(|micros| Figure::parse(&format!("{micros}e-6")).unwrap()),
        Just(Figure::MAX),
    ];
    prop::collection::vec(any, 4)
}

proptest! {
    #[test]
    fn the_price_is_that_of_exact_fractions_and_stays_within_its_bounds(price in prices(), figures in figures()) {
        let given: Vec<_> = figures.iter().copied().map(Some).collect();
        let charged = price.charge(&given, price.hold).charged;
        prop_assert!(charged <= price.hold && charged >= price.min);
        prop_assert_eq!(u128::try_from(charged.as_i64()).unwrap(), by_fractions(&price, &figures));
    }

    #[test]
    fn more_of_anything_never_costs_less(price in prices(), figures in figures(), at in 0_usize..4, more in 0_u64..1_000) {
        let given: Vec<_> = figures.iter().copied().map(Some).collect();
        let mut larger = given.clone();
        larger[at] = larger[at].map(|figure| figure.max(Figure::whole(more)));
        prop_assert!(price.charge(&larger, price.hold).charged >= price.charge(&given, price.hold).charged);
    }

    #[test]
    fn nothing_costs_more_than_what_is_held(
        price in prices(), figures in prop::collection::vec(prop::option::of(0_u64..10_000), 4), held in 1_u32..1_000
    ) {
        let given: Vec<_> = figures.into_iter().map(|figure| figure.map(Figure::whole)).collect();
        let held = Credits::from_u32(held);
        prop_assert!(price.charge(&given, held).charged <= held);
        prop_assert!(price.held(given[0]) <= price.hold);
    }
}
