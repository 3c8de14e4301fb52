"""The model of work talk: how much a sentence reads like talk of work, for `crates/analysis/src/permission`.

    worktalk.py sentences OUT         writes the corpus: language, set, topic, sentence
    worktalk.py fit FEATURES TABLE    fits the weights to what the program reads of each sentence, and prints the figures

The corpus is `worktalk/` (invented sentences of work and of private life), the red-team sets that are not held back, and
the invented posts. A private sentence is also joined to work by the templates below, and stays private. The figures are
those of cross-validation by topic: no sentence of a topic is fitted when another of it is judged.
"""

import json
import random
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent
RED_TEAM = HERE.parent / "crates/analysis/tests/it/redteam"
HELD_BACK = ("tenth", "eleventh", "twelfth", "thirteenth", "roles")
LANGUAGES = ("en", "pt")
SEED = 7
TAILS = {
    "en": (", and the release moves to Friday", ", so the sprint review is short", ", but the report is ready",
           ", and the supplier waits for an answer", ", then I open the ticket queue", " before the stand-up",
           " after the client meeting", " during the audit", " on the day of the launch", ", like our roadmap",
           ", and nobody on the team asked", ", so the demo is yours", ", and the invoice is still open",
           " while the build was running", ", the contract is signed", ", and the warehouse does the count without me",
           " next to the delivery notes", ", and the new dashboard shows it", ", and the customer noticed before the manager did",
           ", so the training moves to March", ", which is why the offer is late", ", at least the backlog is empty",
           " between two site inspections", ", and the machine runs without me"),
    "pt": (", e a entrega passa para sexta", ", então a revisão da sprint é curta", ", mas o relatório está pronto",
           ", e o fornecedor espera resposta", ", depois abro a fila de chamados", " antes da reunião diária",
           " depois da visita ao cliente", " durante a auditoria", " no dia do lançamento", ", como o nosso roteiro",
           ", e ninguém da equipe perguntou", ", então a demonstração é sua", ", e a fatura continua aberta",
           " enquanto o build rodava", ", o contrato está assinado", ", e o armazém conta o estoque sem mim",
           " ao lado das notas de entrega", ", e o painel novo mostra isso", ", e o cliente notou antes do gerente",
           ", então o treinamento fica para março", ", por isso a proposta atrasou", ", pelo menos o backlog está vazio",
           " entre duas vistorias da obra", ", e a máquina roda sem mim"),
}
HEADS = {
    "en": ("The release is out, and ", "The supplier called, and ", "The audit is over and ", "Between two deployments: ",
           "The dashboard is green, but "),
    "pt": ("A versão saiu, e ", "O fornecedor ligou, e ", "A auditoria acabou e ", "Entre duas entregas: ",
           "O painel está verde, mas "),
}
HEADED = 0.3
"""Topics that are one, by the names that the sets have for them."""
SAME_TOPIC = {"relationship": "relationships", "faith": "belief", "ethnicity": "origin", "debt": "money", "relatives": "family",
              "sex": "relationships", "grief": "death", "caring": "family", "children": "family", "money of one's own": "money",
              "belief of one's own": "belief", "prison": "law", "pain": "body", "eating": "body",
              "things that tell: health": "health", "things that tell: mind": "mind", "things that tell: drink and play": "addiction"}
WEIGHTS = {"posts": 0.3, "private_mix": 0.5}
PENALTY = 2.0
FOLDS = 8
MIN_SENTENCES = 3
MIN_WEIGHT = 0.12
MIN_POST_WORDS = 4
"""What each side of a joined sentence must score, as `worktalk.rs` has it: one that is a sentence of its own, and one of a
few words."""
QUOTABLE = 3.2
AS_A_SIDE, BESIDE_A_SURE_SIDE, SUREST_SIDE = 0.75, 0.3, 5.0
THRESHOLDS = (2.0, 2.5, 3.0, 3.2, 3.4, 3.6, 4.0, 4.5)


