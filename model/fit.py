"""The statistics of the model: ridge weights, norms by text length, Platt calibration, folds by author."""

import math

import numpy as np

from dataset import TRAITS, windows
from features import DIMS, WORDS, norms_of, standardise

# Ridge penalties, chosen once from a coarse grid by the cross-validated mean AUC, which stays within 0.003 from half to
# twice these values; so little can be gained by the choice that it hardly flatters the figures.
PENALTY_WORDS, PENALTY_MEANING = 3000.0, 6000.0
# How formal a text is, after Heylighen & Dewaele (2002, Foundations of Science 7, 293-340): what refers to things counts
# for it, what refers to the moment and the speaker against it. Posts are far more formal than the essays of the norms;
# without this, everybody who writes for the public would look calm, open and unfriendly.
REGISTER = {
    "word.prep": 1.0, "word.article": 1.0, "shape.word_length": 1.0, "shape.long_words": 1.0,
    "word.i": -1.0, "word.present": -0.5, "word.filler": -0.5, "word.you": -0.5, "word.neg": -0.5,
}
MIN_SPREAD = 0.02  # least variance between authors that is believed, of a score in standard deviations
LENGTHS = (120, 185, 270, 350)  # words in the windows from which the effect of length is fitted
BANDS = ((120, 185), (250, 350), (500, None))  # least words of a band; the window that stands for it (None: all)
FOLDS = 10


def folds_of(ids, seed):
    """Fold of each author; an author's translation is always in the fold of the original."""
    order = np.random.default_rng(seed).permutation(len(ids))
    return {int(ids[a]): k % FOLDS for k, a in enumerate(order)}


def register_of(names):
    """The register as a mix of features."""
    return np.array([REGISTER.get(name, 0.0) for name in names])


def register_slopes(z, register):
    """How much each feature goes with the register, in the writers of the norms."""
    level = z @ register
    return level @ z / (level @ level)


def ridge(z, labels, register):
    """Weights of the features with the register's part taken out, expressed over the features themselves."""
    slopes = register_slopes(z, register)
    weights = _ridge(z - np.outer(z @ register, slopes), labels)
    return weights - np.outer(register, slopes @ weights)


def _ridge(z, labels):
    penalty = np.full(z.shape[1], PENALTY_WORDS)
    penalty[-DIMS:] = PENALTY_MEANING
    return np.linalg.solve(z.T @ z + np.diag(penalty), z.T @ (labels - labels.mean(0)))


class LengthNorm:
    """How a score is spread in texts of n words: mean a + b/n, variance v (1 + k/n), reliability n / (n + k)."""

    def __init__(self, a, b, v, k):
        self.a, self.b, self.v, self.k = a, b, v, k

    @classmethod
    def fit(cls, pairs, whole):
        """`pairs`: words -> two columns of scores of neighbouring windows, with their mean length; `whole`: words, scores."""
        inverse, means, variances, covariances = [], [], [], []
        for words, scores in pairs:
            inverse.append(1 / words)
            means.append(scores.mean())
            variances.append(scores.var())
            covariances.append(np.cov(scores.T)[0, 1])
        inverse.append(1 / whole[0])
        means.append(whole[1].mean())
        variances.append(whole[1].var())
        inverse, variances = np.array(inverse), np.array(variances)
        b, a = np.polyfit(inverse, means, 1)
        v = max(float(np.mean(covariances)), MIN_SPREAD)
        k = float(((variances / v - 1) * inverse).sum() / (inverse**2).sum())
        return cls(float(a), float(b), v, min(max(k, 10.0), 5000.0))

    def z(self, score, words):
        return (score - self.a - self.b / words) / np.sqrt(self.v * (1 + self.k / words))

    def reliability(self, words):
        return words / (words + self.k)


class Distance:
    """How far the forms of texts of n words lie from the norms: the 90th percentile, a + b/n, of the mean squared
    deviation. A text further away than that is unlike the norms' texts, and its scores count for less."""

    QUANTILE = 0.9

    def __init__(self, a, b):
        self.a, self.b = a, b

    @staticmethod
    def of(z):
        return (z[:, :-DIMS] ** 2).mean(1)

    @classmethod
    def fit(cls, essays, standardised):
        """`standardised` turns counts into standardised features."""
        points = []
        for words in LENGTHS:
            first = np.array([w[0] for w in (windows(s, words) for s in essays.sentences) if w])
            points.append((1 / first[:, WORDS].mean(), np.quantile(cls.of(standardised(first)), cls.QUANTILE)))
        totals = essays.totals()
        points.append((1 / totals[:, WORDS].mean(), np.quantile(cls.of(standardised(totals)), cls.QUANTILE)))
        b, a = np.polyfit(*zip(*points), 1)
        return cls(float(a), float(b))

    def resemblance(self, z, words):
        """1 for a text like the norms' texts, less the further away it is."""
        return np.minimum(1.0, (self.a + self.b / words) / self.of(z))


