"""From raw text to sentences and tokens: the reference that crates/analysis/src/{clean,segment}.rs follow.

Positions are Unicode code points of the original text. Both programs keep to the same few rules, and the fixtures
hold them to the same numbers.
"""

import unicodedata
from dataclasses import dataclass, field

MAX_CHARS_PER_POST = 20_000
MAX_WORDS_PER_POST = 400
MIN_QUOTED_WORDS = 4
MAX_QUOTED_CHARS = 600
MAX_SIGNATURE_LINES = 5
MAX_SIGN_OFF_WORDS = 3
QUOTES = {"\u201c": "\u201d", "\u00ab": "\u00bb", "\u201e": "\u201d", '"': '"'}
SHARED = ("rt @", "repost:", "repost from", "reposted from", "via @", "repostando", "compartilhado de", "republicado de")
FORWARDED = ("---------- forwarded", "-----original message", "-----mensagem original", "begin forwarded message",
             "---------- mensagem encaminhada")
SENT_FROM = ("sent from my", "enviado do meu", "enviado pelo meu", "get outlook for", "obter o outlook")
SIGN_OFFS = ("best regards", "kind regards", "warm regards", "regards", "sincerely", "best,", "cheers,", "atenciosamente", "att,",
             "att.", "abraços", "abraço", "um abraço", "cordialmente")
ABBREVIATIONS = frozenset("mr mrs ms dr dra sr sra prof profa st vs jr exmo ltda cia av tel pág núm inc ltd".split())
APOSTROPHES = "'\u2019"
SENTENCE_END = ".!?\u2026"
AFTER_SENTENCE_END = SENTENCE_END + "\"'\u201d\u2019\u00bb)]"
MARKS = ("question", "exclamation", "comma", "ellipsis", "parenthesis", "colon", "number", "emoji")


@dataclass
class Token:
    start: int
    end: int
    norm: str
    is_word: bool
    titlecase: bool


@dataclass
class Sentence:
    start: int
    end: int
    words: int = 0  # runs between blanks that hold a letter or digit, as an editor counts them
    tokens: list = field(default_factory=list)
    marks: dict = field(default_factory=lambda: dict.fromkeys(MARKS, 0))


def is_mark(c):
    return unicodedata.category(c)[0] == "M"


def is_emoji(c):
    return 0x1F300 <= ord(c) <= 0x1FAFF or 0x2600 <= ord(c) <= 0x27BF


def normalise(word):
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).lower()).replace("\u2019", "'")


def lines_of(text):
    """Start, end (without the newline) of each line."""
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def drop_lines(text, keep):
    """Code blocks, quoted lines, forwarded or shared remainders, signatures."""
    lines = list(lines_of(text))
    in_code = False
    for i, (start, end) in enumerate(lines):
        line = text[start:end].strip().lower()
        rest = sum(1 for s, e in lines[i + 1:] if text[s:e].strip())
        drop = drop_rest = False
        if line.startswith("```"):
            in_code, drop = not in_code, True
        elif in_code or line.startswith(">") or line.startswith(SENT_FROM):
            drop = True
        elif line.startswith(FORWARDED) or line.startswith(SHARED):
            drop_rest = True
        elif line.startswith(("on ", "em ")) and line.endswith(("wrote:", "escreveu:")):
            drop_rest = True
        elif line in ("--", "\u2014", "__") and rest <= MAX_SIGNATURE_LINES:
            drop_rest = True
        elif i > 0 and line.startswith(SIGN_OFFS) and len(line.split()) <= MAX_SIGN_OFF_WORDS and rest <= MAX_SIGNATURE_LINES:
            drop_rest = True
        if drop_rest:
            keep[start:] = [False] * (len(text) - start)
            return
        if drop:
            keep[start:end] = [False] * (end - start)


def drop_spans(text, keep):
    """Inline code and quotations of four words or more, each within one line."""
    i, n = 0, len(text)
    while i < n:
        c = text[i]
        opens = keep[i] and (c == "`" or (c in QUOTES and (c != '"' or i == 0 or not text[i - 1].isalnum())))
        if opens:
            closer, j = QUOTES.get(c, "`"), i + 1
            while j < n and j - i <= MAX_QUOTED_CHARS and text[j] not in ("\n", closer):
                j += 1
            if j < n and j - i <= MAX_QUOTED_CHARS and text[j] == closer:
                if c == "`" or count_words(text[i + 1:j]) >= MIN_QUOTED_WORDS:
                    keep[i:j + 1] = [False] * (j + 1 - i)
                    i = j + 1
                    continue
                if c == '"':
                    i = j + 1  # a short quotation: its closing mark opens nothing
                    continue
        i += 1


def count_words(text):
    return sum(1 for chunk in text.split() if any(c.isalnum() for c in chunk))