def sections(path):
    topic = ""
    for line in path.read_text().splitlines():
        if line.startswith("["):
            topic = line.strip("[]")
        elif line and not line.startswith("#"):
            yield topic, line


def red_team():
    for path in sorted(RED_TEAM.glob("*.tsv")):
        if not any(name in path.stem for name in HELD_BACK):
            for line in path.read_text().splitlines():
                if not line.startswith("#"):
                    language, topic, sentence = line.split("\t")
                    yield language, path.stem, topic, sentence


def by_hand(language):
    for kind, name in (("work", "harmless_hand"), ("private", "private_hand")):
        for path in sorted((HERE / "worktalk").glob(f"{kind}_*{language}.txt")):
            for topic, sentence in sections(path):
                yield language, name, topic, sentence


def posts(language):
    for path in sorted((HERE / "posts").glob(f"{language}_*.txt")):
        who = ""
        for line in path.read_text().splitlines():
            if line.startswith("@"):
                who = line[2:]
            elif line:
                yield language, "posts", who, line


def mixed(rows, random):
    """Private sentences joined to work."""
    for language, kind, topic, sentence in rows:
        if kind == "private_hand":
            bare = sentence.rstrip(".")
            yield language, "private_mix", topic, f"{bare}{random.choice(TAILS[language])}."
            if random.random() < HEADED:
                is_i = language == "en" and bare.startswith("I ")
                low = bare if is_i else bare[0].lower() + bare[1:]
                yield language, "private_mix", topic, f"{random.choice(HEADS[language])}{low}."


def sentences():
    rows = list(red_team())
    for language in LANGUAGES:
        rows += [*by_hand(language), *posts(language)]
    return rows + list(mixed(rows, random.Random(SEED)))