def platt(z, y):
    """Slope and intercept of a logistic curve, by Newton's method (Platt 1999)."""
    x = np.stack([z, np.ones_like(z)], axis=1)
    beta = np.zeros(2)
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(2), x.T @ (y - p))
    return float(beta[0]), float(beta[1])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def auc(y, score):
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    ones = y.sum()
    return (rank[y == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones))


def biserial(y, z):
    """Correlation of z with the normal trait behind a two-way label: point-biserial over the normal's height."""
    p = y.mean()
    from statistics import NormalDist

    height = NormalDist().pdf(NormalDist().inv_cdf(p))
    return float(np.corrcoef(y, z)[0, 1] * math.sqrt(p * (1 - p)) / height)


class CrossValidation:
    """Ten folds by author. English scores are out of fold; Portuguese ones come from English weights of other authors,
    with Portuguese norms of other authors."""

    def __init__(self, english, portuguese, counter, scale, seed=1):
        self.folds = folds_of(english.ids, seed)
        self.english, self.portuguese = english, portuguese
        self.raw = {"en": counter.features(english.totals(), scale), "pt": counter.features(portuguese.totals(), scale)}
        self.fold = {"en": np.array([self.folds[int(i)] for i in english.ids]),
                     "pt": np.array([self.folds[int(i)] for i in portuguese.ids])}
        self.norms, self.weights = {}, []
        register = register_of(counter.names)
        for k in range(FOLDS):
            train = self.fold["en"] != k
            norms = {lg: norms_of(self.raw[lg][self.fold[lg] != k]) for lg in ("en", "pt")}
            z = standardise(self.raw["en"][train], norms["en"])
            self.norms[k] = norms
            self.weights.append(ridge(z, english.labels[train], register))
        self.counter, self.scale = counter, scale
        self.unit = 1.0  # scores are told in standard deviations of whole English essays
        self.unit = self.scores("en", english.totals(), np.arange(len(english.ids))).std(0)

    def scores(self, language, counts, authors):
        """Out-of-fold scores of counts; `authors` indexes the essays of the language."""
        z = self.standardised(language, counts, authors)
        out = np.zeros((len(z), len(TRAITS)))
        for k in range(FOLDS):
            rows = self.fold[language][authors] == k
            out[rows] = z[rows] @ self.weights[k]
        return out / self.unit

    def windowed(self, language, words):
        """Both windows of every essay that has them: authors, first counts, second counts."""
        essays = self.english if language == "en" else self.portuguese
        if words is None:
            totals = essays.totals()
            return np.arange(len(totals)), totals, totals
        found = [(i, *w) for i, s in enumerate(essays.sentences) if (w := windows(s, words))]
        authors, first, second = zip(*found)
        return np.array(authors), np.array(first), np.array(second)

    def length_norms(self, language):
        """Norms by length of the out-of-fold scores."""
        pairs = []
        for words in LENGTHS:
            authors, first, second = self.windowed(language, words)
            both = np.stack([self.scores(language, first, authors), self.scores(language, second, authors)], axis=2)
            pairs.append((np.mean([first[:, WORDS], second[:, WORDS]]), both))
        authors, totals, _ = self.windowed(language, None)
        whole = self.scores(language, totals, authors)
        return [LengthNorm.fit([(w, s[:, t]) for w, s in pairs], (totals[:, WORDS].mean(), whole[:, t]))
                for t in range(len(TRAITS))]

    def z(self, language, words, norms, distance):
        """Authors, z-scores by length and resemblance to the norms, for the first windows of a band."""
        authors, first, _ = self.windowed(language, words)
        s = self.scores(language, first, authors)
        n = first[:, WORDS]
        alike = distance.resemblance(self.standardised(language, first, authors), n)
        return authors, np.stack([norms[t].z(s[:, t], n) for t in range(len(TRAITS))], axis=1) * alike[:, None]

    def standardised(self, language, counts, authors):
        """Features by the norms of other folds."""
        raw = self.counter.features(counts, self.scale)
        out = np.zeros_like(raw)
        for k in range(FOLDS):
            rows = self.fold[language][authors] == k
            out[rows] = standardise(raw[rows], self.norms[k][language])
        return out
