//! Proxies that a seller might put in front of the same upstream: what they do for a call, and what
//! they leave out.

use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context;
use tokio::process::Command;

use crate::servers::{self, ServerProcess};

/// Where Debian puts the modules of nginx.
const MODULES: &str = "/usr/lib/nginx/modules";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A hop with connections that are kept open, and nothing else.
    Nginx,
    /// The same with a map of keys and a rate for each.
    NginxMap,
    /// The same with key check and counter in Lua, as gateways on nginx have them.
    NginxLua,
    /// A hop for event streams, which it does not gather.
    NginxEvents,
    /// A map of keys, and a stick table with the rate of each.
    Haproxy,
    /// A list of keys, and a local rate limit.
    Envoy,
}

impl Kind {
    /// The proxies of calls.
    pub(crate) const ALL: [Self; 5] =
        [Self::Nginx, Self::NginxMap, Self::NginxLua, Self::Haproxy, Self::Envoy];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx: a hop",
            Self::NginxMap => "nginx: key map, rate limit, hop",
            Self::NginxLua => "nginx and Lua: key check, counter, hop",
            Self::NginxEvents => "nginx: a hop without buffers",
            Self::Haproxy => "HAProxy: key map, stick table, hop",
            Self::Envoy => "Envoy: key list, rate limit, hop",
        }
    }

    /// The least that a free forwarded call should reach of it.
    pub(crate) const fn target(self) -> Option<f64> {
        Some(match self {
            Self::NginxEvents => return None,
            Self::Nginx => 0.7,
            Self::NginxMap => 0.8,
            Self::NginxLua => 1.0,
            Self::Haproxy => 0.85,
            Self::Envoy => 2.0,
        })
    }
}

/// Starts a proxy with these keys in front of an upstream.
pub(crate) async fn start(
    kind: Kind,
    keys: &Path,
    upstream: SocketAddr,
    folder: &Path,
) -> anyhow::Result<ServerProcess> {
    let folder = folder.join(format!("{kind:?}").to_lowercase());
    std::fs::create_dir_all(&folder)?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut map = String::new();
    for key in std::fs::read_to_string(keys)?.lines() {
        let ending = if kind == Kind::Haproxy { "" } else { ";" };
        writeln!(map, "{key} 1{ending}")?;
    }
    std::fs::write(folder.join("keys.map"), map)?;
    let template = match kind {
        Kind::Haproxy => include_str!("proxies/haproxy.cfg"),
        Kind::Envoy => include_str!("proxies/envoy.yaml"),
        _ => include_str!("proxies/nginx.conf"),
    };
    let (modules, prelude, check) = match kind {
        Kind::NginxMap => {
            ("", include_str!("proxies/map.http.conf"), include_str!("proxies/map.location.conf"))
        }
        Kind::NginxLua => (
            "load_module {MODULES}/ndk_http_module.so;\nload_module {MODULES}/ngx_http_lua_module.so;",
            include_str!("proxies/lua.http.conf"),
            include_str!("proxies/lua.location.conf"),
        ),
        Kind::NginxEvents => ("", "", "proxy_buffering off;"),
        Kind::Nginx | Kind::Haproxy | Kind::Envoy => ("", "", ""),
    };
    let of_key = |(at, key): (usize, &str)| format!("{{ key: {key}, client: client-{at} }}");
    let credentials: Vec<String> = std::fs::read_to_string(keys)?.lines().enumerate().map(of_key).collect();
    let config = template
        .replace("{LOAD}", modules)
        .replace("{PRELUDE}", prelude)
        .replace("{CHECK}", check)
        .replace("{MODULES}", MODULES)
        .replace("{FOLDER}", &folder.to_string_lossy())
        .replace("{KEYS}", &keys.to_string_lossy())
        .replace("{UPSTREAM}", &upstream.to_string())
        .replace("{UPSTREAM_PORT}", &upstream.port().to_string())
        .replace("{PORT}", &address.port().to_string())
        .replace("{CREDENTIALS}", &credentials.join(", "))
        .replace("{LISTEN}", &address.to_string());
    // Envoy knows the format by the name.
    let file = folder.join(if kind == Kind::Envoy { "proxy.yaml" } else { "proxy.conf" });
    std::fs::write(&file, config)?;
    let mut command = match kind {
        Kind::Haproxy => {
            let mut command = Command::new("haproxy");
            command.arg("-db").arg("-f").arg(&file);
            command
        }
        Kind::Envoy => {
            let mut command = Command::new("envoy");
            command.args(["--concurrency", "2", "--disable-hot-restart", "-l", "error", "-c"]).arg(&file);
            command
        }
        _ => {
            let mut command = Command::new("nginx");
            command.arg("-c").arg(&file).arg("-p").arg(&folder);
            command
        }
    };
    command.current_dir(&folder);
    servers::start_at(address, command, keys).await.with_context(|| kind.name())
}
