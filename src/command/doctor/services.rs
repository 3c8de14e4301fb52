//! The services that a gateway may use: the store of shared limits, the enrichment service.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError, RedisResult, cmd};
use secrecy::ExposeSecret;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use super::super::context::Context;
use super::super::error::one_line;
use super::super::output::count;
use super::{Check, Group};
use crate::config::Settings;
use crate::outbound::url::parse_url;
use crate::storage::email_outbox::{self, Unsent};
use crate::upstream::settings::UpstreamSettings;

const STORE: Group = Group("store");
const UPSTREAM: Group = Group("upstream");
const MAIL: Group = Group("mail");
const TIMEOUT: Duration = Duration::from_secs(3);
const OLDEST_STORE: u64 = 7;
/// Questions whose slowest answer is judged.
const PINGS: u32 = 5;

pub(super) async fn check(settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    let urls = settings.redis_url.expose_secret();
    for url in urls.split(',').map(str::trim).filter(|url| !url.is_empty()) {
        checks.extend(check_store(url, settings.limits.budget).await);
    }
    if !settings.enrichment.url.is_empty() {
        checks.push(check_upstream(&settings.enrichment).await);
    }
    checks
}

/// Checks whether the e-mails of the last day were sent.
pub(super) async fn check_mail(context: &Context) -> Check {
    let unsent = async { anyhow::Ok(email_outbox::unsent(&mut *context.connection().await?).await?) };
    match unsent.await {
        Ok(unsent) => judge_mail(&unsent),
        Err(error) => MAIL.fail("sent", one_line(&error), "look at the log of PostgreSQL"),
    }
}

fn judge_mail(unsent: &Unsent) -> Check {
    match unsent.count {
        0 => MAIL.ok("sent", "no e-mail of the last day is unsent after a failed attempt"),
        waiting => {
            let found = format!(
                "{} of the last day could not be sent: {}",
                count(waiting.unsigned_abs(), "e-mail"),
                unsent.error.as_deref().unwrap_or_default()
            );
            MAIL.warn("sent", found, "check mail.smtp_url and mail.from: docs/operations/incidents.md")
        }
    }
}

async fn check_store(url: &str, budget: Duration) -> Vec<Check> {
    // Without user and password.
    let address =
        url.into_connection_info().map_or_else(|_| "the store".to_owned(), |info| info.addr().to_string());
    match timeout(TIMEOUT, ask_store(url)).await {
        Ok(Ok(facts)) => judge_store(&address, &facts, budget),
        Ok(Err(error)) => {
            let advice = if is_refusal(&error) { REFUSED } else { AWAY };
            vec![STORE.fail("reachable", format!("{address}: {error}"), advice)]
        }
        Err(_) => {
            let found = format!("{address}: no answer within {} s", TIMEOUT.as_secs());
            vec![STORE.fail("reachable", found, AWAY)]
        }
    }
}

const AWAY: &str = "start it, or unset FLUENCE_REDIS_URL: until then each gateway applies limits alone";
const REFUSED: &str = "correct user and password in FLUENCE_REDIS_URL, or the rights of the user \
                       (docs/operations/scaling.md): until then each gateway applies limits alone";

/// Whether the store answers and refuses the user, the password or a command.
fn is_refusal(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed
        || error.code().is_some_and(|code| ["NOAUTH", "WRONGPASS", "NOPERM"].contains(&code))
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct StoreFacts {
    /// Such as `8.0.2`; of Valkey the version of Redis that it is compatible with. Empty where the
    /// user may not ask.
    version: String,
    slowest: Duration,
    /// Empty likewise.
    eviction: String,
}

async fn ask_store(url: &str) -> RedisResult<StoreFacts> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(TIMEOUT));
    let mut connection = Client::open(url)?.get_multiplexed_async_connection_with_config(&config).await?;
    let mut slowest = Duration::ZERO;
    for _ in 0..PINGS {
        let asked_at = Instant::now();
        let _: Vec<String> = cmd("TIME").query_async(&mut connection).await?;
        slowest = slowest.max(asked_at.elapsed());
    }
    let version = fact(&mut connection, "server", "redis_version:").await;
    let eviction = fact(&mut connection, "memory", "maxmemory_policy:").await;
    Ok(StoreFacts { version, slowest, eviction })
}

