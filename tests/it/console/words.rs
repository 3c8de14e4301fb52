//! The words of the pages: none is left over, none is the same in both languages without a reason,
//! none has markup.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Words that are the same in both languages.
const SAME: [&str; 6] = ["endpoint", "menu", "gateway", "op_gateways", "op_email", "sum"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Name, English and Portuguese of each text without facts.
fn texts() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/words");
    let mut texts = Vec::new();
    for path in sources(&folder) {
        let source = fs::read_to_string(path).unwrap();
        let Some(words) = source.split("\nwords! {\n").nth(1).and_then(|rest| rest.split("\n}\n").next())
        else {
            continue;
        };
        for text in words.split(";\n").filter(|text| text.contains(": \"")) {
            let (name, both) = text.trim().split_once(": ").unwrap();
            let (english, portuguese) = both.split_once("\"\n").or_else(|| both.split_once("\" ")).unwrap();
            let portuguese = portuguese.trim().trim_start_matches("/ ");
            texts.push((
                name.to_owned(),
                english.trim_matches('"').to_owned(),
                portuguese.trim_matches(['"', ';']).to_owned(),
            ));
        }
    }
    texts
}

#[test]
fn every_text_is_used_and_translated_and_plain() {
    let texts = texts();
    assert!(texts.len() > 100, "{}", texts.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
    let code: String = sources(&folder).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut wrong = BTreeSet::new();
    for (name, english, portuguese) in &texts {
        let uses = [format!(".{name}()"), format!("Words::{name})"), format!("Words::{name},")];
        if !uses.iter().any(|used| code.contains(used)) {
            wrong.insert(format!("{name} is not used"));
        }
        if english == portuguese && !SAME.contains(&name.as_str()) {
            wrong.insert(format!("{name} is not translated: {english}"));
        }
        if [english, portuguese].iter().any(|text| text.contains(['<', '>']) || text.contains("&")) {
            wrong.insert(format!("{name} has markup"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
