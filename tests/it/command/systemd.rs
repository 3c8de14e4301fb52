//! What a service manager learns from the program, on a socket that a test reads.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::program::Program;
use super::serving::Serving;
use crate::support::scratch::Scratch;

/// Reads until this message.
fn learns(socket: &UnixDatagram, message: &str) {
    let mut buffer = [0; 64];
    loop {
        let length = socket.recv(&mut buffer).unwrap_or_else(|error| panic!("no {message}: {error}"));
        if &buffer[..length] == message.as_bytes() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_learns_that_the_gateway_serves_lives_reloads_and_stops() {
    let (program, scratch) = (Program::new().await, Scratch::new());
    std::fs::create_dir_all(scratch.path()).unwrap();
    let name = scratch.path().join("notify");
    let socket = UnixDatagram::bind(&name).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &name).env("WATCHDOG_USEC", "300000");
    let serving = Serving::start(command);
    learns(&socket, "READY=1");
    learns(&socket, "WATCHDOG=1");
    learns(&socket, "WATCHDOG=1");
    serving.hang_up();
    learns(&socket, "RELOADING=1");
    learns(&socket, "READY=1");
    serving.stop();
    learns(&socket, "STOPPING=1");
}
