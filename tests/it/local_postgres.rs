//! The private Postgres: its data, its privacy, and every way its last run may have ended.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fluence::local_postgres::{LocalPostgres, LocalPostgresError};
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::support::processes::{alive, signal};
use crate::support::scratch::Scratch;

async fn write(server: &LocalPostgres, text: &str) {
    let mut connection = server.connect_options().connect().await.unwrap();
    sqlx::query("create table if not exists notes (note text)").execute(&mut connection).await.unwrap();
    sqlx::query("insert into notes values ($1)").bind(text).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn notes(server: &LocalPostgres) -> Vec<String> {
    let mut connection = server.connect_options().connect().await.unwrap();
    let notes = sqlx::query_scalar("select note from notes").fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    notes
}

#[tokio::test]
async fn a_second_start_takes_up_the_same_data() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    write(&server, "kept").await;
    server.stop().await.unwrap();
    assert_eq!(scratch.postmaster(), None, "the server outlived its stop");

    let server = scratch.start().await.unwrap();
    assert_eq!(notes(&server).await, ["kept"]);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_whose_owner_was_killed_is_taken_up_and_stopped() {
    let scratch = Scratch::new();
    drop(scratch.start().await.unwrap());
    let left_behind = scratch.postmaster().unwrap();

    let server = scratch.start().await.unwrap();
    assert_eq!(scratch.postmaster(), Some(left_behind), "a second server was started");
    server.stop().await.unwrap();
    assert_eq!(scratch.postmaster(), None);
    assert!(!alive(left_behind));
}

#[tokio::test]
async fn the_last_of_two_users_stops_the_server() {
    let scratch = Scratch::new();
    let first = scratch.start().await.unwrap();
    let second = scratch.start().await.unwrap();
    let pid = scratch.postmaster().unwrap();

    first.stop().await.unwrap();
    write(&second, "still here").await;
    second.stop().await.unwrap();
    assert!(!alive(pid));
}

#[tokio::test]
async fn a_killed_server_comes_back_with_all_that_was_committed() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    write(&server, "committed").await;
    let killed = scratch.postmaster().unwrap();
    signal("KILL", killed);

    tokio::time::timeout(Duration::from_secs(60), async {
        while server.connect_options().connect().await.is_err() || scratch.postmaster() == Some(killed) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the server is not back");
    assert_eq!(notes(&server).await, ["committed"]);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_killed_together_with_its_owner_recovers() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    write(&server, "committed").await;
    let busy = server.connect_options().connect().await.unwrap();
    drop(server);
    signal("KILL", scratch.postmaster().unwrap());

    let server = scratch.start().await.unwrap();
    drop(busy);
    assert_eq!(notes(&server).await, ["committed"]);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn lock_files_of_a_dead_process_are_no_hindrance() {
    let scratch = Scratch::new();
    scratch.start().await.unwrap().stop().await.unwrap();
    let mut ended = Command::new("true").spawn().unwrap();
    ended.wait().unwrap();
    leave_lock_files(&scratch, ended.id());

    scratch.start().await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn lock_files_that_name_a_foreign_process_are_no_hindrance() {
    let scratch = Scratch::new();
    scratch.start().await.unwrap().stop().await.unwrap();
    let owner = fs::metadata(scratch.cluster()).unwrap();
    let mut foreign = Command::new("sleep");
    foreign.arg("600").stdin(Stdio::null());
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        // Postgres itself takes a number of another user's for stale; of its own user's it does not.
        foreign.uid(owner.uid()).gid(owner.gid());
    }
    let mut foreign = foreign.spawn().unwrap();
    leave_lock_files(&scratch, foreign.id());

    let started = scratch.start().await;
    let untouched = alive(foreign.id());
    foreign.kill().unwrap();
    foreign.wait().unwrap();
    started.unwrap().stop().await.unwrap();
    assert!(untouched, "a process of somebody else's was ended");
}

#[tokio::test]
async fn a_server_whose_socket_was_deleted_is_replaced() {
    let scratch = Scratch::new();
    drop(scratch.start().await.unwrap());
    let unreachable = scratch.postmaster().unwrap();
    fs::remove_file(scratch.postgres().join(".s.PGSQL.5432")).unwrap();
    fs::remove_file(scratch.postgres().join(".s.PGSQL.5432.lock")).unwrap();

    let server = scratch.start().await.unwrap();
    assert!(!alive(unreachable));
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_initdb_is_done_again() {
    let scratch = Scratch::new();
    let interrupted = async {
        while unfinished(&scratch.postgres()).is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = scratch.start() => panic!("initdb ended before it could be interrupted"),
        () = interrupted => {}
    }
    assert!(!scratch.cluster().exists());

    let server = scratch.start().await.unwrap();
    write(&server, "works").await;
    server.stop().await.unwrap();
    assert_eq!(unfinished(&scratch.postgres()), [] as [String; 0]);
}

#[tokio::test]
async fn a_damaged_data_folder_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    scratch.start().await.unwrap().stop().await.unwrap();
    fs::remove_file(scratch.cluster().join("global/pg_control")).unwrap();

    let error = scratch.start().await.unwrap_err();
    assert!(matches!(error, LocalPostgresError::Damaged { missing: "global/pg_control", .. }), "{error}");
    assert!(scratch.cluster().join("base").is_dir());
}

#[tokio::test]
async fn a_server_that_cannot_start_shows_its_own_words() {
    let scratch = Scratch::new();
    scratch.start().await.unwrap().stop().await.unwrap();
    fs::write(scratch.cluster().join("postgresql.conf"), "nonsense = 1\n").unwrap();

    let message = scratch.start().await.unwrap_err().to_string();
    assert!(message.contains("unrecognized configuration parameter \"nonsense\""), "{message}");
}

#[tokio::test]
async fn nobody_else_may_enter_and_no_port_is_open() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    let folder = fs::metadata(scratch.postgres()).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    assert_ne!(folder.uid(), 0, "the server must not run as root");

    let pid = scratch.postmaster().unwrap();
    assert_eq!(fs::metadata(format!("/proc/{pid}")).unwrap().uid(), folder.uid());
    assert_eq!(listening_tcp_sockets(pid), [] as [String; 0]);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn the_url_leads_to_the_server_whatever_its_folder_is_called() {
    let scratch = Scratch::named(&format!("fluence it & {:08x} é", rand::random::<u32>()));
    let server = scratch.start().await.unwrap();
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let name: String =
        sqlx::query_scalar("select current_database()").fetch_one(&mut connection).await.unwrap();
    assert_eq!(name, "fluence");
    connection.close().await.unwrap();
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_too_long_for_a_socket_is_refused_by_name() {
    let scratch = Scratch::named(&"long".repeat(30));
    let error = scratch.start().await.unwrap_err();
    assert!(matches!(error, LocalPostgresError::SocketPathTooLong { limit: 107, .. }), "{error}");
}

#[tokio::test]
async fn a_closed_parent_folder_is_named() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return; // only root runs the server as somebody else
    }
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o700)).unwrap();

    let error = scratch.start().await.unwrap_err();
    assert!(
        matches!(&error, LocalPostgresError::NotPassable { path, .. } if path == scratch.path()),
        "{error}"
    );
}

