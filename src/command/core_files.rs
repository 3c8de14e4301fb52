//! No core files: the memory of a process that crashes holds the pepper, and keys.

use anyhow::Context;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Keeps this process, and what it starts, from being written to disk when it crashes. Where core files go to a program
/// instead, the limit says nothing, so the process is marked as well; other processes of its user cannot look into it then.
///
/// # Errors
/// When the system refuses.
pub(super) fn forbid() -> anyhow::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .context("cannot forbid core files, which would hold the pepper")
}

#[cfg(test)]
mod tests {
    use rustix::process::{dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn no_core_file_is_written_and_no_program_gets_one() {
        forbid().unwrap();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
