//! Query parameters in which clients commonly send a key.

const KEY_PARAMETERS: [&str; 6] = ["api_key", "apikey", "key", "token", "access_token", "x-api-key"];

/// Returns the parameter that a name, in any case, is. Requests with one are refused: addresses end
/// up in logs.
pub fn key_parameter(name: &[u8]) -> Option<&'static str> {
    KEY_PARAMETERS.into_iter().find(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_of_a_key_is_known_in_any_case() {
        assert_eq!(key_parameter(b"Access_Token"), Some("access_token"));
        assert_eq!(key_parameter(b"monkey"), None);
    }
}
