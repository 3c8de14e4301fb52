//! Which characters of a post are its author's own prose.
//!
//! Out go code, quoted lines and long quotations, forwarded and shared text, signatures, addresses,
//! mentions and hashtags. Nothing is rewritten: the answer is a mask over the post's code points,
//! so that positions stay those of the post. The rules and limits are those of `model/text.py`; the
//! fixtures hold both to the same numbers.

/// Code points of one post that are read; the rest is left unread.
pub const MAX_CHARS_PER_POST: usize = 20_000;
/// Words of one post that count.
pub const MAX_WORDS_PER_POST: usize = 400;

const MIN_QUOTED_WORDS: usize = 4;
const MAX_QUOTED_CHARS: usize = 600;
const MAX_SIGNATURE_LINES: usize = 5;
const MAX_SIGN_OFF_WORDS: usize = 3;
const SHARED: [&str; 8] = [
    "rt @",
    "repost:",
    "repost from",
    "reposted from",
    "via @",
    "repostando",
    "compartilhado de",
    "republicado de",
];
const FORWARDED: [&str; 5] = [
    "---------- forwarded",
    "-----original message",
    "-----mensagem original",
    "begin forwarded message",
    "---------- mensagem encaminhada",
];
const SENT_FROM: [&str; 5] =
    ["sent from my", "enviado do meu", "enviado pelo meu", "get outlook for", "obter o outlook"];
const SIGN_OFFS: [&str; 13] = [
    "best regards",
    "kind regards",
    "warm regards",
    "regards",
    "sincerely",
    "best,",
    "cheers,",
    "atenciosamente",
    "att,",
    "att.",
    "abraços",
    "abraço",
    "um abraço",
];
const SIGN_OFF_FORMAL: &str = "cordialmente";

/// For each code point of `text`, whether it is the author's own prose.
pub fn own_prose(text: &[char]) -> Vec<bool> {
    let mut keep = vec![true; text.len()];
    drop_lines(text, &mut keep);
    drop_spans(text, &mut keep);
    drop_chunks(text, &mut keep);
    keep
}

/// What becomes of one line.
enum Verdict {
    Keep,
    Drop,
    /// This line and all after it.
    DropRest,
}

fn drop_lines(text: &[char], keep: &mut [bool]) {
    let lines: Vec<(usize, String)> = lines_of(text);
    let mut filled_after = lines.iter().filter(|(_, line)| !line.is_empty()).count();
    let mut in_code = false;
    for (number, (start, line)) in lines.iter().enumerate() {
        filled_after -= usize::from(!line.is_empty());
        let verdict = if line.starts_with("```") {
            in_code = !in_code;
            Verdict::Drop
        } else if in_code {
            Verdict::Drop
        } else {
            judge_line(line, number, filled_after)
        };
        let end = lines.get(number + 1).map_or(text.len(), |(next, _)| *next);
        match verdict {
            Verdict::Keep => {}
            Verdict::Drop => keep[*start..end].fill(false),
            Verdict::DropRest => return keep[*start..].fill(false),
        }
    }
}

/// Start of each line and its text, trimmed and in lower case.
fn lines_of(text: &[char]) -> Vec<(usize, String)> {
    let mut start = 0;
    text.split(|c| *c == '\n')
        .map(|line| {
            let at = start;
            start += line.len() + 1;
            (at, line.iter().collect::<String>().trim().to_lowercase())
        })
        .collect()
}

fn judge_line(line: &str, number: usize, filled_after: usize) -> Verdict {
    let starts_with_any = |list: &[&str]| list.iter().any(|mark| line.starts_with(mark));
    let introduces_reply = (line.starts_with("on ") || line.starts_with("em "))
        && (line.ends_with("wrote:") || line.ends_with("escreveu:"));
    let short_tail = filled_after <= MAX_SIGNATURE_LINES;
    let delimiter = matches!(line, "--" | "\u{2014}" | "__");
    let sign_off = number > 0
        && (starts_with_any(&SIGN_OFFS) || line.starts_with(SIGN_OFF_FORMAL))
        && line.split_whitespace().count() <= MAX_SIGN_OFF_WORDS;
    if line.starts_with('>') || starts_with_any(&SENT_FROM) {
        Verdict::Drop
    } else if starts_with_any(&FORWARDED)
        || starts_with_any(&SHARED)
        || introduces_reply
        || (short_tail && (delimiter || sign_off))
    {
        Verdict::DropRest
    } else {
        Verdict::Keep
    }
}

