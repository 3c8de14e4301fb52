//! The operator of a command, for the audit log: a name without the host, because customers read
//! the log too.

use std::env;
use std::os::unix::fs::MetadataExt;
use std::sync::Once;

use crate::domain::audit::Actor;
use crate::domain::rights::Principal;

const VARIABLE: &str = "FLUENCE_OPERATOR";
/// Longer names are cut.
const MAX_CHARS: usize = 100;

/// The operator, who may do everything. `given` is the name on the command line.
pub(super) fn operator(given: Option<&str>) -> Principal {
    Principal::almighty(Actor::operator(name(given)))
}

/// The given name, the one in the environment, or the user name; under `sudo`, the name of the
/// calling user.
fn name(given: Option<&str>) -> String {
    let named = [VARIABLE, "SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| env::var(name).ok());
    let names = given.map(str::to_owned).into_iter().chain(named).map(|name| cut(&name));
    names.chain(user_of_this_process()).find(|name| !name.is_empty()).unwrap_or_else(unknown)
}

fn cut(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect()
}

/// A name for a user without one. Logs a warning once.
fn unknown() -> String {
    static WARNED: Once = Once::new();
    let name = format!("uid {}", uid());
    WARNED.call_once(|| {
        tracing::warn!(
            name,
            "unknown operator: set --as NAME or FLUENCE_OPERATOR to appear in the audit log by name"
        );
    });
    name
}

/// The name of the user of this process, from /etc/passwd.
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
