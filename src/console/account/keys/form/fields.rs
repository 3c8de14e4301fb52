//! The fields of the form as they are shown.

use maud::{Markup, html};

use super::{Typed, box_of};
use crate::console::account::keys::parts::scope_text;
use crate::console::html::field::{Faults, Input};
use crate::console::request::call::Call;
use crate::console::words::Words;
use crate::domain::account::EnvironmentView;
use crate::domain::key::{FormatChoice, Mode, Scope};

impl Typed {
    /// The fields, in their order.
    pub(in crate::console::account::keys) fn show(
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
                    @for format in FormatChoice::NAMES {
                        option value=(format) selected[format == self.format] { (format) }
                    }
                }
            }
        }
    }
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