def drop_chunks(text, keep, max_words):
    """Addresses, mentions and hashtags, all but their closing punctuation; and whatever follows the last word allowed."""
    i, n, words = 0, len(text), 0
    while i < n:
        if text[i].isspace() or not keep[i]:
            i += 1
            continue
        j = i
        while j < n and keep[j] and not text[j].isspace():
            j += 1
        chunk = text[i:j].lower()
        if "://" in chunk or chunk.startswith("www.") or ("@" in chunk and j - i > 1) or chunk.lstrip("(").startswith("#"):
            end = j
            while end > i and text[end - 1] in SENTENCE_END:
                end -= 1
            keep[i:end] = [False] * (end - i)
        elif any(c.isalnum() for c in chunk):
            words += 1
            if words > max_words:
                keep[i:] = [False] * (n - i)
                return
        i = j


def clean(text, max_words=MAX_WORDS_PER_POST):
    """Which code points of `text` are the author's own prose."""
    keep = [True] * len(text)
    drop_lines(text, keep)
    drop_spans(text, keep)
    drop_chunks(text, keep, max_words)
    return keep


def tokens_of(text, keep, start, end):
    i = start
    while i < end:
        if not (keep[i] and text[i].isalnum()):
            i += 1
            continue
        j = i + 1
        while j < end and keep[j]:
            c = text[j]
            joins = c in APOSTROPHES and text[j - 1].isalpha() and j + 1 < end and keep[j + 1] and text[j + 1].isalpha()
            if not (c.isalnum() or is_mark(c) or joins):
                break
            j += 1
        raw = text[i:j]
        norm = normalise(raw)
        is_word = any(c.isalpha() for c in norm)
        titlecase = raw[0].isupper() and len(raw) >= 2 and not raw[1].isupper()
        yield Token(i, j, norm, is_word, titlecase)
        i = j


def ends_sentence(text, keep, i):
    """Whether the mark at `i` ends a sentence; the answer is the position after its closing marks, or None."""
    j = i + 1
    while j < len(text) and keep[j] and text[j] in AFTER_SENTENCE_END:
        j += 1
    if j < len(text) and keep[j] and not text[j].isspace():
        return None
    if text[i] == "." and j == i + 1:
        k = i
        while k > 0 and keep[k - 1] and text[k - 1].isalpha():
            k -= 1
        before = text[k:i].lower()
        if before in ABBREVIATIONS or (len(before) == 1 and text[k].isupper() and before != "i"):
            return None
    return j


def ends_line(text, i):
    """Whether the newline at `i` ends a sentence: not when the next line goes on in lower case."""
    j = i + 1
    while j < len(text) and text[j].isspace():
        if text[j] == "\n":
            return True
        j += 1
    return j >= len(text) or not text[j].islower()


def sentences_of(text, keep):
    start, i, n = 0, 0, len(text)
    while i < n:
        end = None
        if keep[i] and text[i] in SENTENCE_END:
            end = ends_sentence(text, keep, i)
        elif text[i] == "\n" and ends_line(text, i):
            end = i + 1
        if end is None:
            i += 1
            continue
        yield from sentence_at(text, keep, start, end)
        start = i = end
    yield from sentence_at(text, keep, start, n)


def sentence_at(text, keep, start, end):
    """The sentence between two boundaries, trimmed to its own prose; nothing when it holds no word."""
    tokens = list(tokens_of(text, keep, start, end))
    if not any(t.is_word for t in tokens):
        return
    inside = [i for i in range(start, end) if keep[i] and not text[i].isspace()]
    sentence = Sentence(inside[0], inside[-1] + 1, tokens=tokens)
    marks = sentence.marks
    dots, in_word = 0, False
    for i in range(sentence.start, sentence.end):
        c = text[i] if keep[i] else " "
        dots = dots + 1 if c == "." else 0
        if c.isspace():
            in_word = False
        elif c.isalnum() and not in_word:
            in_word = True
            sentence.words += 1
        if c == "?":
            marks["question"] += 1
        elif c == "!":
            marks["exclamation"] += 1
        elif c == ",":
            marks["comma"] += 1
        elif c == "(":
            marks["parenthesis"] += 1
        elif c in ":;":
            marks["colon"] += 1
        elif c == "\u2026" or (c == "." and dots == 2):
            marks["ellipsis"] += 1
        elif is_emoji(c):
            marks["emoji"] += 1
    marks["number"] = sum(1 for t in tokens if not t.is_word)
    yield sentence


def read(text, max_words=MAX_WORDS_PER_POST):
    """The author's own sentences of one text."""
    text = text[:MAX_CHARS_PER_POST]
    return list(sentences_of(text, clean(text, max_words)))
