"""The essays, read from a folder given by the caller. Only counts are kept; no text leaves this module."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import text

TRAITS = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
FILES = {"en": "essays-en.jsonl.gz", "pt": "essays-pt.jsonl.gz"}
MIN_WORDS = 120


@dataclass
class Essays:
    """Essays of one language: author ids, binary self-reports (columns in the order of TRAITS), counts per sentence."""

    ids: np.ndarray
    labels: np.ndarray
    sentences: list

    def totals(self):
        return np.array([s.sum(0) for s in self.sentences])


def load(folder, language, counter):
    rows = []
    with gzip.open(Path(folder) / FILES[language], "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            sentences = text.read(row["text"], max_words=10**9)  # an essay is one long post: no cut at 400 words here
            if sum(s.words for s in sentences) >= MIN_WORDS:
                counts = np.array([counter.sentence(s, language) for s in sentences])
                rows.append((row["id"], [row[t[0]] for t in TRAITS], counts))
    ids, labels, sentences = zip(*rows)
    return Essays(np.array(ids), np.array(labels, float), list(sentences))


def sha256(folder, language):
    return hashlib.sha256((Path(folder) / FILES[language]).read_bytes()).hexdigest()


def windows(sentences, words):
    """Two neighbouring runs of sentences of about `words` words each, summed, or None when the essay is too short."""
    from features import WORDS

    upto = np.cumsum(sentences[:, WORDS])
    first = int(np.searchsorted(upto, words))
    if first >= len(upto):
        return None
    second = int(np.searchsorted(upto, upto[first] + words))
    if second >= len(upto) or upto[first] > 1.5 * words or upto[second] - upto[first] > 1.5 * words:
        return None
    return sentences[: first + 1].sum(0), sentences[first + 1 : second + 1].sum(0)
