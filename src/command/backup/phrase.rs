//! The pass phrase of a backup: from a file, or typed at the terminal, which does not show it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// A shorter phrase is guessed.
const MIN_CHARACTERS: usize = 12;
const MAX_BYTES: u64 = 4096;

#[derive(Debug, Args)]
pub(super) struct PhraseArgs {
    /// File with the pass phrase of the pepper [default: ask at the terminal].
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PhraseArgs {
    /// The phrase under which a pepper is sealed. Typed twice.
    pub(super) fn new_phrase(&self) -> anyhow::Result<SecretString> {
        let phrase = match &self.passphrase_file {
            Some(path) => in_file(path)?,
            None => {
                let phrase = typed("Pass phrase for the pepper: ")?;
                if typed("Repeat the pass phrase: ")?.expose_secret() != phrase.expose_secret() {
                    bail!("the two pass phrases differ");
                }
                phrase
            }
        };
        if phrase.expose_secret().chars().count() < MIN_CHARACTERS {
            bail!("the pass phrase must have at least {MIN_CHARACTERS} characters");
        }
        Ok(phrase)
    }

    /// The phrase that opens a sealed pepper.
    pub(super) fn phrase(&self) -> anyhow::Result<SecretString> {
        match &self.passphrase_file {
            Some(path) => in_file(path),
            None => typed("Pass phrase of the pepper: "),
        }
    }

    pub(super) fn is_given(&self) -> bool {
        self.passphrase_file.is_some()
    }
}

fn in_file(path: &Path) -> anyhow::Result<SecretString> {
    let unreadable = || format!("cannot read {}", path.display());
    let mut text = Zeroizing::new(String::new());
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
        .with_context(unreadable)?;
    if text.len() as u64 > MAX_BYTES {
        bail!("{} is larger than {MAX_BYTES} bytes", path.display());
    }
    let phrase = text.trim_end_matches(['\r', '\n']);
    if phrase.is_empty() {
        bail!("{} is empty", path.display());
    }
    Ok(SecretString::from(phrase))
}

/// Asks at the terminal, not at standard input, which may be a pipe.
fn typed(question: &str) -> anyhow::Result<SecretString> {
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    let mut terminal =
        terminal.context("there is no terminal to ask for the pass phrase: use --passphrase-file")?;
    let shown = tcgetattr(&terminal)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    write!(terminal, "{question}")?;
    tcsetattr(&terminal, OptionalActions::Flush, &hidden)?;
    let mut line = Zeroizing::new(String::new());
    let read = read_line(&terminal, &mut line);
    tcsetattr(&terminal, OptionalActions::Flush, &shown)?;
    writeln!(terminal)?;
    read?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}

fn read_line(terminal: &File, line: &mut String) -> io::Result<usize> {
    BufReader::new(terminal.take(MAX_BYTES)).read_line(line)
}
