//! Who sits at the command line, for the audit log.

use std::env;
use std::os::unix::fs::MetadataExt;

use crate::domain::audit::Actor;
use crate::domain::rights::Principal;

/// Most characters of a name that are kept.
const MOST_CHARS: usize = 100;

/// Whoever runs this command on this host: behind `sudo`, the one who called it. The operator may do everything.
pub(super) fn operator(host: &str) -> Principal {
    let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| env::var(name).ok());
    let user = named.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| format!("uid {}", uid()));
    let cut = |text: &str| text.chars().filter(|c| !c.is_control()).take(MOST_CHARS).collect::<String>();
    Principal::almighty(Actor::operator(format!("{}@{}", cut(&user), cut(host))))
}

/// The user that this process runs as.
fn uid() -> u32 {
    std::fs::metadata("/proc/self").map_or(u32::MAX, |process| process.uid())
}
