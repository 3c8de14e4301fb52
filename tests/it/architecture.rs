//! Imports point one way. What each module may know of the others stands in `MAY_USE`; an arrow
//! that is not there fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and what it may import. `domain` and `kill_point` are known to all; a module always
/// knows itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("kill_point", &[]),
    ("panic_guard", &[]),
    ("scratch", &[]),
    ("analysis", &[]),
    ("secret", &[]),
    ("outbound", &[]),
    ("upstream", &["outbound", "secret", "clock"]),
    ("catalogue", &["outbound"]),
    // Each component has the struct of its settings; together they are all settings.
    (
        "config",
        &[
            "api",
            "catalogue",
            "console",
            "gate",
            "ledger",
            "local_postgres",
            "lookup",
            "mail",
            "outbound",
            "secret",
            "server",
            "storage",
            "telemetry",
            "upstream",
        ],
    ),
    ("openapi", &["api", "catalogue", "http"]),
    ("site", &["openapi", "catalogue", "http"]),
    // Pages: acts of `management`, the figures of the ledger, the sentences of the API's refusals,
    // the look of the site.
    (
        "console",
        &[
            "api",
            "background",
            "clock",
            "http",
            "identity",
            "ledger",
            "mail",
            "management",
            "openapi",
            "secret",
            "site",
            "storage",
        ],
    ),
    ("mail", &["clock", "secret", "storage"]),
    ("identity", &[]),
    ("telemetry", &[]),
    ("ledger", &[]),
    ("local_postgres", &["storage"]),
    ("storage", &["ledger", "people", "secret", "catalogue", "identity"]),
    ("people", &[]),
    ("lookup", &["people", "storage", "upstream"]),
    ("http", &["clock"]),
    ("background", &["storage", "ledger", "clock"]),
    // Lines that are logged for a call whose client has left name it too.
    ("gate", &["ledger", "storage", "http", "secret", "catalogue", "clock", "telemetry", "panic_guard"]),
    ("management", &["storage", "ledger", "secret", "clock", "identity", "catalogue", "mail"]),
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
            "catalogue",
            "background",
            "clock",
            "management",
            "outbound",
            "secret",
            "upstream",
        ],
    ),
    (
        "server",
        &[
            "api",
            "gate",
            "http",
            "catalogue",
            "clock",
            "telemetry",
            "panic_guard",
            "secret",
            "site",
            "console",
        ],
    ),
];

/// Crates of their own in `crates/`: they cannot know more than their `Cargo.toml` names.
const PURE_CRATES: [&str; 3] = ["domain", "people", "analysis"];

/// The only modules in which everything meets.
const MEETING_PLACES: [&str; 3] = ["app", "command", "main"];

/// Modules whose rules must not know how they are reached or stored, and what would tell.
const PURE: &[&str] = &["domain", "analysis", "identity", "people", "ledger"];
const IMPURE_CRATES: [&str; 8] = ["sqlx", "axum", "hyper", "tower", "reqwest", "rand", "tokio", "tokio_util"];

/// The only part of a pure module that needs a runtime.
const WITH_RUNTIME: &str = "ledger/writer";
const RUNTIME_CRATES: [&str; 2] = ["tokio", "tokio_util"];

/// Where SQL may stand: the store, and the private server that makes databases.
const WITH_SQL: [&str; 2] = ["storage", "local_postgres"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("tests") || path.ends_with("tests.rs") {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// A source file, its tests left out. The file of a crate of `crates/` counts as the module under
/// which the program knows that crate, and its paths are written as the program would write them.
struct Source {
    file: PathBuf,
    module: Module,
    code: String,
}

impl Source {
    /// The module at the top, which `MAY_USE` names.
    fn top(&self) -> &str {
        &self.module[0]
    }
}

fn program() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = sources_of(&root.join("src"), None);
    for part in PURE_CRATES {
        found.extend(sources_of(&root.join("crates").join(part).join("src"), Some(part)));
    }
    found
}

fn sources_of(folder: &Path, part: Option<&str>) -> Vec<Source> {
    let read = |file: PathBuf| {
        let inside = file.strip_prefix(folder).unwrap().with_extension("");
        let names = inside.iter().map(|name| name.to_str().unwrap().to_owned());
        let is_root = |name: &str| ["lib", "mod"].contains(&name);
        let module: Module =
            part.map(str::to_owned).into_iter().chain(names.filter(|name| !is_root(name))).collect();
        let text = fs::read_to_string(&file).unwrap();
        let mut code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        if let Some(part) = part {
            code = code.replace("crate::", &format!("crate::{part}::"));
        }
        for known in PURE_CRATES {
            code = code.replace(&format!("fluence_{known}::"), &format!("crate::{known}::"));
        }
        Source { file, module, code }
    };
    let files = sources(folder).into_iter().map(read);
    files.filter(|source| !source.module.is_empty()).collect()
}

/// A module by the names on its path: `["http", "messages", "en"]`.
type Module = Vec<String>;

/// The modules of the program and the paths that each one's code names, comments left out.
fn named_paths() -> BTreeMap<Module, Vec<Module>> {
    let named = program().into_iter().map(|source| {
        let code: Vec<&str> =
            source.code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        (source.module, paths(&code.join(" ")))
    });
    named.collect()
}

/// The paths of a text that begin with `crate`, `self` or `super`; `a::{b, c::d}` names `a::b` and
/// `a::c::d`.
fn paths(code: &str) -> Vec<Module> {
    let mut found = Vec::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for (at, _) in ["crate::", "self::", "super::"].iter().flat_map(|word| code.match_indices(word)) {
        let before = &code[..at];
        if !before.ends_with(is_name) && !before.ends_with("::") {
            expand(&[], &code[at..], &mut found);
        }
    }
    found
}

/// Adds the paths that `rest` begins with to `found`, each behind `prefix`; returns what follows
/// them.
fn expand<'t>(prefix: &[String], mut rest: &'t str, found: &mut Vec<Module>) -> &'t str {
    let mut path = prefix.to_vec();
    loop {
        rest = rest.trim_start();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if length > 0 {
            path.push(rest[..length].to_owned());
            rest = &rest[length..];
        } else if let Some(mut list) = rest.strip_prefix('{') {
            while !list.is_empty() && !list.starts_with('}') {
                list = expand(&path, list, found).trim_start();
                list =
                    list[list.find([',', '}']).unwrap_or(list.len())..].trim_start_matches(',').trim_start();
            }
            return list.strip_prefix('}').unwrap_or(list);
        }
        match rest.strip_prefix("::") {
            Some(after) => rest = after,
            None => {
                found.push(path);
                return rest;
            }
        }
    }
}

