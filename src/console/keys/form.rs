//! The form of a key's terms, the same for making and for changing one.

use chrono::{DateTime, Days, Utc};
use maud::{Markup, html};

use super::parts::scope_text;
use crate::console::call::Call;
use crate::console::field::{Faults, Field, Input};
use crate::console::form::Form;
use crate::console::numbers::last_day;
use crate::console::words::Words;
use crate::domain::account::EnvironmentView;
use crate::domain::amount::Amount;
use crate::domain::credits::Credits;
use crate::domain::instant::{end_of, parse_day};
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::{FormatChoice, Mode, Scope};
use crate::domain::named_enum::named_enum;
use crate::domain::origin::{MAX_NETWORKS, MAX_REGIONS, Origin};
use crate::domain::text::Name;

/// The fields of the form.
pub(super) const FIELDS: [&str; 11] = [
    "name",
    "environment",
    "format",
    "scope_read",
    "scope_invoke",
    "scope_manage",
    "expires_on",
    "daily_cap",
    "monthly_cap",
    "networks",
    "regions",
];

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) environment: String,
    pub(super) format: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) expires_on: String,
    pub(super) daily_cap: String,
    pub(super) monthly_cap: String,
    pub(super) networks: String,
    pub(super) regions: String,
}

named_enum! {
    /// What a new key is for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Preset {
        Server = "server",
        Test = "test",
        Read = "read",
    }
}

const fn box_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "scope_read",
        Scope::Invoke => "scope_invoke",
        Scope::Manage => "scope_manage",
    }
}

impl Typed {
    /// A new key after a preset.
    pub(super) fn preset(preset: Preset, environments: &[EnvironmentView], now: DateTime<Utc>) -> Self {
        let (mode, days) = match preset {
            Preset::Test => (Mode::Test, 90),
            Preset::Server | Preset::Read => (Mode::Live, 365),
        };
        let environment = environments.iter().find(|known| known.mode == mode).or(environments.first());
        let ends = now.date_naive().checked_add_days(Days::new(days));
        Self {
            environment: environment.map(|known| known.name.clone()).unwrap_or_default(),
            scopes: if preset == Preset::Read { vec![Scope::Read] } else { Scope::DEFAULT.to_vec() },
            expires_on: ends.map(|day| day.to_string()).unwrap_or_default(),
            format: FormatChoice::PREFIXED.to_owned(),
            ..Self::default()
        }
    }

    /// The terms of a key that exists.
    pub(super) fn of(terms: &KeyTerms, environment: &str) -> Self {
        let lines = |items: Vec<String>| items.join("\n");
        let cap = |cap: Option<Credits>| cap.map(|cap| cap.to_string()).unwrap_or_default();
        Self {
            name: terms.name.clone(),
            environment: environment.to_owned(),
            format: FormatChoice::PREFIXED.to_owned(),
            scopes: terms.scopes.clone(),
            expires_on: terms.expires_at.map(last_day).map(|day| day.to_string()).unwrap_or_default(),
            daily_cap: cap(terms.daily_cap),
            monthly_cap: cap(terms.monthly_cap),
            networks: lines(terms.origin.networks.iter().map(ToString::to_string).collect()),
            regions: lines(terms.origin.regions.iter().map(ToString::to_string).collect()),
        }
    }

    pub(super) fn sent(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            name: text("name"),
            environment: text("environment"),
            format: text("format"),
            scopes: Scope::ALL.into_iter().filter(|scope| form.has(box_of(*scope))).collect(),
            expires_on: text("expires_on"),
            daily_cap: text("daily_cap"),
            monthly_cap: text("monthly_cap"),
            networks: text("networks"),
            regions: text("regions"),
        }
    }

    /// Reads the terms. `before` are those of a key that is changed: an end that is kept may be of
    /// any hour.
    pub(super) fn read(
        &self,
        words: Words,
        now: DateTime<Utc>,
        before: Option<&KeyTerms>,
        faults: &mut Faults,
    ) -> Option<KeyTerms> {
        let name: Option<Name> = faults.read(words, ("name", words.name()), &self.name);
        if self.scopes.is_empty() {
            faults.add(("scope_read", words.scopes()), words.scopes_needed());
        }
        let expires_at = self.expires_at(words, now, before, faults);
        let daily_cap = cap(words, ("daily_cap", words.daily_cap()), &self.daily_cap, faults);
        let monthly_cap = cap(words, ("monthly_cap", words.monthly_cap()), &self.monthly_cap, faults);
        let networks = lines(words, &self.networks, MAX_NETWORKS, Words::not_a_network);
        let networks = faults.none_or(("networks", words.networks()), networks);
        let regions = lines(words, &self.regions, MAX_REGIONS, Words::not_a_region);
        let regions = faults.none_or(("regions", words.regions()), regions);
        let name = name.filter(|_| faults.is_empty())?.into_string();
        let origin = Origin { regions, networks };
        Some(KeyTerms { name, scopes: self.scopes.clone(), origin, expires_at, daily_cap, monthly_cap })
    }

    /// The end of the last day. An end that was not touched stays as it is.
    fn expires_at(
        &self,
        words: Words,
        now: DateTime<Utc>,
        before: Option<&KeyTerms>,
        faults: &mut Faults,
    ) -> Option<DateTime<Utc>> {
        let old = before.and_then(|terms| terms.expires_at);
        if self.expires_on.is_empty() {
            return None;
        }
        if let Some(old) = old.filter(|old| last_day(*old).to_string() == self.expires_on) {
            return Some(old);
        }
        let end = parse_day(&self.expires_on).and_then(end_of).filter(|end| *end > now);
        if end.is_none() {
            faults.add(("expires_on", words.expires_on()), words.not_a_day());
        }
        end
    }

    /// The fields, in their order.
    pub(super) fn show(
        &self,
        call: &Call,
        environments: Option<&[EnvironmentView]>,
        faults: &Faults,
    ) -> Markup {
        let words = call.words();
        let number =
            |name, label, value| Input { kind: "text", ..Input::text(name, label, value) }.optional();
        html! {
            (Input::text("name", words.name(), &self.name).hint(words.key_name_hint()).show(words, faults))
            @if let Some(environments) = environments { (self.place(words, environments, faults)) }
            fieldset.choices #scope_read aria-describedby=[faults.described("scope_read", false)] {
                legend { (words.scopes()) }
                (faults.at("scope_read"))
                @for scope in Scope::ALL {
                    label.row {
                        input type="checkbox" name=(box_of(scope)) checked[self.scopes.contains(&scope)];
                        span { (scope_text(words, scope)) }
                    }
                }
            }
            (Input { kind: "date", ..Input::text("expires_on", words.expires_on(), &self.expires_on) }
                .optional().hint(words.expires_hint()).show(words, faults))
            (number("daily_cap", words.daily_cap(), &self.daily_cap).hint(words.cap_hint()).show(words, faults))
            (number("monthly_cap", words.monthly_cap(), &self.monthly_cap).show(words, faults))
            (area(words, "networks", words.networks(), words.networks_hint(), &self.networks, faults))
            (area(words, "regions", words.regions(), words.regions_hint(), &self.regions, faults))
        }
    }

    fn place(&self, words: Words, environments: &[EnvironmentView], faults: &Faults) -> Markup {
        html! {
            div.field {
                label for="environment" { (words.environment()) }
                (faults.at("environment"))
                select #environment name="environment" aria-invalid=[faults.invalid("environment")]
                    aria-describedby=[faults.described("environment", false)] {
                    @for known in environments {
                        option value=(known.name) selected[known.name == self.environment] {
                            (known.name) " · "
                            @match known.mode { Mode::Live => (words.live()), Mode::Test => (words.test()) }
                        }
                    }
                }
            }
            div.field {
                label for="format" { (words.format()) }
                p.muted.small #format-hint { (words.format_hint()) }
                (faults.at("format"))
                select #format name="format" aria-invalid=[faults.invalid("format")]
                    aria-describedby=[faults.described("format", true)] {
                    @for format in FormatChoice::names() {
                        option value=(format) selected[format == self.format] { (format) }
                    }
                }
            }
        }
    }
}

