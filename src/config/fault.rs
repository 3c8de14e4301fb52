//! Faults of the configuration, and the names of settings in them.

/// Prefix of the variables of settings.
pub(super) const PREFIX: &str = "FLUENCE_";
pub(super) const SECRET_SETTINGS: [&str; 5] =
    ["pepper", "previous_pepper", "enrichment.credential", "redis_url", "mail.smtp_url"];
/// Minimum similarity of a name that is suggested.
const MIN_SIMILARITY: f64 = 0.6;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting, as the operator wrote it: a variable, a flag, or a name with its place in a
    /// file.
    pub setting: String,
    /// What to write instead. Never contains the value.
    pub advice: String,
}

impl Fault {
    pub(super) fn new(setting: impl Into<String>, advice: impl ToString) -> Self {
        Self { setting: setting.into(), advice: advice.to_string() }
    }
}

/// Returns the variable of a setting.
pub fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_").to_uppercase())
}

/// Returns the fault of an unknown name, with the most similar known name.
pub(super) fn no_such_setting(setting: String, name: &str, known: impl Iterator<Item = String>) -> Fault {
    let bare = name.strip_prefix(PREFIX).unwrap_or(name);
    let similarity = |other: &str| {
        let other = other.strip_prefix(PREFIX).unwrap_or(other);
        // The most common mistake is to omit the section.
        let is_end = other.strip_suffix(bare).is_some_and(|section| section.ends_with(['_', '.']));
        if is_end { 1.0 } else { strsim::normalized_damerau_levenshtein(bare, other) }
    };
    let nearest = known.map(|other| (similarity(&other), other)).max_by(|a, b| a.0.total_cmp(&b.0));
    let advice = match nearest {
        Some((similarity, meant)) if similarity >= MIN_SIMILARITY => {
            format!("no such setting; did you mean {meant}?")
        }
        _ => "no such setting; `fluence config show --defaults` lists all of them".to_owned(),
    };
    Fault { setting, advice }
}
