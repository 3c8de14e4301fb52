//! The addresses of the gateway that runs on a data folder, in files that the gateway writes and
//! commands read.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use anyhow::Context as _;
use axum::http::Uri;
use clap::Args;

use crate::config::Settings;
use crate::outbound::url::{UrlFault, parse_http_url};

/// In the data folder. Locked while the gateway runs, so that the address of a crashed gateway is
/// ignored.
const FILE: &str = "gateway.address";
/// The same of the operators' console.
const OPERATORS_FILE: &str = "operators.address";
const MAX_BYTES: u64 = 64;

#[derive(Clone, Debug, Default, Args)]
pub(super) struct WhereArgs {
    /// URL of the gateway [default: the gateway that runs on this data folder, else
    /// FLUENCE_LISTEN].
    #[arg(long, value_name = "URL", value_parser = gateway_url)]
    url: Option<Uri>,
}

fn gateway_url(text: &str) -> Result<Uri, String> {
    parse_http_url(text).map_err(|fault| match fault {
        UrlFault::Malformed => {
            "must be a URL such as http://127.0.0.1:8000, without user name or password".to_owned()
        }
        fault => fault.to_string(),
    })
}

impl WhereArgs {
    /// The URL of the gateway.
    ///
    /// # Errors
    /// When the gateway's address is not a URL.
    pub(super) fn url(&self, settings: &Settings) -> anyhow::Result<Uri> {
        match &self.url {
            Some(url) => Ok(url.clone()),
            None => {
                let running = folder(settings).and_then(|folder| address(&folder.join(FILE)));
                url_of(running.unwrap_or(settings.listen), settings.tls.is_on())
            }
        }
    }

    /// The URL of the gateway's probes. With TLS they are asked on the address of the metrics, in
    /// plain HTTP.
    pub(super) fn probe_url(&self, settings: &Settings) -> anyhow::Result<Uri> {
        if self.url.is_some() || !settings.tls.is_on() {
            return self.url(settings);
        }
        let metrics = settings.metrics_listen.context(
            "with TLS, healthcheck asks the address of the metrics, which answers /readyz too: set FLUENCE_METRICS_LISTEN",
        )?;
        url_of(metrics, false)
    }
}

/// The URL of a gateway that listens on this address.
pub(super) fn url_of(listen: SocketAddr, has_tls: bool) -> anyhow::Result<Uri> {
    let scheme = if has_tls { "https" } else { "http" };
    format!("{scheme}://{}", reachable(listen)).parse().context("the gateway's address is not a URL")
}

/// Replaces the unspecified address by the loopback address.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

/// The address of the operators' console of the gateway that runs on this data folder.
pub(super) fn operators_console(settings: &Settings) -> Option<SocketAddr> {
    let listens = address(&folder(settings)?.join(OPERATORS_FILE))?;
    Some(reachable(listens))
}

/// A file with an address. Dropping it empties the file.
pub(super) struct Announced(File);

/// Writes the addresses until the result is dropped. Writes none where a file cannot be written,
/// such as in a container, or where another gateway runs on the same folder.
pub(super) fn announce(
    settings: &Settings,
    service: SocketAddr,
    operators: Option<SocketAddr>,
) -> Vec<Announced> {
    let Some(folder) = folder(settings) else { return Vec::new() };
    let Some(announced) = write(&folder.join(FILE), service) else { return Vec::new() };
    let operators = operators.and_then(|address| write(&folder.join(OPERATORS_FILE), address));
    [Some(announced), operators].into_iter().flatten().collect()
}

/// The data folder, unless the database is the operator's.
fn folder(settings: &Settings) -> Option<&Path> {
    (!settings.has_own_database()).then(|| Path::new(&settings.data_dir))
}

fn write(path: &Path, address: SocketAddr) -> Option<Announced> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).ok()?;
    file.try_lock().ok()?;
    file.set_len(0).and_then(|()| write!(file, "{address}")).ok()?;
    Some(Announced(file))
}

impl Drop for Announced {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}

/// The address in a file of the gateway that runs on its data folder.
fn address(path: &Path) -> Option<SocketAddr> {
    let mut file = File::open(path).ok()?;
    // Not locked: the gateway has stopped.
    if file.try_lock_shared().is_ok() {
        return None;
    }
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};
    use crate::scratch::Scratch;

    #[test]
    fn an_address_is_known_as_long_as_its_gateway_runs() {
        let folder = Scratch::new("running");
        let file = folder.join(FILE);
        assert_eq!(address(&file), None);
        let listens = "0.0.0.0:18100".parse().unwrap();
        let announced = write(&file, listens).unwrap();
        assert_eq!(address(&file), Some(listens));
        assert!(write(&file, "127.0.0.1:1".parse().unwrap()).is_none(), "another gateway runs here");
        drop(announced);
        assert_eq!(address(&file), None);
        std::fs::write(&file, "127.0.0.1:9").unwrap();
        assert_eq!(address(&file), None, "its gateway crashed");
    }

    #[test]
    fn the_operators_console_is_known_beside_the_gateway() {
        let folder = Scratch::new("running");
        let overrides = vec![("data_dir", folder.path().display().to_string())];
        let settings = load(&Sources { overrides, ..Sources::default() }).unwrap();
        let [service, operators] = ["127.0.0.1:18100", "0.0.0.0:18101"].map(|text| text.parse().unwrap());
        let announced = announce(&settings, service, Some(operators));
        assert_eq!(address(&folder.join(FILE)), Some(service));
        assert_eq!(operators_console(&settings), Some("127.0.0.1:18101".parse().unwrap()));
        assert!(announce(&settings, service, Some(operators)).is_empty(), "another gateway runs here");
        drop(announced);
        assert_eq!(operators_console(&settings), None);
        let _announced = announce(&settings, service, None);
        assert_eq!(operators_console(&settings), None, "the gateway has no console for operators");
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_obstacle() {
        assert!(write(Path::new("/no/such/folder/file"), "127.0.0.1:1".parse().unwrap()).is_none());
    }

    #[test]
    fn an_address_for_all_interfaces_is_asked_on_loopback() {
        let asked = |listen: &str| url_of(listen.parse().unwrap(), false).unwrap().to_string();
        assert_eq!(asked("0.0.0.0:8000"), "http://127.0.0.1:8000/");
        assert_eq!(asked("[::]:8000"), "http://[::1]:8000/");
        assert_eq!(asked("10.0.0.7:80"), "http://10.0.0.7:80/");
    }
}
