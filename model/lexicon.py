"""The house lexicon: which words belong to which category, in each language."""

import unicodedata
from pathlib import Path

LEXICON_PATH = Path(__file__).with_name("lexicon.tsv")
LANGUAGES = ("en", "pt")


class WordList:
    """Exact words, stems ("work*") and exceptions ("!word", "!stem*") of one category in one language."""

    def __init__(self, entries):
        self.words, self.stems, self.not_words, self.not_stems = set(), [], set(), []
        for entry in entries:
            excluded, pattern = entry.startswith("!"), entry.lstrip("!")
            stem = pattern.endswith("*")
            pattern = unicodedata.normalize("NFKC", pattern.rstrip("*"))
            if stem:
                (self.not_stems if excluded else self.stems).append(pattern)
            else:
                (self.not_words if excluded else self.words).add(pattern)
        self.stems, self.not_stems = tuple(self.stems), tuple(self.not_stems)

    def __contains__(self, word):
        if word in self.words:
            return True
        return (
            word.startswith(self.stems)
            and word not in self.not_words
            and not (self.not_stems and word.startswith(self.not_stems))
        )


class Lexicon:
    """All lists of the file, by kind. Category order is the order of the file, and that of the model's weights."""

    def __init__(self, path=LEXICON_PATH):
        self.features = {language: {} for language in LANGUAGES}
        self.markers, self.names = {}, {}
        self.sensitive = {language: {} for language in LANGUAGES}
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            kind, category, language, entries = line.split("\t")
            word_list = WordList(entries.split())
            if kind == "marker":
                self.markers[language] = word_list
            elif kind == "name":
                self.names[language] = word_list
            else:
                table = self.features if kind == "feature" else self.sensitive
                table[language][category] = word_list
        self.categories = list(self.features["en"])
        assert self.categories == list(self.features["pt"]), "each category needs both languages, in one order"
        self._pairs = {
            language: {w for words in lists.values() for w in words.words if "_" in w}
            for language, lists in self.features.items()
        }
        self._cache = {language: {} for language in LANGUAGES}

    def categories_of(self, previous, word, language):
        """Indexes of the feature categories that hold `word`, alone or right after `previous` ("" at the start)."""
        alone = self._look_up(word, language)
        pair = f"{previous}_{word}"
        if previous and pair in self._pairs[language]:
            return tuple(sorted({*alone, *self._look_up(pair, language)}))
        return alone

    def _look_up(self, word, language):
        cache = self._cache[language]
        if word not in cache:
            lists = self.features[language]
            cache[word] = tuple(i for i, name in enumerate(self.categories) if word in lists[name])
        return cache[word]
