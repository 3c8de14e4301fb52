//! The JSON of an analysis: brief, standard or full, within a number of bytes.

use schemars::JsonSchema;
use serde::Serialize;

use super::advice::{Basis, Line, Strength};
use super::catalogue::Section;
use super::summary::Summary;
use super::traits::Ocean;
use super::{Analysis, TextBasis};
use fluence_domain::detail::Detail;
use fluence_domain::person::Person;

/// Bytes of a whole answer, with the person, the match and the billing.
const BRIEF_BYTES: usize = 4_000;
const STANDARD_BYTES: usize = 10_000;
/// Bytes of the match, the billing and the names of all members around the analysis, at most.
const FRAME_BYTES: usize = 1_100;
/// Characters of a title in the summary of an answer that is still too long without its lines.
const SHORT_ROLE: usize = 40;
/// Lines of style and of the playbook in a brief answer.
const BRIEF_STYLE_LINES: usize = 3;
const BRIEF_PLAYBOOK_LINES: usize = 6;
/// Words beside a quotation in a standard answer.
const STANDARD_WORDS: usize = 3;

/// A brief answer.
#[derive(Serialize, JsonSchema)]
pub struct Brief<'a> {
    summary: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    traits: Option<BriefTraits<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    communication_style: Option<Vec<BriefLine<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_playbook: Option<Vec<BriefLine<'a>>>,
}

#[derive(Serialize, JsonSchema)]
struct BriefTraits<'a> {
    mbti_type: &'a str,
    ocean_scores: &'a Ocean<u8>,
    text_basis: &'a TextBasis,
}

#[derive(Serialize, JsonSchema)]
struct BriefLine<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<Section>,
    text: &'a str,
    basis: Basis,
    strength: Strength,
    evidence: Vec<BriefEvidence<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct BriefEvidence<'a> {
    post: usize,
    start: usize,
    end: usize,
    excerpt: &'a str,
}

/// Returns the analysis of `person` as JSON. A brief or standard one with which the answer would be
/// too long loses its weakest lines, then the end of the title in its summary.
pub fn json(mut analysis: Analysis, detail: Detail, person: &Person) -> Result<Vec<u8>, serde_json::Error> {
    let answer_bytes = match detail {
        Detail::Full => return serde_json::to_vec(&analysis),
        Detail::Standard => STANDARD_BYTES,
        Detail::Brief => BRIEF_BYTES,
    };
    let most = answer_bytes.saturating_sub(FRAME_BYTES + bytes_of(person)?);
    shorten(&mut analysis, detail);
    loop {
        let written = match detail {
            Detail::Brief => serde_json::to_vec(&brief(&analysis))?,
            Detail::Standard | Detail::Full => serde_json::to_vec(&analysis)?,
        };
        if written.len() <= most || !drop_weakest(&mut analysis) && !shorten_role(&mut analysis.summary) {
            return Ok(written);
        }
    }
}

/// Bytes of what the answer tells of the person besides the analysis.
fn bytes_of(person: &Person) -> Result<usize, serde_json::Error> {
    let Person { first_name, last_name, company, title, location, .. } = person;
    serde_json::to_vec(&(first_name, last_name, company, title, location)).map(|json| json.len())
}

/// Cuts a long title, which the answer tells in full beside the person. False when it is short.
fn shorten_role(summary: &mut Summary) -> bool {
    let Some(role) = summary.role.as_mut().filter(|role| role.chars().count() > SHORT_ROLE) else {
        return false;
    };
    *role = role.chars().take(SHORT_ROLE - 1).chain(['…']).collect();
    true
}

/// Removes what the detail leaves out.
fn shorten(analysis: &mut Analysis, detail: Detail) {
    if let Some(traits) = &mut analysis.traits {
        traits.ocean_details.for_each(|trait_detail| {
            trait_detail.contributions = None;
            trait_detail.evidence.truncate(1);
            trait_detail.evidence.iter_mut().for_each(|e| e.matched_words.truncate(STANDARD_WORDS));
        });
    }
    if let Some(advice) = &mut analysis.advice {
        for line in advice.communication_style.iter_mut().chain(&mut advice.buyer_playbook) {
            line.evidence.truncate(1);
            line.evidence.iter_mut().for_each(|e| e.matched_words.truncate(STANDARD_WORDS));
        }
        if detail == Detail::Brief {
            keep_strongest(&mut advice.communication_style, BRIEF_STYLE_LINES);
            keep_strongest(&mut advice.buyer_playbook, BRIEF_PLAYBOOK_LINES);
        }
    }
}

fn keep_strongest(lines: &mut Vec<Line>, most: usize) {
    while lines.len() > most {
        let Some(at) = weakest(lines) else { return };
        lines.remove(at);
    }
}

/// Returns the line with the lowest rank. Remarks do not count.
fn weakest(lines: &[Line]) -> Option<usize> {
    let ranked = lines.iter().enumerate().filter(|(_, line)| line.basis != Basis::Limits);
    ranked.min_by(|a, b| a.1.rank.total_cmp(&b.1.rank)).map(|(at, _)| at)
}

/// Drops a quotation of a trait or, when there is none left, the weakest line. False when nothing
/// is left to drop.
fn drop_weakest(analysis: &mut Analysis) -> bool {
    let mut dropped = false;
    if let Some(traits) = &mut analysis.traits {
        traits.ocean_details.for_each(|detail| {
            dropped = dropped || detail.evidence.pop().is_some();
        });
    }
    if dropped {
        return true;
    }
    let Some(advice) = &mut analysis.advice else { return false };
    let longer = match advice.communication_style.len() > advice.buyer_playbook.len() {
        true => &mut advice.communication_style,
        false => &mut advice.buyer_playbook,
    };
    let Some(at) = weakest(longer) else { return false };
    longer.remove(at);
    true
}

fn brief(analysis: &Analysis) -> Brief<'_> {
    Brief {
        summary: &analysis.summary,
        traits: analysis.traits.as_ref().map(|traits| BriefTraits {
            mbti_type: &traits.mbti_type,
            ocean_scores: &traits.ocean_scores,
            text_basis: &traits.text_basis,
        }),
        communication_style: analysis
            .advice
            .as_ref()
            .map(|advice| advice.communication_style.iter().map(brief_line).collect()),
        buyer_playbook: analysis
            .advice
            .as_ref()
            .map(|advice| advice.buyer_playbook.iter().map(brief_line).collect()),
    }
}

fn brief_line(line: &Line) -> BriefLine<'_> {
    let evidence = line.evidence.iter().map(|e| BriefEvidence {
        post: e.post,
        start: e.start,
        end: e.end,
        excerpt: &e.excerpt,
    });
    BriefLine {
        id: &line.id,
        section: line.section,
        text: &line.text,
        basis: line.basis,
        strength: line.strength,
        evidence: evidence.collect(),
    }
}
