//! Writes an analysis as JSON: brief, standard or full. Brief and standard answers have a limit in
//! bytes.

use schemars::JsonSchema;
use serde::Serialize;

use super::advice::{Basis, Line, Strength};
use super::catalogue::Section;
use super::summary::Summary;
use super::traits::Ocean;
use super::{Analysis, TextBasis};
use fluence_domain::detail::Detail;
use fluence_domain::person::Person;

/// The most bytes of a whole answer, including the person, the match and the billing.
const MAX_BRIEF_BYTES: usize = 4_000;
const MAX_STANDARD_BYTES: usize = 10_000;
/// The most bytes of an answer without the analysis and the person's values.
const MAX_FRAME_BYTES: usize = 1_100;
/// The most characters of the summary's title if the answer is still too long without its lines.
const MAX_SHORT_ROLE_CHARS: usize = 40;
const MAX_BRIEF_STYLE_LINES: usize = 3;
const MAX_BRIEF_PLAYBOOK_LINES: usize = 6;
/// The most matched words of a quotation in a brief or standard answer.
const MAX_MATCHED_WORDS: usize = 3;

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

/// Returns the analysis of `person` as JSON. To keep the whole answer within its limit, drops
/// quotations of traits, then the weakest lines, then the end of the summary's title.
pub fn json(mut analysis: Analysis, detail: Detail, person: &Person) -> Result<Vec<u8>, serde_json::Error> {
    let answer_bytes = match detail {
        Detail::Full => return serde_json::to_vec(&analysis),
        Detail::Standard => MAX_STANDARD_BYTES,
        Detail::Brief => MAX_BRIEF_BYTES,
    };
    let max_bytes = answer_bytes.saturating_sub(MAX_FRAME_BYTES + bytes_of(person)?);
    leave_out(&mut analysis, detail);
    loop {
        let written = match detail {
            Detail::Brief => serde_json::to_vec(&brief(&analysis))?,
            Detail::Standard | Detail::Full => serde_json::to_vec(&analysis)?,
        };
        if written.len() <= max_bytes || !drop_weakest(&mut analysis) && !shorten_role(&mut analysis.summary)
        {
            return Ok(written);
        }
    }
}

/// Returns the bytes of the person's fields that stand beside the analysis in the answer.
fn bytes_of(person: &Person) -> Result<usize, serde_json::Error> {
    let Person { first_name, last_name, company, title, location, .. } = person;
    serde_json::to_vec(&(first_name, last_name, company, title, location)).map(|json| json.len())
}

/// Shortens a long title in the summary; the person's fields contain it in full. Returns false if
/// it is short already.
fn shorten_role(summary: &mut Summary) -> bool {
    let Some(role) = summary.role.as_mut().filter(|role| role.chars().count() > MAX_SHORT_ROLE_CHARS) else {
        return false;
    };
    *role = role.chars().take(MAX_SHORT_ROLE_CHARS - 1).chain(['…']).collect();
    true
}

/// Removes what brief and standard answers leave out.
fn leave_out(analysis: &mut Analysis, detail: Detail) {
    if let Some(traits) = &mut analysis.traits {
        traits.ocean_details.for_each(|trait_detail| {
            trait_detail.contributions = None;
            trait_detail.evidence.truncate(1);
            trait_detail.evidence.iter_mut().for_each(|e| e.matched_words.truncate(MAX_MATCHED_WORDS));
        });
    }
    if let Some(advice) = &mut analysis.advice {
        for line in advice.communication_style.iter_mut().chain(&mut advice.buyer_playbook) {
            line.evidence.truncate(1);
            line.evidence.iter_mut().for_each(|e| e.matched_words.truncate(MAX_MATCHED_WORDS));
        }
        if detail == Detail::Brief {
            keep_strongest(&mut advice.communication_style, MAX_BRIEF_STYLE_LINES);
            keep_strongest(&mut advice.buyer_playbook, MAX_BRIEF_PLAYBOOK_LINES);
        }
    }
}

fn keep_strongest(lines: &mut Vec<Line>, max_lines: usize) {
    while lines.len() > max_lines {
        let Some(at) = weakest(lines) else { return };
        lines.remove(at);
    }
}

/// Returns the index of the line with the lowest rank. Remarks are never the weakest.
fn weakest(lines: &[Line]) -> Option<usize> {
    let ranked = lines.iter().enumerate().filter(|(_, line)| line.basis != Basis::Limits);
    ranked.min_by(|a, b| a.1.rank.total_cmp(&b.1.rank)).map(|(at, _)| at)
}

/// Drops one quotation of a trait or, if none is left, the weakest line of the longer list. Returns
/// false if nothing was dropped.
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
