//! Snapshots of the premium answer about each sample person in both languages. Review a change as
//! the reader of the answer.

use std::fmt::Write as _;

use fluence_analysis::advice::Line;
use fluence_analysis::analyse;
use fluence_domain::depth::Depth;
use fluence_domain::language::Language;
use fluence_domain::person::Person;

use super::people::{sample, today};

fn told(person: &Person, answer: Language) -> String {
    let analysis = analyse(person, Depth::Premium, answer, today()).unwrap();
    let (traits, advice) = (analysis.traits.unwrap(), analysis.advice.unwrap());
    let mut text = format!("{}\n\n{}", analysis.summary.text, traits.mbti_type);
    for t in 0..5 {
        let detail = traits.ocean_details.get(t);
        let _ = write!(text, "\n{:?} {} {}", detail.confidence, detail.percentile, detail.reading);
        detail.evidence.iter().for_each(|evidence| {
            let _ = write!(text, "\n    “{}”", evidence.excerpt);
        });
    }
    for (title, lines) in [("Style", advice.communication_style), ("Playbook", advice.buyer_playbook)] {
        let _ = write!(text, "\n\n{title}");
        lines.iter().for_each(|line| tell(&mut text, line));
    }
    text
}

fn tell(text: &mut String, line: &Line) {
    let _ = write!(text, "\n{:?} {}: {}", line.strength, line.id, line.text);
    for evidence in &line.evidence {
        let _ = write!(text, "\n    “{}”", evidence.excerpt);
    }
}

#[test]
fn sample_people_read_as_reviewed() {
    for (number, person) in sample().iter().enumerate() {
        let name =
            format!("{:02}_{}_{}", number + 1, person.first_name, person.last_name).replace([' ', '\''], "_");
        let both = Language::ALL.map(|answer| told(person, answer)).join("\n\n---\n\n");
        insta::assert_snapshot!(name, both);
    }
}
