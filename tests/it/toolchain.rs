//! The toolchain that the program is built with.

use std::fs;
use std::path::Path;
use std::process::Command;

fn text(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The oldest Rust that the package claims to work with.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

#[test]
fn the_image_is_built_with_the_oldest_rust_that_is_claimed_to_work() {
    let image = text("Dockerfile");
    assert!(image.contains(&format!("FROM rust:{OLDEST}-")), "{OLDEST} is not in {image}");
    let ignored = text(".dockerignore");
    assert!(
        ignored.lines().any(|line| line == "rust-toolchain.toml"),
        "the file would choose another toolchain"
    );
}

#[test]
fn the_toolchain_is_one_that_needs_no_download() {
    let toolchain: toml::Table = text("rust-toolchain.toml").parse().unwrap();
    assert_eq!(toolchain["toolchain"]["channel"].as_str(), Some("stable"));
}

#[test]
fn where_nothing_may_be_installed_the_script_only_says_what_is_missing() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/need.sh");
    // A search path on which only the shell's own helpers are.
    let empty = std::env::temp_dir().join(format!("fluence-path-{:016x}", rand::random::<u64>()));
    fs::create_dir_all(&empty).unwrap();
    let ran = Command::new("/bin/bash")
        .arg(script)
        .arg("rust")
        .env_clear()
        .env("PATH", &empty)
        .env("HOME", &empty)
        .env("NO_INSTALL", "1")
        .output()
        .unwrap();
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0, "something was installed");
    fs::remove_dir_all(&empty).unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(String::from_utf8(ran.stderr).unwrap().starts_with("Rust is missing."));
}

#[test]
fn the_script_can_install_each_thing_that_the_makefile_asks_for() {
    let script = text("scripts/need.sh");
    let makefile = text("Makefile");
    let asked: Vec<&str> = makefile
        .lines()
        .filter_map(|line| line.split_once("scripts/need.sh ").map(|(_, things)| things))
        .flat_map(str::split_whitespace)
        .collect();
    assert!(asked.len() > 20, "{asked:?}");
    for thing in asked {
        assert!(script.contains(&format!("\nneed_{thing}() {{")), "scripts/need.sh has no need_{thing}");
    }
}

#[test]
fn the_readme_names_all_that_must_be_there() {
    assert!(text("README.md").contains("All that must be there is `git`, `make` and `curl`."));
}
