"""Checks of the lexicon against word frequencies: python -m unittest test_lexicon

A stem that swallows a frequent word of another meaning ("com*" would eat "com" and "como") distorts every count. Each
stem is expanded over a frequency list (PyPI `wordfreq`), and what it must not hold is listed here by hand.
"""

import unittest

from lexicon import LANGUAGES, Lexicon

# The most frequent words are function words and verbs; a stem that reaches one of them was almost surely not meant to.
# These were looked at and are meant.
FREQUENT = 400
MEANT = {
    "en": set("believe business change control different friends fuck hours music office power shit talk thank thanks".split()),
    "pt": set("equipe história música projeto semana trabalho".split()),
}
# word -> categories that must not hold it.
NEVER = {
    "pt": {
        "com": "*", "como": "discrep work power sense ask compet", "comer": "power compet", "dor": "home", "dormir": "home",
        "metade": "achieve", "metal": "achieve", "metrô": "achieve data", "listra": "order", "empate": "care", "oriente": "help",
        "oriental": "help", "escritório": "arts", "brigadeiro": "anger", "obrigada": "anger", "década": "think",
        "competente": "power", "vencimento": "achieve", "terminal": "order", "completamente": "order", "organização": "order",
        "universidade": "ideas", "gente": "we", "nos": "we", "se": "discrep", "dado": "data", "ajudante": "help", "feito": "order",
        "tarde": "order", "melhor": "achieve", "tipo": "tent", "já": "urgency", "agora": "urgency", "favor": "polite",
        "respectivo": "care", "contar": "data", "medo": "data", "media": "achieve", "festejar": "leisure", "notar": "data",
        "senado": "polite", "paz": "time", "partido": "social", "time": "time",
    },
    "en": {
        "wonderful": "think", "fearless": "anx", "example": "work", "examine": "work", "officer": "work", "charter": "data",
        "respectively": "care", "progressive": "achieve", "organization": "order", "kind": "care tent", "may": "tent",
        "patient": "care", "winter": "achieve", "winner": "order", "teacher": "help", "figures": "think", "now": "urgency",
        "sort": "tent", "empty": "sad", "late": "order", "draw": "arts", "will": "discrep", "planet": "order", "listen": "order",
        "planes": "order", "doctor": "order", "goalkeeper": "achieve", "heart": "sense", "weather": "discrep", "assume": "swear",
        "class": "swear", "hello": "swear",
    },
}
ALWAYS = {
    "pt": {"planejamento": "order", "planilha": "order", "conquistamos": "achieve", "preocupada": "anx", "gratidão": "thanks",
           "talvez": "tent", "porque": "cause", "porém": "contrast", "reunião": "social", "amanhã": "future", "entregamos": "achieve"},
    "en": {"planning": "order", "achieved": "achieve", "worried": "anx", "grateful": "thanks", "maybe": "tent",
           "because": "cause", "however": "contrast", "meetings": "social", "tomorrow": "future", "delivered": "achieve"},
}
FORBIDDEN_TOPICS = {
    "pt": "deus igreja rezar depressão câncer eleição partido mãe pai marido filho dinheiro pagar preço gay negro".split(),
    "en": "god church pray depression cancer election party mother father husband son money pay price gay".split(),
}
GENDERED = [("obrigado", "obrigada"), ("cansado", "cansada"), ("pronto", "pronta"), ("amigo", "amiga"), ("sozinho", "sozinha"),
            ("preocupado", "preocupada"), ("animado", "animada"), ("ele", "ela"), ("dele", "dela"), ("o", "a"), ("do", "da"),
            ("um", "uma"), ("bom", "boa"), ("lindo", "linda"), ("gestor", "gestora"), ("parceiro", "parceira"), ("bravo", "brava")]
GENDERED_EN = [("he", "she"), ("him", "her"), ("his", "hers"), ("himself", "herself"), ("sir", "madam")]


class LexiconTest(unittest.TestCase):
    def setUp(self):
        self.lexicon = Lexicon()

    def held(self, word, language):
        return {self.lexicon.categories[i] for i in self.lexicon.categories_of("", word, language)}

    def test_no_stem_reaches_an_unintended_frequent_word(self):
        from wordfreq import top_n_list

        for language in LANGUAGES:
            for word in top_n_list(language, FREQUENT):
                for category, words in self.lexicon.features[language].items():
                    if word in words and word not in words.words:
                        self.assertIn(word, MEANT[language], f"{category} ({language}) reaches {word} by a stem")

    def test_known_collisions_stay_apart(self):
        for language, table in NEVER.items():
            for word, categories in table.items():
                held = self.held(word, language)
                if categories == "*":
                    self.assertLessEqual(held, {"prep"}, word)
                self.assertFalse(held & set(categories.split()), f"{word}: {held}")

    def test_words_that_belong_are_held(self):
        for language, table in ALWAYS.items():
            for word, category in table.items():
                self.assertIn(category, self.held(word, language), word)

    def test_no_feature_counts_a_special_topic(self):
        for language, words in FORBIDDEN_TOPICS.items():
            for word in words:
                held = self.held(word, language) - {"leisure", "social"}
                self.assertFalse(held, f"{word}: {held}")

    def test_grammatical_gender_changes_no_category(self):
        for pairs, language in ((GENDERED, "pt"), (GENDERED_EN, "en")):
            for one, other in pairs:
                self.assertEqual(self.held(one, language), self.held(other, language), f"{one}/{other}")

    def test_stems_are_long_enough(self):
        for language in LANGUAGES:
            for category, words in self.lexicon.features[language].items():
                for stem in words.stems:
                    self.assertGreaterEqual(len(stem), 3, f"{category}: {stem}*")


if __name__ == "__main__":
    unittest.main()
