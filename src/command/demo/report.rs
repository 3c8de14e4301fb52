//! What the command prints: the account, its key and what can be done with them.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::calls::Call;
use super::operator::OperatorAccess;
use crate::command::output::{Report, write_fields};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::plan::PlanRef;

#[derive(Serialize)]
pub(super) struct DemoReport<'a> {
    pub(super) account_id: AccountId,
    #[serde(flatten)]
    pub(super) plan: &'a PlanRef,
    pub(super) balance: Credits,
    pub(super) key_id: KeyId,
    pub(super) key: &'a str,
    pub(super) calls: Vec<Call>,
    /// The page of everything that is sold.
    pub(super) reference: String,
    /// A link that opens the console of the account once, within ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) console: Option<String>,
    /// How to open the operators' console, on the same conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) operators: Option<OperatorAccess>,
    /// The command that removes the invented people from the live directory, if they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remove_people: Option<String>,
}

impl Report for DemoReport<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "The demonstration account is ready. Its key is shown once; the next run creates another.\n"
        )?;
        let plan = format!("{} ({})", self.plan.plan, self.plan.edition);
        write_fields(
            out,
            &[("account", &self.account_id), ("plan", &plan), ("credits", &self.balance), ("key", &self.key)],
        )?;
        writeln!(out, "\nTry it:")?;
        self.calls.iter().try_for_each(|call| writeln!(out, "\n{}", call.curl))?;
        writeln!(out, "\nAll routes: {}", self.reference)?;
        if let Some(link) = &self.console {
            writeln!(
                out,
                "\nThe console of the account, logged in (the link works once, for 10 minutes):\n\n{link}"
            )?;
        }
        if let Some(access) = &self.operators {
            writeln!(
                out,
                "\nThe operators' console (the link works once, for an hour; it asks for one of these codes, each of which \
                 works once):\n\n{}\n{}",
                access.link,
                access.codes.join("\n")
            )?;
        }
        if let Some(remove_people) = &self.remove_people {
            writeln!(
                out,
                "\nThe people of these calls are invented and are in the live directory, where every customer finds them.\n\
                 Before you sell: {remove_people}"
            )?;
        }
        match folder_off_path() {
            None => writeln!(out, "\nAll commands: fluence --help"),
            Some(folder) => writeln!(
                out,
                "\nAll commands: fluence --help, after\n\nexport PATH=\"$PATH:{}\"",
                folder.display()
            ),
        }
    }
}

/// The folder of this program, unless it is on PATH.
fn folder_off_path() -> Option<PathBuf> {
    let folder = env::current_exe().ok()?.parent()?.to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let is_on_path = env::split_paths(&path).any(|known| known == folder);
    (!is_on_path).then_some(folder)
}
