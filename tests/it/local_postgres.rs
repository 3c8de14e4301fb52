//! The private Postgres: its data, its privacy, and every way its last run may have ended.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use fluence::local_postgres::{ArchiveDir, LocalPostgres, LocalPostgresError};
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
async fn a_killed_server_restarts_with_all_committed_data() {
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
        // Postgres itself takes a number of another user's for stale; of its own user's it does
        // not.
        foreign.uid(owner.uid()).gid(owner.gid());
    }
    let mut foreign = foreign.spawn().unwrap();
    leave_lock_files(&scratch, foreign.id());

    let started = scratch.start().await;
    let untouched = alive(foreign.id());
    foreign.kill().unwrap();
    foreign.wait().unwrap();
    started.unwrap().stop().await.unwrap();
    assert!(untouched, "a process of another user was ended");
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
async fn a_damaged_data_folder_is_refused_and_not_changed() {
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
async fn only_the_owner_may_connect_and_no_port_is_open() {
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
        return; // only root runs the server as another user
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

/// What only root may read, and a server's folder whose user has put links to it where root looks.
struct Planted {
    scratch: Scratch,
    secret: PathBuf,
}

impl Planted {
    async fn new() -> Self {
        let scratch = Scratch::new();
        scratch.start().await.unwrap().stop().await.unwrap();
        let secret = scratch.path().join("secret");
        fs::write(&secret, "only root reads this").unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        Self { scratch, secret }
    }

    /// Puts a link to the secret in the place of a file.
    fn link(&self, name: &str) -> PathBuf {
        let path = self.scratch.postgres().join(name);
        let _ = fs::remove_file(&path);
        symlink(&self.secret, &path).unwrap();
        path
    }

    /// Whether the secret is what it was, and whose it was.
    fn is_untouched(&self) -> bool {
        let found = fs::metadata(&self.secret).unwrap();
        let us = fs::metadata("/proc/self").unwrap().uid();
        fs::read_to_string(&self.secret).unwrap() == "only root reads this"
            && (found.uid(), found.mode() & 0o777) == (us, 0o600)
    }
}

#[tokio::test]
async fn links_in_the_servers_folder_are_refused_by_name_and_not_followed() {
    for name in ["start.lock", "users.lock", "postgres.log"] {
        let planted = Planted::new().await;
        let path = planted.link(name);
        let refused = planted.scratch.start().await.unwrap_err();
        assert!(
            matches!(&refused, LocalPostgresError::Folder { path: named, .. } if *named == path),
            "{refused}"
        );
        assert!(!refused.to_string().contains("only root"), "{refused}");
        assert!(planted.is_untouched(), "{name}");

        fs::remove_file(&path).unwrap();
        fs::hard_link(&planted.secret, &path).unwrap();
        assert!(planted.scratch.start().await.is_err(), "{name} as a second name");
        assert!(planted.is_untouched(), "{name} as a second name");

        fs::remove_file(&path).unwrap();
        planted.scratch.start().await.unwrap().stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_large_log_that_is_a_link_is_neither_moved_nor_opened() {
    let planted = Planted::new().await;
    let large = planted.scratch.path().join("large");
    fs::write(&large, vec![b'x'; 2 << 20]).unwrap();
    let log = planted.scratch.postgres().join("postgres.log");
    fs::remove_file(&log).unwrap();
    symlink(&large, &log).unwrap();
    assert!(planted.scratch.start().await.is_err());
    assert_eq!(fs::metadata(&large).unwrap().len(), 2 << 20);
    assert!(!planted.scratch.postgres().join("postgres.log.1").exists());

    // Its own large log is put aside, over whatever has the name of the one before.
    fs::remove_file(&log).unwrap();
    planted.scratch.start().await.unwrap().stop().await.unwrap();
    fs::OpenOptions::new().append(true).open(&log).unwrap().set_len(2 << 20).unwrap();
    planted.link("postgres.log.1");
    planted.scratch.start().await.unwrap().stop().await.unwrap();
    assert!(planted.is_untouched());
    assert_eq!(
        fs::symlink_metadata(planted.scratch.postgres().join("postgres.log.1")).unwrap().len(),
        2 << 20
    );
}

#[tokio::test]
async fn links_in_the_archive_or_among_histories_are_not_followed() {
    let planted = Planted::new().await;
    let archive = planted.scratch.path().join("archive");
    let start = async || planted.scratch.start_archiving(Some(ArchiveDir::of_gateway(archive.clone()))).await;
    start().await.unwrap().stop().await.unwrap();
    fs::remove_file(archive.join("used-by")).unwrap();
    symlink(&planted.secret, archive.join("used-by.part")).unwrap();
    start().await.unwrap().stop().await.unwrap();
    assert!(planted.is_untouched());
    assert!(fs::symlink_metadata(archive.join("used-by")).unwrap().is_file());

    let history = planted.scratch.cluster().join("pg_wal/00000009.history");
    symlink(&planted.secret, &history).unwrap();
    let refused = start().await.unwrap_err();
    assert!(matches!(&refused, LocalPostgresError::Folder { path, .. } if *path == history), "{refused}");
    assert!(!archive.join("00000009.history").exists() && planted.is_untouched());
}

#[tokio::test]
async fn a_data_folder_that_is_a_link_chooses_no_user_and_is_not_used() {
    let planted = Planted::new().await;
    let elsewhere = planted.scratch.path().join("elsewhere");
    fs::rename(planted.scratch.cluster(), &elsewhere).unwrap();
    symlink(&elsewhere, planted.scratch.cluster()).unwrap();
    let refused = planted.scratch.start().await.unwrap_err().to_string();
    assert!(refused.contains("cluster") && refused.contains("link"), "{refused}");
}

#[tokio::test]
async fn a_pipe_in_place_of_a_file_does_not_block() {
    let planted = Planted::new().await;
    for name in ["start.lock", "users.lock", "postgres.log", "cluster/PG_VERSION"] {
        let path = planted.scratch.postgres().join(name);
        let kept = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let started = tokio::time::timeout(Duration::from_secs(100), planted.scratch.start()).await;
        assert!(started.unwrap_or_else(|_| panic!("{name} is waited for")).is_err(), "{name}");
        fs::remove_file(&path).unwrap();
        if let Some(kept) = kept {
            fs::write(&path, kept).unwrap();
            let owner = fs::metadata(planted.scratch.cluster()).unwrap();
            std::os::unix::fs::chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
    }
}

#[tokio::test]
async fn a_link_in_the_place_of_the_whole_folder_gives_nothing_away() {
    let scratch = Scratch::new();
    let elsewhere = scratch.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let before = fs::metadata(&elsewhere).unwrap();
    symlink(&elsewhere, scratch.postgres()).unwrap();
    assert!(scratch.start().await.is_err());
    let after = fs::metadata(&elsewhere).unwrap();
    assert_eq!((after.uid(), after.mode()), (before.uid(), before.mode()));
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
