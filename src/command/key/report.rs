//! Keys as commands print them.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::command::confirm::Confirmation;
use crate::command::output::{Report, or_dash, write_fields, write_table};
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::leak::OnLeak;
use crate::domain::key::view::{KeyView, SecretView};
use crate::domain::key::{Mode, Scope};

fn minute(at: Option<DateTime<Utc>>) -> String {
    or_dash(at.map(|at| at.format("%F %RZ")))
}

fn scopes(view: &KeyView, separator: &str) -> String {
    view.scopes.iter().map(|scope: &Scope| scope.as_str()).collect::<Vec<_>>().join(separator)
}

fn environment(view: &KeyView) -> String {
    format!("{} ({})", view.environment, view.mode.as_str())
}

/// Where a key may be used: `any` without restrictions.
fn origin(view: &KeyView) -> String {
    let regions = view.regions.iter().map(ToString::to_string);
    let limits: Vec<_> = regions.chain(view.allowed_networks.iter().map(ToString::to_string)).collect();
    if limits.is_empty() { "any".to_owned() } else { limits.join(",") }
}

fn caps(view: &KeyView) -> String {
    let day = view.daily_cap.map(|cap| format!("{cap}/day"));
    let month = view.monthly_cap.map(|cap| format!("{cap}/month"));
    or_dash(Some(day.into_iter().chain(month).collect::<Vec<_>>().join(",")).filter(|caps| !caps.is_empty()))
}

/// A new key, whose secret is shown once.
#[derive(Serialize)]
pub(super) struct NewKeyShown<'a> {
    pub(super) key: &'a str,
    #[serde(flatten)]
    pub(super) view: KeyView,
}

impl Report for NewKeyShown<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let view = &self.view;
        write_fields(
            out,
            &[
                ("id", &view.id),
                ("key", &self.key),
                ("name", &view.name),
                ("environment", &environment(view)),
                ("scopes", &scopes(view, ", ")),
                ("expires", &or_dash(view.expires_at)),
                ("from", &origin(view)),
                ("caps", &caps(view)),
            ],
        )?;
        writeln!(out, "\nStore the key now. It is not shown again: only a keyed hash of it is stored.")
    }
}

/// A rotated key, whose new secret is shown once.
#[derive(Serialize)]
pub(super) struct NewSecretShown<'a> {
    pub(super) key: &'a str,
    #[serde(flatten)]
    pub(super) view: KeyView,
}

impl Report for NewSecretShown<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let old = match self.view.replaced_secret() {
            Some(old) => {
                let (ends, used) = (minute(old.ends_at), minute(old.last_used_at));
                format!("{}…{} works until {ends}, last used {used}", old.prefix, old.last_four)
            }
            None => "ended".to_owned(),
        };
        write_fields(out, &[("id", &self.view.id), ("key", &self.key), ("old secret", &old)])?;
        writeln!(out, "\nStore the key now. It is not shown again: only a keyed hash of it is stored.")
    }
}

#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct KeyShown(pub(super) KeyView);

impl Report for KeyShown {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let Self(view) = self;
        let state = view.status.as_str();
        write_fields(out, &[("id", &view.id), ("name", &view.name), ("state", &state)])
    }
}

/// What a report of a leak does to a key.
#[derive(Serialize)]
pub(super) struct LeakAnswer {
    id: KeyId,
    name: String,
    /// What the key says. `None`: as the setting says.
    on_leak: Option<OnLeak>,
    /// What a report does.
    in_force: OnLeak,
}

impl LeakAnswer {
    pub(super) fn new(key: KeyView, of_key: Option<OnLeak>, setting: OnLeak) -> Self {
        // Keys of test environments always stay valid.
        let in_force = if key.mode == Mode::Test { OnLeak::Notify } else { of_key.unwrap_or(setting) };
        Self { id: key.id, name: key.name, on_leak: of_key, in_force }
    }
}

impl Report for LeakAnswer {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let source = if self.on_leak.is_some() { "" } else { " (the default)" };
        let action = format!("{}{source}", self.in_force.as_str());
        write_fields(out, &[("id", &self.id), ("name", &self.name), ("on leak", &action)])
    }
}

/// A key with all its properties.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct WholeKey(pub(super) KeyView);

impl Report for WholeKey {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let Self(view) = self;
        let shown = |secret: &SecretView| format!("{}…{}", secret.prefix, secret.last_four);
        let old = view.usable_old_secret().map(|old| format!("{} until {}", shown(old), minute(old.ends_at)));
        write_fields(
            out,
            &[
                ("id", &view.id),
                ("name", &view.name),
                ("account", &view.account_id),
                ("environment", &environment(view)),
                ("state", &view.status.as_str()),
                ("scopes", &scopes(view, ", ")),
                ("format", &view.format.as_str()),
                ("secret", &format!("{}…{}", view.prefix, view.last_four)),
                ("old secret", &or_dash(old)),
                ("from", &origin(view)),
                ("caps", &caps(view)),
                ("expires", &minute(view.expires_at)),
                ("created", &minute(Some(view.created_at))),
                ("revoked", &minute(view.revoked_at)),
                ("last used", &minute(view.last_used_at)),
            ],
        )
    }
}

/// A key after a change of its state, and which gateways confirmed it.
#[derive(Serialize)]
pub(super) struct StateSet {
    #[serde(flatten)]
    pub(super) view: KeyView,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) confirmation: Option<Confirmation>,
}

impl Report for StateSet {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(out, &[("id", &self.view.id), ("state", &self.view.status.as_str())])?;
        self.confirmation.iter().try_for_each(|confirmation| confirmation.write_text(out))
    }
}

#[derive(Serialize)]
pub(super) struct KeyList {
    pub(super) account_id: AccountId,
    pub(super) keys: Vec<KeyView>,
    /// Whether the list was cut at its limit.
    #[serde(rename = "truncated")]
    pub(super) is_cut: bool,
}

impl Report for KeyList {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let rows: Vec<_> = self.keys.iter().flat_map(rows).collect();
        let header =
            ["ID", "NAME", "KEY", "ENVIRONMENT", "STATE", "SCOPES", "FROM", "CAPS", "EXPIRES", "LAST USED"];
        write_table(out, header, &rows)?;
        if self.is_cut {
            writeln!(out, "The list is limited to {} keys; there may be more.", self.keys.len())?;
        }
        Ok(())
    }
}

/// The row of a key, followed by one of its old secret while that works.
fn rows(key: &KeyView) -> Vec<[String; 10]> {
    let main = [
        key.id.to_string(),
        key.name.clone(),
        format!("{}…{}", key.prefix, key.last_four),
        environment(key),
        key.status.as_str().to_owned(),
        scopes(key, ","),
        origin(key),
        caps(key),
        minute(key.expires_at),
        minute(key.last_used_at),
    ];
    let old = |secret: &SecretView| {
        let shown = format!("{}…{}", secret.prefix, secret.last_four);
        let mut row = ["└ old secret", "", &shown, "", "rotating", "", "", "", "", ""].map(str::to_owned);
        row[8] = minute(secret.ends_at);
        row[9] = minute(secret.last_used_at);
        row
    };
    std::iter::once(main).chain(key.usable_old_secret().map(old)).collect()
}