/// The module that a path means, seen from `module`.
fn resolved(module: &Module, path: &Module, all: &BTreeMap<Module, Vec<Module>>) -> Module {
    let mut names = path.iter().peekable();
    let mut target =
        if path.first().is_some_and(|name| name == "crate") { Vec::new() } else { module.clone() };
    while let Some(name) = names.next_if(|name| ["crate", "self", "super"].contains(&name.as_str())) {
        if name == "super" {
            target.pop();
        }
    }
    for name in names {
        target.push(name.clone());
        if !all.contains_key(&target) {
            target.pop();
            break;
        }
    }
    target
}

/// Which siblings use which: an import between two modules counts for the two siblings on whose
/// branches they are, so that parent and child may know each other.
fn sibling_imports() -> BTreeMap<String, BTreeSet<String>> {
    let all = named_paths();
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, path) in all.iter().flat_map(|(module, paths)| paths.iter().map(move |path| (module, path)))
    {
        let target = resolved(module, path, &all);
        let shared = module.iter().zip(&target).take_while(|(one, other)| one == other).count();
        if shared < module.len() && shared < target.len() {
            let [from, to] = [module, &target].map(|module| module[..=shared].join("/"));
            imports.entry(from).or_default().insert(to);
        }
    }
    imports
}

/// All that can be reached over the imports of a module.
fn reached(from: &str, imports: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(module) = open.pop() {
        let next = imports.get(&module).into_iter().flatten();
        open.extend(next.filter(|name| reached.insert((*name).clone())).cloned());
    }
    reached
}

#[test]
fn siblings_do_not_import_each_other_in_circles() {
    let imports = sibling_imports();
    let reached: BTreeMap<&String, BTreeSet<String>> =
        imports.keys().map(|module| (module, reached(module, &imports))).collect();
    let circle_of = |module: &String| -> Vec<&str> {
        let others = reached.iter().filter(|(_, back)| back.contains(module));
        others.map(|(other, _)| other.as_str()).filter(|other| reached[module].contains(*other)).collect()
    };
    let circles: BTreeSet<Vec<&str>> =
        imports.keys().filter(|module| reached[*module].contains(*module)).map(circle_of).collect();
    assert_eq!(circles, BTreeSet::new());
}

#[test]
fn paths_are_read_out_of_nested_lists() {
    let read = |code: &str| paths(code).iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(
        read("use crate::a::{self, B, c::{D as E, f::G}, h}; x(super::i::J::k())"),
        [
            "crate::a::self",
            "crate::a::B",
            "crate::a::c::D",
            "crate::a::c::f::G",
            "crate::a::h",
            "super::i::J::k"
        ]
    );
    assert_eq!(read("pub(super) fn x(&self) {}"), Vec::<String>::new());
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
    for source in program() {
        let module = source.top();
        if MEETING_PLACES.contains(&module) {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{module} is not in MAY_USE"));
            continue;
        };
        for name in used(&source.code) {
            if name != module && !["domain", "kill_point"].contains(&name) && !allowed.contains(&name) {
                wrong.push(format!("{} uses {name}", source.file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn rules_know_no_http_no_sql_no_chance_and_no_runtime() {
    let with_runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(WITH_RUNTIME);
    let mut wrong = Vec::new();
    for source in program().iter().filter(|source| PURE.contains(&source.top())) {
        let has_runtime = source.file.with_extension("").starts_with(&with_runtime);
        let text = &source.code;
        for name in IMPURE_CRATES.iter().filter(|name| !(has_runtime && RUNTIME_CRATES.contains(name))) {
            if text.contains(&format!("use {name}::")) || text.contains(&format!(" {name}::")) {
                wrong.push(format!("{} uses {name}", source.file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_crates_depend_on_pure_crates() {
    for part in PURE_CRATES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(part).join("Cargo.toml");
        let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let dependencies = manifest["dependencies"].as_table().unwrap();
        let impure: Vec<&String> =
            dependencies.keys().filter(|name| IMPURE_CRATES.contains(&name.as_str())).collect();
        assert!(impure.is_empty(), "{part} depends on {impure:?}");
    }
}

#[test]
fn sql_stands_in_the_store_alone() {
    let mut wrong = Vec::new();
    for source in program() {
        let has_sql =
            ["sqlx::query", "query_as(", "query_scalar("].iter().any(|call| source.code.contains(call));
        if has_sql && !WITH_SQL.contains(&source.top()) {
            wrong.push(source.file.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