/// Inline code, and quotations of four words or more, each within one line.
fn drop_spans(text: &[char], keep: &mut [bool]) {
    let mut at = 0;
    while let Some(&mark) = text.get(at) {
        let closer = closing_mark(mark).filter(|_| keep[at]);
        // A straight mark after a letter closes or is an inch sign; it opens nothing.
        let opens = mark != '"' || at == 0 || !text[at - 1].is_alphanumeric();
        let Some(end) = closer.filter(|_| opens).and_then(|closer| find_on_line(text, at, closer)) else {
            at += 1;
            continue;
        };
        let inside = &text[at + 1..end];
        if mark == '`' || word_starts(inside) >= MIN_QUOTED_WORDS {
            keep[at..=end].fill(false);
            at = end + 1;
        } else if mark == '"' {
            at = end + 1; // a short quotation stays, and its closing mark opens nothing
        } else {
            at += 1;
        }
    }
}

fn closing_mark(opening: char) -> Option<char> {
    match opening {
        '`' => Some('`'),
        '"' => Some('"'),
        '\u{201c}' | '\u{201e}' => Some('\u{201d}'),
        '\u{ab}' => Some('\u{bb}'),
        _ => None,
    }
}

fn find_on_line(text: &[char], opening: usize, closer: char) -> Option<usize> {
    let last = (opening + 1 + MAX_QUOTED_CHARS).min(text.len());
    let offset = text[opening + 1..last].iter().position(|c| *c == closer || *c == '\n')?;
    let at = opening + 1 + offset;
    (text[at] == closer).then_some(at)
}

/// Runs between blanks that hold a letter or a digit: words as an editor counts them.
fn word_starts(text: &[char]) -> usize {
    text.split(|c| c.is_whitespace()).filter(|chunk| chunk.iter().any(|c| c.is_alphanumeric())).count()
}

/// Addresses, mentions and hashtags, all but their closing punctuation; and what follows the last
/// word that counts.
fn drop_chunks(text: &[char], keep: &mut [bool]) {
    let (mut at, mut words) = (0, 0);
    while at < text.len() {
        if text[at].is_whitespace() || !keep[at] {
            at += 1;
            continue;
        }
        let length =
            text[at..].iter().zip(&keep[at..]).take_while(|(c, kept)| **kept && !c.is_whitespace()).count();
        let chunk = &text[at..at + length];
        if is_pointer(chunk) {
            let closing = chunk.iter().rev().take_while(|c| ends_sentence_mark(**c)).count();
            keep[at..at + length - closing].fill(false);
        } else if chunk.iter().any(|c| c.is_alphanumeric()) {
            words += 1;
            if words > MAX_WORDS_PER_POST {
                return keep[at..].fill(false);
            }
        }
        at += length;
    }
}

/// Whether a run between blanks is an address, a mention or a hashtag.
fn is_pointer(chunk: &[char]) -> bool {
    let www = chunk.len() >= 4 && chunk[..4].iter().map(char::to_ascii_lowercase).eq("www.".chars());
    let scheme = chunk.windows(3).any(|w| w == [':', '/', '/']);
    let mention = chunk.len() > 1 && chunk.contains(&'@');
    let hashtag = chunk.iter().find(|c| **c != '(') == Some(&'#');
    www || scheme || mention || hashtag
}

/// Whether the mark can end a sentence.
pub(super) fn ends_sentence_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '\u{2026}')
}

#[cfg(test)]
mod tests;
