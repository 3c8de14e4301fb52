//! The toolchain that the program is built with.

use std::fs;
use std::path::Path;

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