fn leave_lock_files(scratch: &Scratch, pid: u32) {
    let cluster = scratch.cluster();
    let lines = format!("{pid}\n{}\n0\n5432\n{}\n", cluster.display(), scratch.postgres().display());
    fs::write(cluster.join("postmaster.pid"), &lines).unwrap();
    fs::write(scratch.postgres().join(".s.PGSQL.5432.lock"), &lines).unwrap();
}

fn unfinished(postgres: &Path) -> Vec<String> {
    fs::read_dir(postgres)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("cluster.new-"))
        .collect()
}

/// The lines of `/proc/net/tcp*` that are in state LISTEN (0A) and belong to this process.
fn listening_tcp_sockets(pid: u32) -> Vec<String> {
    let owned: Vec<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|descriptor| {
            fs::read_link(descriptor.ok()?.path()).ok()?.into_os_string().into_string().ok()
        })
        .filter_map(|target| Some(target.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    assert!(!owned.is_empty(), "the server's sockets cannot be seen");
    ["tcp", "tcp6"]
        .iter()
        .flat_map(|table| {
            fs::read_to_string(format!("/proc/{pid}/net/{table}"))
                .unwrap_or_default()
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields.get(3) == Some(&"0A")
                && fields.get(9).is_some_and(|inode| owned.iter().any(|own| own == inode))
        })
        .collect()
}
