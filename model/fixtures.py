"""Makes the fixtures that hold the program to the trainer: python fixtures.py MODEL OUT.jsonl.gz

Each text is strung together from lexicon words, function words and word-vector words by a fixed seed, with everything
in it that cleaning and reading must get right. No sentence was written by anybody.
"""

import gzip
import json
import random
import sys
import unicodedata
from pathlib import Path

from lexicon import LANGUAGES
from predict import Reference

COUNT = 200
SEED = 20
ENDS = (".", ".", ".", "!", "?", "...", "…", " :)", ".\n", ".\r\n", "\n\n", "!!", ". \"")
INSERTS = ("https://example.com/a?b=c", "@somebody", "#topic", "(aside)", "3.5%", "2,000", "🙂", "❤️", "`x = 1`", "— well —",
           "\"so it goes\"", "\"one two three four five\"", "“a long quotation of many words”", "Dr. Lima", "e-mail", "d'água",
           "don’t", "I.", "R$ 10", "www.example.com.", "; then", "name@example.com")
LINES = ("> a line that somebody else wrote\n", "```\ncode here\n```\n", "Best regards,\nSome Body", "RT @other: their words",
         "--\nSome Body", "Sent from my phone", "On Monday, someone wrote:\nthe old text")


def text_of(rng, words, vectors, language):
    pools = (words["function"], words["feature"], vectors)
    parts = []
    for _ in range(rng.randint(8, 22)):
        length = rng.randint(3, 22)
        sentence = [rng.choice(rng.choices(pools, (5, 3, 2))[0]) for _ in range(length)]
        if rng.random() < 0.4:
            sentence.insert(rng.randrange(length), rng.choice(INSERTS))
        if rng.random() < 0.3:
            at = rng.randrange(len(sentence))
            sentence[at] += rng.choice((",", ";", ":", "'s"))
        if rng.random() < 0.15:
            at = rng.randrange(len(sentence))
            sentence[at] = rng.choice((str.upper, str.title))(sentence[at])
        if rng.random() < 0.8:
            sentence[0] = sentence[0][:1].upper() + sentence[0][1:]
        parts.append(" ".join(sentence) + rng.choice(ENDS))
    text = " ".join(parts)
    if rng.random() < 0.3:
        text = text + "\n" + rng.choice(LINES)
    if rng.random() < 0.2:
        text = unicodedata.normalize("NFD", text)
    return text


def main(model, out):
    reference = Reference(Path(model))
    lexicon = reference.counter.lexicon
    rng = random.Random(SEED)
    pools = {
        lg: {
            "function": sorted(lexicon.markers[lg].words),
            "feature": sorted(w.replace("_", " ") for words in lexicon.features[lg].values() for w in (*words.words, *words.stems)),
        }
        for lg in LANGUAGES
    }
    vectors = {lg: sorted(reference.counter.vectors[lg]) for lg in LANGUAGES}
    rows = []
    while len(rows) < COUNT:
        language = LANGUAGES[len(rows) % 2]
        text = text_of(rng, pools[language], vectors[language], language)
        expected = reference.predict(text, language)
        if expected["words"] >= 120:
            rows.append({"language": language, "text": text, **expected})
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    Path(out).write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{out}: {len(rows)} texts, {Path(out).stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
