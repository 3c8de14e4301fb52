"""From sentences to features: additive counts first, then one closed list of features.

Every feature is a function of sums of whole numbers over sentences, so the order of texts cannot matter and each
sentence's share of a score is exact.
"""

import numpy as np

from lexicon import Lexicon

DIMS = 64
LONG_WORD_LETTERS = 7
MARK_FEATURES = ("question", "exclamation", "comma", "ellipsis", "parenthesis", "colon", "number")
SHAPE_FEATURES = ("sentence_length", "word_length", "long_words")
# Function words say how somebody writes, and are counted as categories; their vectors would only drown the others.
UNVECTORED = frozenset(("i", "we", "you", "other", "article", "prep", "conj", "contrast", "neg", "quant", "intens"))
MIN_SD = 0.05
CLIP = 3.0

WORDS, SENTENCES, LETTERS, LONG = 0, 1, 2, 3
MARKS_AT = 4


class Counter:
    """Counts what the features need, with one lexicon and one set of vectors."""

    def __init__(self, vectors, lexicon=None):
        self.lexicon = lexicon or Lexicon()
        self.vectors = vectors  # language -> word -> int8 array
        self.categories = self.lexicon.categories
        self.cats_at = MARKS_AT + len(MARK_FEATURES)
        self.vec_count_at = self.cats_at + len(self.categories)
        self.vec_at = self.vec_count_at + 1
        self.size = self.vec_at + DIMS
        self.unvectored = frozenset(i for i, c in enumerate(self.categories) if c in UNVECTORED)
        self.names = (
            [f"word.{c}" for c in self.categories]
            + [f"mark.{m}" for m in MARK_FEATURES]
            + [f"shape.{s}" for s in SHAPE_FEATURES]
            + [f"meaning.{d}" for d in range(DIMS)]
        )

    def vector_of(self, word, language):
        table = self.vectors[language]
        vector = table.get(word)
        if vector is None and word.endswith("'s"):
            vector = table.get(word[:-2])
        return vector

    def sentence(self, sentence, language):
        """The counts of one sentence, as whole numbers."""
        counts = np.zeros(self.size, np.int64)
        counts[SENTENCES] = 1
        for k, mark in enumerate(MARK_FEATURES):
            counts[MARKS_AT + k] = sentence.marks[mark]
        first, previous = True, ""
        for token in sentence.tokens:
            if not token.is_word:
                previous = ""
                continue
            counts[WORDS] += 1
            counts[LETTERS] += len(token.norm)
            counts[LONG] += len(token.norm) >= LONG_WORD_LETTERS
            categories = self.lexicon.categories_of(previous, token.norm, language)
            previous = token.norm
            for c in categories:
                counts[self.cats_at + c] += 1
            named = token.titlecase and not first  # a name inside a sentence says nothing about its author
            first = False
            if named or not self.unvectored.isdisjoint(categories):
                continue
            vector = self.vector_of(token.norm, language)
            if vector is not None:
                counts[self.vec_count_at] += 1
                counts[self.vec_at:] += vector
        return counts

    def features(self, counts, scale):
        """Raw features of summed counts; rows in, rows out. `scale` turns the whole-number vectors back to reals."""
        counts = np.atleast_2d(counts).astype(float)
        words = np.maximum(counts[:, WORDS], 1)
        rate = lambda columns: np.sqrt(100 * columns / words[:, None])
        shape = np.stack([
            np.log(words / np.maximum(counts[:, SENTENCES], 1)),
            counts[:, LETTERS] / words,
            np.sqrt(100 * counts[:, LONG] / words),
        ], axis=1)
        meaning = counts[:, self.vec_at:] * scale / np.maximum(counts[:, self.vec_count_at], 1)[:, None]
        return np.hstack([rate(counts[:, self.cats_at:self.vec_count_at]), rate(counts[:, MARKS_AT:self.cats_at]), shape, meaning])


def norms_of(features):
    return features.mean(0), np.maximum(features.std(0), MIN_SD * np.where(np.arange(features.shape[1]) < features.shape[1] - DIMS, 1, 0.02))


def standardise(features, norms):
    mean, sd = norms
    return np.clip((features - mean) / sd, -CLIP, CLIP)
