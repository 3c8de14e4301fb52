//! Who sits at the command line, for the audit log: by name, and without the host, because customers read it too.

use std::env;
use std::os::unix::fs::MetadataExt;
use std::sync::Once;

use crate::domain::audit::Actor;
use crate::domain::rights::Principal;

/// Names an operator where `--as` does not.
const VARIABLE: &str = "FLUENCE_OPERATOR";
/// Most characters of a name that are kept.
const MOST_CHARS: usize = 100;

/// Whoever runs this command, `given` being the name of the command line. The operator may do everything.
pub(super) fn operator(given: Option<&str>) -> Principal {
    Principal::almighty(Actor::operator(name(given)))
}

/// The name that was given, the one of the environment, or the user's; behind `sudo`, of the user who called it.
fn name(given: Option<&str>) -> String {
    let named = [VARIABLE, "SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| env::var(name).ok());
    let names = given.map(str::to_owned).into_iter().chain(named).map(|name| cut(&name));
    names.chain(user_of_this_process()).find(|name| !name.is_empty()).unwrap_or_else(unknown)
}

fn cut(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(MOST_CHARS).collect()
}

/// What is written down of somebody without a name, who is told once.
fn unknown() -> String {
    static TOLD: Once = Once::new();
    let name = format!("uid {}", uid());
    TOLD.call_once(|| {
        tracing::warn!("the audit log will name you `{name}`: say who you are with --as NAME or {VARIABLE}");
    });
    name
}

/// The user that this process runs as, by the system's list of users.
fn user_of_this_process() -> Option<String> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    user_in(&users, uid())
}

fn user_in(users: &str, uid: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| cut(name))
    })
}

fn uid() -> u32 {
    std::fs::metadata("/proc/self").map_or(u32::MAX, |process| process.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_number() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\n# a comment\nbroken\nana:x:1000:1000::/home/ana:/bin/sh\n";
        assert_eq!(user_in(users, 0).as_deref(), Some("root"));
        assert_eq!(user_in(users, 1000).as_deref(), Some("ana"));
        assert_eq!(user_in(users, 7), None);
    }

    #[test]
    fn the_name_that_was_given_counts_and_holds_no_host() {
        assert_eq!(name(Some(" ana\u{7} ")), "ana");
        assert!(!name(None).contains('@'));
    }
}
