//! nginx with Lua: what many would write instead of a gateway. It checks a key, counts the call,
//! and asks an upstream that answers the gateway's bytes; it holds no credits, and writes no log
//! line.

use std::net::TcpListener;
use std::path::Path;

use anyhow::Context;
use tokio::process::Command;

use crate::servers::{self, ServerProcess};

const CONFIG: &str = include_str!("nginx.conf");
/// Where Debian puts the modules of nginx.
const MODULES: &str = "/usr/lib/nginx/modules";

/// Starts it with these keys; `answer` is the file of the answer's bytes.
pub(crate) async fn start(keys: &Path, answer: &Path, folder: &Path) -> anyhow::Result<ServerProcess> {
    let folder = folder.join("nginx");
    std::fs::create_dir_all(&folder)?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let config = CONFIG
        .replace("{MODULES}", MODULES)
        .replace("{FOLDER}", &folder.to_string_lossy())
        .replace("{KEYS}", &keys.to_string_lossy())
        .replace("{ANSWER}", &answer.to_string_lossy())
        .replace("{LISTEN}", &address.to_string());
    let file = folder.join("nginx.conf");
    std::fs::write(&file, config)?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&file).arg("-p").arg(&folder);
    servers::start_at(address, command, keys).await.context("nginx")
}
