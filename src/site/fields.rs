//! The fields of answers, as tables.

use super::markdown::heading_id;
use super::page::{Page, Section};
use super::words::Words;
use crate::domain::language::Language;
use crate::openapi::{
    Member, Object, Operation, in_language, objects_of, objects_of_analysis, objects_of_dry_run,
};

/// The fields of the successful answers of an operation. Answers of one schema share a list.
pub(super) fn of_answers(operation: &Operation, words: Words) -> String {
    let answers = objects_of(operation);
    let mut shown: Vec<(String, &[Object])> = Vec::new();
    for (success, objects) in operation.successes.iter().zip(&answers) {
        let about = format!("`{}` {}", success.status, in_language(success.about, words.0));
        let same = shown.iter_mut().find(|(_, known)| known[0].schema == objects[0].schema);
        match same {
            Some((abouts, _)) => *abouts += &format!(" {about}"),
            None if objects[0].members.is_empty() => {}
            None => shown.push((about, objects.as_slice())),
        }
    }
    let mut text = if shown.is_empty() { String::new() } else { format!("\n## {}\n", words.members()) };
    for (about, objects) in &shown {
        if shown.len() > 1 {
            text += &format!("\n{about}\n");
        }
        text += &tables(objects, words, "###");
    }
    text
}

/// An object that many operations answer with, which has a page of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum SharedObject {
    Analysis,
    DryRun,
}

impl SharedObject {
    pub(super) const ALL: [Self; 2] = [Self::Analysis, Self::DryRun];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Analysis => "/docs/reference/analise",
            Self::DryRun => "/docs/reference/dry_run",
        }
    }

    pub(super) fn page(self, language: Language) -> Page {
        let words = Words(language);
        let (title, lead, objects) = match self {
            Self::Analysis => (words.analysis_members(), words.analysis_lead(), objects_of_analysis()),
            Self::DryRun => (words.dry_run_members(), words.dry_run_lead(), objects_of_dry_run()),
        };
        let text = format!("# {title}\n\n{lead}\n{}", tables(&objects, words, "##"));
        Page::new(self.path(), Section::Reference, language, text)
    }
}

/// A table of each object, below its path as a heading of this level.
fn tables(objects: &[Object], words: Words, heading: &str) -> String {
    let mut text = String::new();
    for object in objects {
        if !object.path.is_empty() {
            text += &format!("\n{heading} `{}`\n", object.path);
        }
        let is_complete = object.members.iter().all(|member| member.absent.is_none());
        let (title, rule) = if is_complete {
            (String::new(), "")
        } else {
            (format!(" {} |", words.absent_or_null()), "---|")
        };
        text += &format!(
            "\n| {} | {} | {} |{title}\n|---|---|---|{rule}\n",
            words.name(),
            words.kind(),
            words.meaning()
        );
        for member in &object.members {
            let about = in_language(member.about, words.0);
            text += &format!("| `{}` | {} | {about} |", member.name, kind_of_member(member));
            if !is_complete {
                let absent = member.absent.map_or("", |absent| in_language(absent, words.0));
                text += &format!(" {absent} |");
            }
            text.push('\n');
        }
    }
    text
}

fn kind_of_member(member: &Member) -> String {
    let words: Vec<String> = member.words.iter().map(|word| format!("`{word}`")).collect();
    match (&member.object, words.is_empty()) {
        (Some(path), _) => format!("[{}](#{})", member.kind, heading_id(path)),
        (None, true) => member.kind.clone(),
        (None, false) if member.kind.ends_with("[]") => format!("{}: {}", member.kind, words.join(", ")),
        (None, false) => words.join(", "),
    }
}
