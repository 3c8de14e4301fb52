//! The settings: faults, warnings, secrets that others can read.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::context::Context;
use super::super::error::one_line;
use super::super::settings::{ignored_variables, secret_files};
use super::{Check, Group};
use crate::clock;
use crate::config::{ConfigError, Settings};
use crate::server::tls::Tls;

const GROUP: Group = Group("settings");
/// Where container engines mount secrets: readable by all users of a container, which has one.
const CONTAINER_SECRETS: &str = "/run/secrets/";
const READABLE_BY_OTHERS: u32 = 0o044;
/// Certificate authorities renew earlier than this.
const RENEWED_BEFORE: TimeDelta = TimeDelta::days(14);

pub(super) fn check(settings: Result<&Settings, &ConfigError>) -> Vec<Check> {
    let mut checks = match settings {
        Ok(settings) => check_valid(settings),
        Err(ConfigError(faults)) => {
            let fault = |fault: &crate::config::Fault| GROUP.fail("valid", &fault.setting, &fault.advice);
            faults.iter().map(fault).collect()
        }
    };
    let mut secrets = secret_files();
    if let Ok(settings) = settings
        && !settings.has_own_database()
    {
        let pepper = Path::new(&settings.data_dir).join("pepper");
        secrets.push(("the data folder".to_owned(), pepper.to_string_lossy().into_owned()));
    }
    checks.extend(secrets.iter().filter_map(|(named_by, path)| check_secret(named_by, path, mode(path)?)));
    checks
}

fn check_valid(settings: &Settings) -> Vec<Check> {
    let mut checks = vec![GROUP.ok("valid", "all settings are valid")];
    let is_public = !settings.listen.ip().is_loopback();
    for warning in settings.warnings() {
        checks.push(GROUP.warn("warning", warning, "docs/operations/configure.md"));
    }
    for name in ignored_variables() {
        checks.push(GROUP.warn(
            "warning",
            format!("{name} is ignored"),
            "unset it: it belongs to client programs",
        ));
    }
    if settings.tls.is_on() {
        checks.push(match Tls::check(&settings.tls, clock::now()) {
            Ok(expires_at) => judge_certificate(expires_at, clock::now()),
            Err(error) => GROUP.fail("certificate", error.to_string(), "docs/operations/tls.md"),
        });
    }
    let has_tls = settings.tls.is_on() || !settings.server.trusted_proxies.is_empty();
    checks.push(match (is_public, !has_tls) {
        (true, true) => GROUP.warn(
            "TLS front",
            format!("{} is reachable from other machines without TLS", settings.listen),
            "set tls.cert_file, or put a TLS proxy in front and name it in server.trusted_proxies: docs/operations/tls.md",
        ),
        (true, false) if settings.tls.is_on() => GROUP.ok("TLS front", "the gateway itself speaks TLS"),
        (true, false) => GROUP.ok("TLS front", "server.trusted_proxies names the proxies"),
        (false, _) => {
            GROUP.ok("TLS front", format!("{} is reachable from this machine only", settings.listen))
        }
    });
    checks.push(match settings.metrics_listen {
        Some(address) => GROUP.ok("metrics", format!("http://{address}/metrics")),
        None => GROUP.warn("metrics", "off, so no alert can fire", "set FLUENCE_METRICS_LISTEN"),
    });
    checks
}

/// Checks that the catalogue has the plan of sign-ups, where these are open.
pub(super) async fn check_sign_up(context: &Context) -> Option<Check> {
    const NAME: &str = "sign-up plan";
    let plan = context.settings().open_sign_up_plan()?;
    Some(match context.catalogue().await {
        Ok(catalogue) => match context.settings().sign_up_warning(&catalogue) {
            Some(warning) => GROUP.warn(NAME, warning, "docs/console.md"),
            None => GROUP.ok(NAME, plan.to_string()),
        },
        Err(error) => GROUP.fail(NAME, one_line(&error), "apply a catalogue that this version can read"),
    })
}

fn judge_certificate(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Check {
    match expires_at {
        Some(at) if at - now < RENEWED_BEFORE => {
            let found = format!("ends at {}", at.format("%F %TZ"));
            GROUP.warn("certificate", found, "renew it: the gateway reads the new files by itself")
        }
        Some(at) => GROUP.ok("certificate", format!("valid until {}", at.format("%F %TZ"))),
        None => GROUP.warn("certificate", "its expiry cannot be read", "watch it by other means"),
    }
}

fn mode(path: &str) -> Option<u32> {
    Some(fs::metadata(path).ok()?.mode() & 0o777)
}

fn check_secret(named_by: &str, path: &str, mode: u32) -> Option<Check> {
    if path.starts_with(CONTAINER_SECRETS) {
        return None;
    }
    Some(if mode & READABLE_BY_OTHERS == 0 {
        GROUP.ok("secret file", format!("{path} has mode {mode:04o}"))
    } else {
        let found = format!("{path} of {named_by} has mode {mode:04o}");
        GROUP.warn(
            "secret file",
            found,
            format!("other users can read it, unless its folder forbids it: chmod 600 {path}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_certificate_that_ends_soon_is_a_warning() {
        let now = DateTime::UNIX_EPOCH;
        let verdict = |days| judge_certificate(Some(now + TimeDelta::days(days)), now).verdict;
        assert_eq!((verdict(13), verdict(15)), (Verdict::Warn, Verdict::Ok));
        assert_eq!(judge_certificate(None, now).verdict, Verdict::Warn);
    }

    #[test]
    fn a_secret_that_others_can_read_is_a_warning_except_in_a_container() {
        let verdict =
            |path: &str, mode| check_secret("FLUENCE_PEPPER_FILE", path, mode).map(|check| check.verdict);
        assert_eq!(verdict("/etc/fluence/pepper", 0o600), Some(Verdict::Ok));
        assert_eq!(verdict("/etc/fluence/pepper", 0o400), Some(Verdict::Ok));
        assert_eq!(verdict("/etc/fluence/pepper", 0o640), Some(Verdict::Warn));
        assert_eq!(verdict("/etc/fluence/pepper", 0o604), Some(Verdict::Warn));
        assert_eq!(verdict("/run/secrets/pepper", 0o444), None);
    }
}
