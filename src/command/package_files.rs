//! `fluence package-files`: man pages and shell completions, from the description of the command
//! line.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

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
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut command, "fluence", &completions)
            .with_context(|| format!("cannot write to {}", completions.display()))?;
    }
    command.build();
    write_pages(command, &man)
}

/// The page of a command, then those of the commands below it.
fn write_pages(command: Command, folder: &Path) -> anyhow::Result<()> {
    let below: Vec<_> = shown(&command).cloned().collect();
    // The words of its parents and its own, such as `fluence-key-create`.
    let title = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let path = folder.join(format!("{title}.1"));
    let page = Man::new(command.name(title)).section("1");
    let mut text = Vec::new();
    page.render(&mut text)?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    below.into_iter().try_for_each(|command| write_pages(command, folder))
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn every_command_has_a_page_and_every_shell_its_completions() {
        let folder = Scratch::new("package-files");
        write(folder.path()).unwrap();
        let mut command = Cli::command();
        command.build();
        let mut waiting = vec![command];
        while let Some(command) = waiting.pop() {
            let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
            let page = fs::read_to_string(folder.join(format!("man/{name}.1"))).unwrap_or_default();
            assert!(page.contains(".SH SYNOPSIS"), "{name} has no page");
            waiting.extend(shown(&command).cloned());
        }
        assert!(!folder.join("man/fluence-package-files.1").exists(), "a hidden command has a page");
        for file in ["fluence.bash", "_fluence", "fluence.fish"] {
            let text = fs::read_to_string(folder.join("completions").join(file)).unwrap_or_default();
            assert!(text.contains("healthcheck"), "{file}");
        }
    }
}