/// A line of `INFO`. The user of a gateway needs no right to it: docs/operations/scaling.md.
async fn fact(connection: &mut MultiplexedConnection, section: &str, name: &str) -> String {
    let info: RedisResult<String> = cmd("INFO").arg(section).query_async(connection).await;
    let info = info.unwrap_or_default();
    info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
}

fn judge_store(address: &str, facts: &StoreFacts, budget: Duration) -> Vec<Check> {
    let major: u64 = facts.version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    let mut checks = vec![match major {
        _ if facts.version.is_empty() => {
            STORE.ok("version", format!("{address} answers; its user may not ask for the version"))
        }
        OLDEST_STORE.. => STORE.ok("version", format!("{address} answers as Redis {}", facts.version)),
        _ => STORE.fail(
            "version",
            format!("{address} is Redis {}", facts.version),
            "use Redis 7 or newer, or Valkey",
        ),
    }];
    let found = format!("{:.1} ms", facts.slowest.as_secs_f64() * 1_000.0);
    checks.push(if facts.slowest <= budget {
        STORE.ok("latency", found)
    } else {
        let advice = "move it nearer, or raise limits.decision_ms: a late answer is not used";
        STORE.warn("latency", format!("{found}, more than limits.decision_ms"), advice)
    });
    if facts.eviction.starts_with("allkeys-") {
        let advice = "set maxmemory-policy to volatile-ttl, or give the limits a server of their own";
        checks.push(STORE.warn("eviction", format!("{} may drop limits in force", facts.eviction), advice));
    }
    checks
}

async fn check_upstream(settings: &UpstreamSettings) -> Check {
    match timeout(TIMEOUT, connect(settings)).await {
        Ok(Ok(address)) => UPSTREAM.ok("enrichment", format!("{address} accepts connections")),
        Ok(Err(reason)) => {
            UPSTREAM.fail("enrichment", reason, "check enrichment.url: calls that need it get 503")
        }
        Err(_) => {
            let found = format!("no connection within {} s", TIMEOUT.as_secs());
            UPSTREAM.fail("enrichment", found, "check enrichment.url and the way there")
        }
    }
}

async fn connect(settings: &UpstreamSettings) -> Result<String, String> {
    let url = parse_url(&settings.url, settings.reach()).map_err(|fault| fault.to_string())?;
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let default_port = if url.scheme_str() == Some("http") { 80 } else { 443 };
    let port = url.port_u16().unwrap_or(default_port);
    let found = lookup_host((host, port)).await.map_err(|error| format!("{host} has no address: {error}"))?;
    let allowed = found.filter(|address| settings.reach().includes(address.ip()));
    let mut reason = format!("{host} has no address that enrichment.allow_private_addresses allows");
    for address in allowed {
        match TcpStream::connect(address).await {
            Ok(_) => return Ok(address.to_string()),
            Err(error) => reason = format!("{address}: {error}"),
        }
    }
    Err(reason)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    fn verdicts(version: &str, slowest_ms: u64, eviction: &str) -> Vec<Verdict> {
        let facts = StoreFacts {
            version: version.into(),
            slowest: Duration::from_millis(slowest_ms),
            eviction: eviction.into(),
        };
        judge_store("redis:6379", &facts, Duration::from_millis(5))
            .iter()
            .map(|check| check.verdict)
            .collect()
    }

    #[test]
    fn e_mails_that_cannot_be_sent_are_a_warning_with_the_last_reason() {
        assert_eq!(judge_mail(&Unsent { count: 0, error: None }).verdict, Verdict::Ok);
        let check =
            judge_mail(&Unsent { count: 2, error: Some("the mail server could not be reached: …".into()) });
        assert_eq!(check.verdict, Verdict::Warn);
        assert_eq!(
            check.found,
            "2 e-mails of the last day could not be sent: the mail server could not be reached: …"
        );
    }

    #[test]
    fn an_old_slow_or_forgetful_store_is_reported() {
        use Verdict::{Fail, Ok, Warn};
        assert_eq!(verdicts("8.0.2", 1, "volatile-ttl"), [Ok, Ok]);
        assert_eq!(verdicts("6.2.1", 1, ""), [Fail, Ok]);
        assert_eq!(verdicts("", 1, ""), [Ok, Ok]);
        assert_eq!(verdicts("7.2.4", 9, "noeviction"), [Ok, Warn]);
        assert_eq!(verdicts("7.2.4", 1, "allkeys-lru"), [Ok, Ok, Warn]);
    }
}
