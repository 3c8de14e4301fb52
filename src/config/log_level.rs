//! The log levels. The filter's library reads an unknown word as the name of a module and then logs
//! nothing else, so a misspelt level must be found here.

pub(super) const ADVICE: &str = "must be error, warn, info, debug, trace or off, or directives separated by commas, such as \
     info,fluence::request=warn";

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Whether each directive is a level, or a module or span with `=` and a level.
pub(super) fn is_valid(text: &str) -> bool {
    let mut depth = 0_i32;
    let directives = text.split(|c| {
        depth += i32::from(matches!(c, '[' | '{')) - i32::from(matches!(c, ']' | '}'));
        c == ',' && depth == 0
    });
    directives.map(str::trim).all(|directive| {
        let level = match directive.rsplit_once('=') {
            Some((target, level)) if !target.trim().is_empty() => level,
            Some(_) => return false,
            None => directive,
        };
        LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_directives_with_levels_are_valid() {
        for text in [
            "info",
            "WARN",
            "off",
            "info,fluence::request=warn",
            "warn, fluence=debug",
            "fluence::request=info",
            "info,[request{id=\"a,b\"}]=trace",
        ] {
            assert!(is_valid(text), "{text}");
        }
    }

    #[test]
    fn misspelt_levels_and_modules_without_a_level_are_not() {
        for text in
            ["", "infoo", "verbose", "in fo", "info,", "fluence=loud", "info,fluence::gate", "=info", "3"]
        {
            assert!(!is_valid(text), "{text}");
        }
    }
}
