//! The rules of scanners. Each contains the formats with a prefix, including those that are no
//! longer the default: old keys stay valid.

use std::fmt::Write;

use serde_json::json;

use super::Scanner;
use crate::domain::key::{KeyFormat, KeyPrefix};

/// What precedes and follows a key: neither letters nor digits.
const BORDER: &str = r"\b";

/// Whether keys of this format can be distinguished from other texts without their checksum. 40
/// characters without a prefix look like any hash; `fluence leak check` finds them by their
/// checksum.
pub(super) fn has_pattern(format: KeyFormat) -> bool {
    !matches!(format, KeyFormat::Fluence | KeyFormat::Legacy)
}

/// The prefix of each format, without duplicates.
fn prefixes(prefix: &KeyPrefix) -> Vec<String> {
    let formats = KeyFormat::ISSUED.into_iter().filter(|format| has_pattern(*format));
    formats.map(|format| format.whole_prefix(prefix)).collect()
}

fn regex(prefix: &KeyPrefix) -> String {
    let formats = KeyFormat::ISSUED.into_iter().filter(|format| has_pattern(*format));
    let alternatives: Vec<String> = formats
        .map(|format| {
            format!("{}[0-9A-Za-z]{{{}}}", format.whole_prefix(prefix), format.chars_after_prefix())
        })
        .collect();
    format!("{BORDER}(?:{}){BORDER}", alternatives.join("|"))
}

/// The text of the rules.
pub(super) fn rules(scanner: Scanner, prefix: &KeyPrefix) -> String {
    let (regex, keywords) = (regex(prefix), prefixes(prefix));
    let keywords = json!(keywords).to_string();
    match scanner {
        Scanner::Gitleaks => format!(
            "# For .gitleaks.toml.\n[[rules]]\nid = \"{prefix}-api-key\"\ndescription = \"API key of {prefix}\"\n\
             regex = '''{regex}'''\nkeywords = {keywords}\n"
        ),
        Scanner::Trufflehog => format!(
            "# trufflehog filesystem . --config=FILE\ndetectors:\n  - name: {prefix}-api-key\n    keywords: {keywords}\n    \
             regex:\n      key: '{regex}'\n"
        ),
        Scanner::DetectSecrets => python(prefix, &regex),
        Scanner::Secretlint => {
            let rule = json!({
                "id": "@secretlint/secretlint-rule-pattern",
                "options": { "patterns": [{ "name": format!("{prefix} API key"), "patterns": [format!("/{regex}/")] }] },
            });
            let mut text = serde_json::to_string_pretty(&json!({ "rules": [rule] })).unwrap_or_default();
            text.push('\n');
            text
        }
        Scanner::Github => github(prefix),
    }
}

fn python(prefix: &KeyPrefix, regex: &str) -> String {
    format!(
        "# detect-secrets scan --plugin FILE\nimport re\n\nfrom detect_secrets.plugins.base import RegexBasedDetector\n\n\n\
         class ApiKeyDetector(RegexBasedDetector):\n    secret_type = \"{prefix} API key\"\n    \
         denylist = [re.compile(r\"{regex}\")]\n"
    )
}

/// One row for each format. The checksum lets GitHub skip texts that only look like a key.
fn github(prefix: &KeyPrefix) -> String {
    let mut text = String::from("Secret type, regular expression:\n");
    for format in KeyFormat::ISSUED.into_iter().filter(|format| has_pattern(*format)) {
        let (whole, chars) = (format.whole_prefix(prefix), format.chars_after_prefix());
        // A String takes every write.
        let _ = writeln!(text, "{prefix}_{}  {whole}[0-9A-Za-z]{{{chars}}}", format.as_str());
    }
    text.push_str(
        "Checksum: the last six characters are the CRC-32 (IEEE) of all before them, in base62 (0-9, A-Z, a-z), with leading \
         zeros.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scanner_gets_every_prefix() {
        let prefix: KeyPrefix = "acme".parse().unwrap();
        for scanner in [
            Scanner::Gitleaks,
            Scanner::Trufflehog,
            Scanner::DetectSecrets,
            Scanner::Secretlint,
            Scanner::Github,
        ] {
            let rules = rules(scanner, &prefix);
            for text in ["acme_live_[0-9A-Za-z]{40}", "acme_test_", "flz_sk_prod_", "sk_live_"] {
                assert!(rules.contains(text), "{scanner:?}: {rules}");
            }
        }
        assert!(rules(Scanner::Gitleaks, &prefix).parse::<toml::Table>().is_ok());
    }
}
