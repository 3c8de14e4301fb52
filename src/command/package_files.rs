//! `fluence package-files`: man pages and shell completions, for makers of packages.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;

/// Writes `man/*.1`, a page for the program and each command, and `completions/*` into a folder.
///
/// # Errors
/// When a file cannot be written.
pub(super) fn write(folder: &Path) -> anyhow::Result<()> {
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    for place in [&man, &completions] {
        fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
    }
    let mut command = Cli::command();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut command, "fluence", &completions)
            .with_context(|| format!("cannot write to {}", completions.display()))?;
    }
    command.build();
    pages(&command, &man)
}

/// The page of a command, then those of the commands below it.
fn pages(command: &Command, folder: &Path) -> anyhow::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    // A name with the words of its parents, such as `fluence-key-create`.
    let title: &'static str = Box::leak(name.clone().into_boxed_str());
    let mut text = Vec::new();
    Man::new(command.clone().name(title)).section("1").render(&mut text)?;
    let path = folder.join(format!("{name}.1"));
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    let below = command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help");
    below.into_iter().try_for_each(|below| pages(below, folder))
}
