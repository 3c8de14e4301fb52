//! Names of members as readers of JSON compare them. Several take a name in any letter case for the
//! same, and of two such members the last one: encoding/json of Go is one.

/// Whether a reader that ignores letter case takes both names for the same.
pub(super) fn are_same_in_any_case(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// Lowercase first: `ẞ` is then `SS` as `ß` is, and the Kelvin sign `K` as `k` is.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_their_letters() {
        for other in ["max_tokens", "MAX_TOKENS", "Max_Tokens", "max_to\u{212a}ens", "max_token\u{17f}"] {
            assert!(are_same_in_any_case("max_tokens", other), "{other}");
        }
        for other in ["", "max_token", "max_tokens_", "max-tokens", "máx_tokens"] {
            assert!(!are_same_in_any_case("max_tokens", other), "{other}");
        }
        for (one, other) in [("ação", "AÇÃO"), ("straße", "STRASSE"), ("λόγος", "ΛΌΓΟΣ"), ("\u{2126}", "ω")]
        {
            assert!(are_same_in_any_case(one, other), "{one} {other}");
        }
    }
}
