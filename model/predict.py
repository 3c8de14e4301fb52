"""The reference of the whole way from a text to its figures, from a model file alone. The fixtures come from it."""

import math

import numpy as np

import modelfile
import text
from features import Counter, WORDS, standardise
from lexicon import Lexicon


class Reference:
    def __init__(self, path):
        self.header, tables = modelfile.read(path)
        self.counter = Counter(tables, Lexicon())
        self.norms = {lg: (np.array(n["mean"]), np.array(n["sd"])) for lg, n in self.header["norms"].items()}

    def z(self, counts, language):
        return standardise(self.counter.features(counts, self.header["scale"]), self.norms[language])

    def predict(self, raw, language):
        """Editors' words, counted words, scores, probabilities and percentiles of one post in a given language."""
        sentences = text.read(raw)
        counts = sum(self.counter.sentence(s, language) for s in sentences)
        words, n = sum(s.words for s in sentences), float(counts[WORDS])
        z = self.z(counts, language)
        scores = (z @ np.array(self.header["weights"]).T)[0]
        distance = self.header["distance"][language]
        alike = min(1.0, (distance["a"] + distance["b"] / n) / (z[0, : -self.header["dims"]] ** 2).mean())
        band = max((b for b in self.header["bands"] if b["words"] <= max(words, 120)), key=lambda b: b["words"])
        probabilities, percentiles = [], []
        for t, norm in enumerate(self.header["score_norms"][language]):
            deviation = alike * (scores[t] - norm["a"] - norm["b"] / n) / math.sqrt(norm["v"] * (1 + norm["k"] / n))
            probabilities.append(1 / (1 + math.exp(-band["slope"][t] * deviation - band["intercept"][t])))
            percentiles.append(100 * 0.5 * (1 + math.erf(n / (n + norm["k"]) * deviation / math.sqrt(2))))
        return {"words": words, "counted_words": int(n), "sentences": len(sentences), "resemblance": alike,
                "scores": list(map(float, scores)), "probabilities": probabilities, "percentiles": percentiles}