def read(path):
    """The rows that teach: of the posts only sentences that hold words of work and nothing that the rules doubt."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]

    def teaches(row):
        features = row["features"]
        of_work = features["count\tthings"] + features["count\twork"]
        is_clear = row["allowance"] is not None and row["allowance"] >= 0
        return row["set"] != "posts" or is_clear and of_work >= 1 and features["count\twords"] >= MIN_POST_WORDS

    return [row for row in rows if teaches(row)]


def group(row):
    topic = SAME_TOPIC.get(row["topic"], row["topic"])
    return f"posts: {topic}" if row["set"] == "posts" else topic


def names_of(rows):
    seen = Counter(name for row in rows for name in row["features"])
    return sorted(name for name in seen if seen[name] >= MIN_SENTENCES or name.startswith(("count", "dim")))


def matrix(parts, names):
    place = {name: at for at, name in enumerate(names)}
    cells = [(r, place[n], v) for r, part in enumerate(parts) for n, v in part["features"].items() if n in place]
    at, column, value = map(np.array, zip(*cells))
    return csr_matrix((value, (at, column)), (len(parts), len(names)))


def scales(x, names):
    """Counts are brought to unit variance; words and pairs stay as they are."""
    counts = (name.startswith("count") for name in names)
    return np.array([x[:, at].toarray().std() or 1.0 if is_count else 1.0 for at, is_count in enumerate(counts)])


def fitted(x, y, weight):
    model = LogisticRegression(C=PENALTY, max_iter=3000, class_weight="balanced", solver="liblinear", tol=1e-4)
    return model.fit(x, y, sample_weight=weight)


def cross_validated(x, y, weight, folds, sides, owner):
    """The score of each sentence and of each of its sides."""
    scores, of_sides = np.zeros(len(y)), np.zeros(len(owner))
    for fold in range(FOLDS):
        inside = folds != fold
        model = fitted(x[inside], y[inside], weight[inside])
        scores[~inside] = model.decision_function(x[~inside])
        of_sides[~inside[owner]] = model.decision_function(sides[~inside[owner]])
    return scores, of_sides


def sides_read_as_work(scores, parts, owner, count):
    """As the program decides it: `sides_read_as_work` in `sentence.rs`."""
    most, fails = np.zeros(count), np.zeros(count, dtype=bool)
    np.maximum.at(most, owner, scores)
    stands = np.array([part["stands"] for part in parts])
    beside = AS_A_SIDE + BESIDE_A_SURE_SIDE * np.minimum(most, SUREST_SIDE)
    np.logical_or.at(fails, owner, scores + allowances(parts) <= np.where(stands, QUOTABLE, beside[owner]))
    return ~fails


def allowances(parts):
    return np.array([-np.inf if part["allowance"] is None else part["allowance"] for part in parts])


def folds_of(groups):
    order = sorted(set(groups))
    random.Random(SEED).shuffle(order)
    fold = {group: at % FOLDS for at, group in enumerate(order)}
    return np.array([fold[group] for group in groups])


def report(rows, scores, title):
    kinds = np.array([row["set"] for row in rows])
    of_work_words = np.array([row["topic"].startswith("work words") or row["set"] == "private_check" for row in rows])
    private, harmless = (np.array([kind.startswith(begin) for kind in kinds]) for begin in ("private", "harmless"))
    print(title)
    print("threshold   private quoted   of those of work words   look-alikes quotable   sentences of posts quotable")
    for threshold in THRESHOLDS:
        quoted = scores > threshold
        count = lambda of: f"{int((quoted & of).sum())} of {int(of.sum())}"
        share = lambda of: f"{100 * (quoted & of).sum() / of.sum():.1f} %"
        print(f"{threshold:9}   {count(private & ~of_work_words):>14}   {count(private & of_work_words):>22}"
              f"   {share(harmless):>20}   {share(kinds == 'posts'):>27}")
    quoted = np.where(private, scores, -np.inf)
    for at in np.argsort(-quoted)[:25]:
        print(f"  {quoted[at]:.2f}\t{rows[at]['set']}\t{rows[at]['text']}")


def write(path, names, model, scale):
    weights = model.coef_[0] / scale
    lines = ["# Weights of the model of work talk: kind, name, weight. Written by model/worktalk.py.",
             f"base\t\t{model.intercept_[0]:.3f}"]
    for name, weight in zip(names, weights):
        is_entry = not name.startswith(("count", "dim"))
        if not is_entry or abs(weight) >= MIN_WEIGHT:
            lines.append(f"{name}\t{weight:.2f}" if is_entry else f"{name}\t{weight:.4f}")
    path.write_text("\n".join(lines) + "\n")
    print(f"{path.name}: {len(lines) - 1} weights, {path.stat().st_size // 1000} kB")


def fit(features, table):
    rows = read(features)
    parts = [side for row in rows for side in row["sides"]]
    owner = np.repeat(np.arange(len(rows)), [len(row["sides"]) for row in rows])
    y = np.array([int(not row["set"].startswith("private")) for row in rows])
    weight = np.array([WEIGHTS.get(row["set"], 1.0) for row in rows])
    names = names_of(rows)
    x, sides = matrix(rows, names), matrix(parts, names)
    scale = scales(x, names)
    x, sides = (csr_matrix(plain.multiply(1 / scale)) for plain in (x, sides))
    print(f"{len(rows)} sentences, {int(y.sum())} of work; {len(names)} features")
    write(table, names, fitted(x, y, weight), scale)
    for title, groups in (("Whole topics held out", [group(row) for row in rows]),
                          ("Sentences held out", [row["text"][:30] for row in rows])):
        scores, of_sides = cross_validated(x, y, weight, folds_of(groups), sides, owner)
        reads = sides_read_as_work(of_sides, parts, owner, len(rows))
        report(rows, np.where(reads, scores + allowances(rows), -np.inf), title)


if __name__ == "__main__":
    if sys.argv[1] == "sentences":
        Path(sys.argv[2]).write_text("\n".join("\t".join(row) for row in sentences()) + "\n")
    else:
        fit(Path(sys.argv[2]), Path(sys.argv[3]))
