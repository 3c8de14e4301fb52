//! Imports point one way. What each module may know of the others stands in `MAY_USE`; an arrow that is not there fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and what it may import. `domain` and `kill_point` are known to all; a module always knows itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("kill_point", &[]),
    ("analysis", &[]),
    ("secret", &[]),
    ("upstream", &[]),
    // Which URLs an upstream may have.
    ("config", &["secret", "upstream"]),
    ("telemetry", &["config"]),
    ("ledger", &[]),
    ("local_postgres", &["storage"]),
    ("storage", &["ledger", "people", "secret", "config"]),
    ("people", &[]),
    ("lookup", &["people", "storage", "upstream"]),
    ("http", &["clock"]),
    ("background", &["storage", "ledger", "clock"]),
    // Lines that are logged for a call whose client has left name it too.
    ("gate", &["ledger", "storage", "http", "secret", "config", "clock", "telemetry"]),
    ("management", &["storage", "secret", "clock"]),
    (
        "api",
        &[
            "gate",
            "http",
            "ledger",
            "lookup",
            "people",
            "analysis",
            "storage",
            "config",
            "background",
            "clock",
            "management",
            "secret",
        ],
    ),
    ("server", &["api", "gate", "http", "config", "clock", "telemetry"]),
];

/// The only modules in which everything meets.
const MEETING_PLACES: [&str; 3] = ["app", "command", "main"];

/// Modules whose rules must not know how they are reached or stored, and what would tell.
const PURE: &[&str] = &["domain", "analysis", "people", "ledger"];
const IMPURE_CRATES: [&str; 6] = ["sqlx", "axum", "hyper", "tower", "reqwest", "rand"];

/// Where SQL may stand: the store, and the private server that makes databases.
const WITH_SQL: [&str; 2] = ["storage", "local_postgres"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Module and text of every source file, its tests left out.
fn modules() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&root)
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap().with_extension("");
            let name = inside.to_str().unwrap();
            let module = name.split('/').next().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            (module, path, code)
        })
        .filter(|(module, _, _)| module != "lib")
        .collect()
}

/// The modules named behind `crate::` in a text.
fn used(text: &str) -> BTreeSet<&str> {
    let after = text.split("crate::").skip(1);
    after
        .map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap_or_default())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn no_import_points_back() {
    let mut wrong = Vec::new();
    for (module, path, text) in modules() {
        if MEETING_PLACES.contains(&module.as_str()) {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{module} is not in MAY_USE"));
            continue;
        };
        for name in used(&text) {
            if name != module && !["domain", "kill_point"].contains(&name) && !allowed.contains(&name) {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn rules_know_no_http_no_sql_and_no_chance() {
    let mut wrong = Vec::new();
    for (module, path, text) in modules().iter().filter(|(module, _, _)| PURE.contains(&module.as_str())) {
        for name in IMPURE_CRATES {
            if text.contains(&format!("use {name}::")) || text.contains(&format!(" {name}::")) {
                wrong.push(format!("{} of {module} uses {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sql_stands_in_the_store_alone() {
    let mut wrong = Vec::new();
    for (module, path, text) in modules() {
        let has_sql = ["sqlx::query", "query_as(", "query_scalar("].iter().any(|call| text.contains(call));
        if has_sql && !WITH_SQL.contains(&module.as_str()) {
            wrong.push(path.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