fn cap(words: Words, field: Field<'_>, text: &str, faults: &mut Faults) -> Option<Credits> {
    if text.is_empty() {
        return None;
    }
    match text.parse::<Amount>() {
        Ok(amount) => Some(amount.credits()),
        Err(_) => {
            faults.add(field, words.not_an_amount());
            None
        }
    }
}

/// The longest part of a line that a fault repeats.
const MAX_REPEATED_CHARS: usize = 60;

/// Reads a value from each line, or says which line is none.
fn lines<T: std::str::FromStr>(
    words: Words,
    text: &str,
    most: usize,
    fault: fn(Words, &str) -> String,
) -> Result<Vec<T>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let repeated = |line: &str| line.chars().take(MAX_REPEATED_CHARS).collect::<String>();
    let read = |line: &str| line.parse().map_err(|_| fault(words, &repeated(line)));
    let read: Vec<T> = lines.take(most + 1).map(read).collect::<Result<_, String>>()?;
    if read.len() > most { Err(words.too_many_lines(most)) } else { Ok(read) }
}

fn area(words: Words, name: &'static str, label: &str, hint: &str, value: &str, faults: &Faults) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) " " span.muted { "(" (words.optional()) ")" } }
            p.small.muted id={ (name) "-hint" } { (hint) }
            (faults.at(name))
            textarea id=(name) name=(name) rows="2" aria-invalid=[faults.invalid(name)]
                aria-describedby=[faults.described(name, true)] {
                (value)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_701_802, 0).unwrap()
    }

    #[test]
    fn terms_that_are_shown_and_sent_back_are_the_same() {
        let terms = KeyTerms {
            name: "backend".into(),
            scopes: vec![Scope::Read, Scope::Manage],
            origin: Origin {
                regions: vec!["sa-east-1".parse().unwrap()],
                networks: vec!["203.0.113.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
            },
            // Not the end of a day, as the API may have set it.
            expires_at: DateTime::from_timestamp(1_800_000_123, 0),
            daily_cap: Some(Credits::from_u32(1_000)),
            monthly_cap: None,
        };
        let mut faults = Faults::default();
        let read = Typed::of(&terms, "default").read(Words(Language::En), now(), Some(&terms), &mut faults);
        assert_eq!(read, Some(terms));
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let typed = Typed {
            expires_on: "2020-01-01".into(),
            daily_cap: "0".into(),
            monthly_cap: "1.5".into(),
            networks: "203.0.113.0/24\nhere".into(),
            regions: "São Paulo".into(),
            ..Typed::default()
        };
        let mut faults = Faults::default();
        assert_eq!(typed.read(Words(Language::Pt), now(), None, &mut faults), None);
        for field in ["name", "scope_read", "expires_on", "daily_cap", "monthly_cap", "networks", "regions"] {
            assert!(faults.of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_last_day_lasts_to_its_end() {
        let typed = Typed {
            name: "x".into(),
            scopes: vec![Scope::Read],
            expires_on: "2026-11-26".into(),
            ..Typed::default()
        };
        let terms = typed.read(Words(Language::En), now(), None, &mut Faults::default()).unwrap();
        assert_eq!(terms.expires_at.unwrap().to_rfc3339(), "2026-11-27T00:00:00+00:00");
        assert_eq!(Typed::of(&terms, "").expires_on, "2026-11-26");
    }
}
