//! The toolchain that the program is built with.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
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
    assert!(text("README.md").contains("You need only `git`, `make` and `curl`."));
}

/// Whether a pattern of `.dockerignore` names a path or a folder above it.
fn covers(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    pattern.split('/').all(|glob| {
        parts.next().is_some_and(|part| match glob.split_once('*') {
            Some((before, after)) => part.starts_with(before) && part.ends_with(after),
            None => part == glob,
        })
    })
}

/// Whether the build of the image sees a file: the last pattern that covers it decides.
fn is_in_image_build(ignored: &str, path: &str) -> bool {
    let patterns = ignored.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    patterns.fold(true, |seen, pattern| match pattern.strip_prefix('!') {
        Some(kept) => seen || covers(kept, path),
        None => seen && !covers(pattern, path),
    })
}

/// Adds the sources below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The files that a source includes, from the root of the repository; of a name that is put
/// together, its beginning.
fn included(source: &Path) -> Vec<String> {
    let text = fs::read_to_string(source).unwrap();
    let names = ["include_str!(", "include_bytes!("].iter().flat_map(|call| text.split(call).skip(1));
    let names =
        names.filter_map(|rest| rest.trim_start_matches("concat!(").strip_prefix('"')?.split('"').next());
    let resolve = |name: &str| {
        let mut path =
            source.parent().unwrap().strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_path_buf();
        for part in name.split('/') {
            if part == ".." {
                path.pop();
            } else {
                path.push(part);
            }
        }
        path.to_str().unwrap().to_owned()
    };
    names.map(resolve).collect()
}

#[test]
fn the_build_of_the_image_sees_every_file_that_the_program_contains() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "crates/analysis/src", "crates/domain/src", "crates/people/src"] {
        sources(&root.join(folder), &mut found);
    }
    let ignored = text(".dockerignore");
    let files: BTreeSet<String> = found.iter().flat_map(|source| included(source)).collect();
    assert!(files.contains("deploy/alerts.yml") && files.contains("docs/pt/"), "{files:?}");
    for file in files.iter().map(String::as_str).chain(["migrations/0001_keys.sql", "build.rs", "Cargo.lock"])
    {
        assert!(is_in_image_build(&ignored, file), ".dockerignore hides {file}");
    }
    for hidden in
        ["deploy/check/run.sh", ".env", "target/debug/fluence", "secrets/pepper", "crates/people/tests/it.rs"]
    {
        assert!(!is_in_image_build(&ignored, hidden), "{hidden} is sent to the build");
    }
}

#[test]
fn comments_are_as_narrow_as_the_style_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests/it", "benches"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 500, "only {} files were found", files.len());
    let mut too_wide = Vec::new();
    for file in files {
        for (at, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if is_comment && line.chars().count() > 100 {
                too_wide.push(format!("{}:{}", file.display(), at + 1));
            }
        }
    }
    assert!(too_wide.is_empty(), "{too_wide:#?}");
}
