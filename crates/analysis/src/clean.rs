//! Finds the author's own prose in a post.
//!
//! Removes code, quoted lines, long quotations, forwarded and shared text, signatures, addresses,
//! mentions and hashtags. The result is a mask over the post's code points, so that positions stay
//! those of the stored post. The rules and limits are those of `model/text.py`; a test compares
//! both on the same fixtures.

/// The most code points of a post that are read.
pub const MAX_CHARS_PER_POST: usize = 20_000;
/// The most words of a post that are kept.
pub const MAX_WORDS_PER_POST: usize = 400;

/// Shorter quotations are kept: “the so-called ‘quick win’”.
const MIN_QUOTED_WORDS: usize = 4;
/// The most code points between the marks of a quotation or of inline code.
const MAX_QUOTED_CHARS: usize = 600;
/// The most non-empty lines below the line that begins a signature.
const MAX_SIGNATURE_LINES: usize = 5;
const MAX_SIGN_OFF_WORDS: usize = 3;
const SHARED_PREFIXES: [&str; 8] = [
    "rt @",
    "repost:",
    "repost from",
    "reposted from",
    "via @",
    "repostando",
    "compartilhado de",
    "republicado de",
];
const FORWARDED_PREFIXES: [&str; 5] = [
    "---------- forwarded",
    "-----original message",
    "-----mensagem original",
    "begin forwarded message",
    "---------- mensagem encaminhada",
];
const SENT_FROM_PREFIXES: [&str; 5] =
    ["sent from my", "enviado do meu", "enviado pelo meu", "get outlook for", "obter o outlook"];
const SIGN_OFFS: [&str; 14] = [
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
    "cordialmente",
];

/// Returns whether each code point of `text` is the author's own prose.
pub fn own_prose(text: &[char]) -> Vec<bool> {
    let mut keep = vec![true; text.len()];
    drop_lines(text, &mut keep);
    drop_spans(text, &mut keep);
    drop_chunks(text, &mut keep);
    keep
}

/// What happens to a line.
enum LineAction {
    Keep,
    Drop,
    /// Drops this line and all lines after it.
    DropRest,
}

fn drop_lines(text: &[char], keep: &mut [bool]) {
    let lines: Vec<(usize, String)> = lines_of(text);
    let mut non_empty_after = lines.iter().filter(|(_, line)| !line.is_empty()).count();
    let mut in_code = false;
    for (number, (start, line)) in lines.iter().enumerate() {
        non_empty_after -= usize::from(!line.is_empty());
        let action = if line.starts_with("```") {
            in_code = !in_code;
            LineAction::Drop
        } else if in_code {
            LineAction::Drop
        } else {
            line_action(line, number, non_empty_after)
        };
        let end = lines.get(number + 1).map_or(text.len(), |(next, _)| *next);
        match action {
            LineAction::Keep => {}
            LineAction::Drop => keep[*start..end].fill(false),
            LineAction::DropRest => return keep[*start..].fill(false),
        }
    }
}

/// Returns the position of each line and its text, trimmed and in lower case.
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

fn line_action(line: &str, number: usize, non_empty_after: usize) -> LineAction {
    let starts_with_any = |list: &[&str]| list.iter().any(|mark| line.starts_with(mark));
    let introduces_reply = (line.starts_with("on ") || line.starts_with("em "))
        && (line.ends_with("wrote:") || line.ends_with("escreveu:"));
    let short_tail = non_empty_after <= MAX_SIGNATURE_LINES;
    let delimiter = matches!(line, "--" | "\u{2014}" | "__");
    let sign_off =
        number > 0 && starts_with_any(&SIGN_OFFS) && line.split_whitespace().count() <= MAX_SIGN_OFF_WORDS;
    if line.starts_with('>') || starts_with_any(&SENT_FROM_PREFIXES) {
        LineAction::Drop
    } else if starts_with_any(&FORWARDED_PREFIXES)
        || starts_with_any(&SHARED_PREFIXES)
        || introduces_reply
        || (short_tail && (delimiter || sign_off))
    {
        LineAction::DropRest
    } else {
        LineAction::Keep
    }
}

/// Drops inline code and quotations of [`MIN_QUOTED_WORDS`] words or more. Neither spans lines.
fn drop_spans(text: &[char], keep: &mut [bool]) {
    let mut at = 0;
    while let Some(&mark) = text.get(at) {
        let closer = closing_mark(mark).filter(|_| keep[at]);
        // A straight mark after a letter or digit closes a quotation or means inches.
        let opens = mark != '"' || at == 0 || !text[at - 1].is_alphanumeric();
        let Some(end) = closer.filter(|_| opens).and_then(|closer| find_on_line(text, at, closer)) else {
            at += 1;
            continue;
        };
        let inside = &text[at + 1..end];
        if mark == '`' || count_words(inside) >= MIN_QUOTED_WORDS {
            keep[at..=end].fill(false);
            at = end + 1;
        } else if mark == '"' {
            at = end + 1; // the mark that closes a short quotation opens none
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

/// Counts words as a text editor does: runs of non-blank characters with a letter or digit.
fn count_words(text: &[char]) -> usize {
    text.split(|c| c.is_whitespace()).filter(|chunk| chunk.iter().any(|c| c.is_alphanumeric())).count()
}

/// Drops addresses, mentions and hashtags, but keeps their closing punctuation. Also drops all text
/// after the first [`MAX_WORDS_PER_POST`] words.
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
            let closing = chunk.iter().rev().take_while(|c| is_sentence_end(**c)).count();
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

/// Whether a run of non-blank characters is an address, a mention or a hashtag.
fn is_pointer(chunk: &[char]) -> bool {
    let www = chunk.len() >= 4 && chunk[..4].iter().map(char::to_ascii_lowercase).eq("www.".chars());
    let scheme = chunk.windows(3).any(|w| w == [':', '/', '/']);
    let mention = chunk.len() > 1 && chunk.contains(&'@');
    let hashtag = chunk.iter().find(|c| **c != '(') == Some(&'#');
    www || scheme || mention || hashtag
}

/// Whether the mark can end a sentence.
pub(super) fn is_sentence_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '\u{2026}')
}

#[cfg(test)]
mod tests;
