//! A private nginx in front of a server, for comparison.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use super::scratch::Scratch;

pub(crate) struct Nginx {
    pub(crate) address: SocketAddr,
    process: Child,
    _folder: Scratch,
}

impl Nginx {
    /// Passes `/images/ID/resize` on to `/v2/ID` of a server, with all headers that nginx passes by
    /// itself.
    pub(crate) async fn start(server: SocketAddr) -> Self {
        let folder = Scratch::new();
        std::fs::create_dir_all(folder.path()).unwrap();
        // A port that was just given up.
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {}/{name};\n", folder.path().display()))
            .concat();
        let config = format!(
            "daemon off;\nmaster_process off;\nworker_processes 1;\npid {folder}/pid;\nerror_log stderr crit;\n\
             events {{}}\nhttp {{\naccess_log off;\n{temporary}underscores_in_headers on;\n\
             server {{\nlisten {address};\nlocation ~ ^/images/([^/]+)/resize$ {{\n\
             proxy_pass http://{server}/v2/$1$is_args$args;\nproxy_http_version 1.1;\n\
             proxy_set_header Connection \"\";\nproxy_request_buffering on;\n}}\n}}\n}}\n",
            folder = folder.path().display()
        );
        let path = folder.path().join("nginx.conf");
        std::fs::write(&path, config).unwrap();
        let mut nginx = Command::new("nginx");
        let nginx = nginx.arg("-c").arg(&path).arg("-p").arg(folder.path()).arg("-e").arg("stderr");
        let process = nginx.stdin(Stdio::null()).spawn();
        let process = process.expect("nginx is missing. Run `scripts/need.sh nginx`");
        let nginx = Self { address, process, _folder: folder };
        super::gateway::eventually("nginx listens", async || {
            tokio::net::TcpStream::connect(address).await.is_ok()
        })
        .await;
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
