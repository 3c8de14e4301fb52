//! The price of a route of the seller.

use toml::de::DeValue;

use super::credits;
use crate::catalogue::document::{Fields, integer, parsed, word_of};
use crate::domain::credits::Credits;
use crate::domain::figure::FigureSource;
use crate::domain::json_pointer::{JsonPointer, JsonPointerError};
use crate::domain::price::{Count, CountedPrice, HoldBy, MAX_COMMON_MULTIPLE, RoutePrice, WhenMissing};

/// Most figures that a price is made of.
const MAX_COUNTS: usize = 4;
const MAX_EACH: i64 = 1_000_000;

/// One price, or one by figures.
pub(super) fn price(fields: &mut Fields<'_>) -> Option<RoutePrice> {
    if !fields.is_table("credits") {
        return fields.required("credits", credits(0)).map(RoutePrice::Flat);
    }
    fields.table("credits", counted).map(RoutePrice::Counted)
}

fn counted(fields: &mut Fields<'_>) -> Option<CountedPrice> {
    let base = fields.optional("base", credits(0)).unwrap_or(Credits::ZERO);
    let counts = fields.tables("counts", MAX_COUNTS, count);
    if !fields.has("counts") {
        fields.fault("counts", "is missing: a price by figures has one to four of them");
    } else if fields.is_empty_list("counts") {
        fields.fault("counts", "must have at least one figure");
    }
    let min = fields.optional("min", credits(0)).unwrap_or(Credits::ZERO);
    let hold = fields.required("hold", credits(1));
    let hold_by = fields.table("hold_by", hold_by);
    let missing = fields.optional("missing", word_of(&WhenMissing::ALL.map(|rule| (rule.as_str(), rule))));
    let price = CountedPrice {
        base,
        counts,
        min,
        hold: hold?,
        hold_by,
        missing: missing.unwrap_or(WhenMissing::Min),
    };
    for (name, least) in [("min", min), ("base", base)] {
        if least > price.hold {
            fields.fault("hold", format_args!("must not be less than `{name}`"));
        }
    }
    if price.has_reported() && missing.is_none() && !fields.has("missing") {
        fields.fault(
            "missing",
            "must say what a call costs whose answer has no figure: \"min\", \"hold\" or \"release\"",
        );
    }
    if price.common_multiple().is_none() {
        let reason =
            format_args!("have values of `each` whose common multiple is more than {MAX_COMMON_MULTIPLE}");
        fields.fault("counts", reason);
    }
    Some(price)
}

fn count(fields: &mut Fields<'_>) -> Option<Count> {
    let of = fields.required("of", parsed::<FigureSource>);
    let each = fields.optional("each", integer(1..=MAX_EACH)).unwrap_or(1);
    let costs = fields.required("costs", credits(0));
    Some(Count { of: of?, each, costs: costs? })
}

fn hold_by(fields: &mut Fields<'_>) -> Option<HoldBy> {
    let of =
        fields.required("of", |value: &DeValue<'_>| parsed::<RequestMember>(value).map(|member| member.0));
    let each = fields.optional("each", integer(1..=MAX_EACH)).unwrap_or(1);
    let costs = fields.required("costs", credits(0));
    let plus = fields.optional("plus", credits(0)).unwrap_or(Credits::ZERO);
    Some(HoldBy { of: of?, each, costs: costs?, plus })
}

/// A member of the request's JSON, as `request:/max_tokens`.
struct RequestMember(JsonPointer);

impl std::str::FromStr for RequestMember {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let pointer = text.strip_prefix("request:").ok_or("must be \"request:/POINTER\"")?;
        pointer.parse().map(Self).map_err(|error: JsonPointerError| error.to_string())
    }
}
