//! The question before a command that cannot be undone.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::ensure;
use clap::Args;

use super::output::{Output, Report};

/// Flags of every command that cannot be undone.
#[derive(Debug, Args)]
pub struct Consent {
    /// Do not ask. Required without a terminal.
    #[arg(long)]
    yes: bool,
    /// Show what would end, and change nothing.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

impl Consent {
    /// Whether to go on. Shows the plan of what would end and asks on a terminal, unless the
    /// command line decides.
    ///
    /// # Errors
    /// When the answer is no, or there is no terminal to ask on.
    pub(super) async fn is_given<R: Report>(
        &self,
        plan: impl Future<Output = anyhow::Result<R>>,
        output: Output,
    ) -> anyhow::Result<bool> {
        if self.yes {
            return Ok(true);
        }
        let plan = plan.await?;
        if self.dry_run {
            output.print(&plan)?;
            if output == Output::Text {
                writeln!(io::stdout(), "\nNothing was changed.")?;
            }
            return Ok(false);
        }
        ensure!(
            io::stdin().is_terminal() && io::stderr().is_terminal(),
            "this cannot be undone, so nothing was changed: repeat the command with --yes, or with --dry-run to see what \
             would end"
        );
        let mut err = io::stderr().lock();
        plan.write_text(&mut err)?;
        write!(err, "\nThis cannot be undone. Type yes to go on: ")?;
        err.flush()?;
        ensure!(is_yes(&mut io::stdin().lock())?, "nothing was changed");
        Ok(true)
    }
}

/// Reads the answer: the whole word, so that no stray key agrees.
fn is_yes(answers: &mut impl BufRead) -> io::Result<bool> {
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_word_agrees() {
        let agrees = |answer: &str| is_yes(&mut answer.as_bytes()).unwrap();
        assert!(agrees("yes\n") && agrees("YES\r\n") && agrees(" yes"));
        for answer in ["", "\n", "y\n", "no\n", "yes please\n", "no\nyes\n"] {
            assert!(!agrees(answer), "{answer:?}");
        }
    }
}
