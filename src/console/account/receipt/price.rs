//! How a price by figures came about.

use maud::{Markup, html};

use crate::console::numbers::whole;
use crate::console::words::Words;
use crate::domain::price::PriceDetail;

pub(super) fn card(words: Words, price: &PriceDetail) -> Markup {
    let number = |value: i64| whole(words.0, value);
    html! {
        h2.space { (words.how_price_came_about()) }
        section.card.scroll {
            table {
                thead {
                    tr {
                        th { (words.figure()) }
                        th.n { (words.figure_used()) }
                        th.n { (words.credits_head()) }
                        th.n { (words.for_every()) }
                    }
                }
                tbody {
                    @for counted in &price.counts {
                        tr {
                            td data-label=(words.figure()) { code { (counted.of) } }
                            td.n data-label=(words.figure_used()) { (counted.figure.as_deref().unwrap_or("–")) }
                            td.n data-label=(words.credits_head()) { (number(counted.costs.as_i64())) }
                            td.n data-label=(words.for_every()) { (number(i64::from(counted.each))) }
                        }
                    }
                }
            }
            div.body {
                dl.sum {
                    dt { (words.base_price()) } dd { (number(price.base.as_i64())) }
                    dt { (words.base_and_figures()) }
                    dd { (price.computed.map_or_else(|| "–".to_owned(), |sum| number(sum.as_i64()))) }
                    dt { (words.least_price()) } dd { (number(price.min.as_i64())) }
                    dt { (words.most_price()) } dd { (number(price.held.as_i64())) }
                    dt.total { (words.charged()) } dd.total { (number(price.charged.as_i64())) }
                }
                @if let Some(reason) = reason(words, price) { p.muted { (reason) } }
            }
        }
    }
}

/// Why the price is not what the figures come to.
fn reason(words: Words, price: &PriceDetail) -> Option<&'static str> {
    match (price.missing, price.computed) {
        (Some(_), _) => Some(words.price_without_figure()),
        (None, Some(sum)) if sum > price.held => Some(words.price_is_the_most()),
        (None, Some(sum)) if sum < price.min => Some(words.price_is_the_least()),
        (None, _) => None,
    }
}
