"""Trains the model: python train.py ESSAYS_FOLDER VECTORS.npz OUT.model

No randomness but the folds, which have a fixed seed: running it twice gives the same bytes.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

import dataset
import modelfile
import vectors
from dataset import TRAITS
from features import CLIP, DIMS, LONG_WORD_LETTERS, MARK_FEATURES, SHAPE_FEATURES, UNVECTORED, Counter, norms_of, standardise
from fit import (
    BANDS, CrossValidation, Distance, auc, biserial, platt, register_of, ridge,
)
from lexicon import LANGUAGES, LEXICON_PATH

SCHEMA = 1
MODEL_ID = "fluence-text-1"
MODEL_DATE = "2026-11-22"
# McCrae & Costa 1989 (J. Pers. 57, 17-40; 267 men, 201 women): correlations of the four MBTI scales with the NEO-PI,
# means of both sexes weighted by their number. Letters: the pole of a high trait first.
TYPE_AXES = (
    {"axis": "EI", "high": "E", "low": "I", "trait": "extraversion", "correlation": 0.72},
    {"axis": "SN", "high": "N", "low": "S", "trait": "openness", "correlation": 0.71},
    {"axis": "TF", "high": "F", "low": "T", "trait": "agreeableness", "correlation": 0.45},
    {"axis": "JP", "high": "J", "low": "P", "trait": "conscientiousness", "correlation": 0.48},
)


def length_norm(n):
    return {"a": n.a, "b": n.b, "v": n.v, "k": n.k}


def calibrate(cv, norms, distance):
    """Platt slope and intercept and validity per band and trait, from English out-of-fold scores."""
    bands = []
    for least, window in BANDS:
        authors, z = cv.z("en", window, norms, distance)
        y = cv.english.labels[authors]
        curves = [platt(z[:, t], y[:, t]) for t in range(len(TRAITS))]
        bands.append({
            "words": least, "texts": len(authors),
            "slope": [c[0] for c in curves], "intercept": [c[1] for c in curves],
            "validity": [max(biserial(y[:, t], z[:, t]), 0.0) for t in range(len(TRAITS))],
            "auc": [auc(y[:, t], z[:, t]) for t in range(len(TRAITS))],
        })
    return bands


def build(folder, vectors_path):
    scale, tables = vectors.load(vectors_path)
    counter = Counter(tables)
    essays = {lg: dataset.load(folder, lg, counter) for lg in LANGUAGES}
    cv = CrossValidation(essays["en"], essays["pt"], counter, scale)
    raw = {lg: counter.features(e.totals(), scale) for lg, e in essays.items()}
    norms = {lg: norms_of(raw[lg]) for lg in LANGUAGES}
    register = register_of(counter.names)
    z = standardise(raw["en"], norms["en"])
    weights = (ridge(z, essays["en"].labels, register) / cv.unit).T
    distance = {
        lg: Distance.fit(essays[lg], lambda c, lg=lg: standardise(counter.features(c, scale), norms[lg])) for lg in LANGUAGES
    }
    trait_norms = {lg: cv.length_norms(lg) for lg in LANGUAGES}
    bands = calibrate(cv, trait_norms["en"], distance["en"])
    pt_authors, pt_z = cv.z("pt", None, trait_norms["pt"], distance["pt"])
    header = {
        "schema": SCHEMA, "id": MODEL_ID, "date": MODEL_DATE,
        "training": {lg: {"sha256": dataset.sha256(folder, lg), "authors": len(essays[lg].ids)} for lg in LANGUAGES},
        "lexicon_sha256": hashlib.sha256(LEXICON_PATH.read_bytes()).hexdigest(),
        "traits": TRAITS, "categories": counter.categories, "marks": MARK_FEATURES, "shapes": SHAPE_FEATURES,
        "unvectored": sorted(UNVECTORED), "long_word_letters": LONG_WORD_LETTERS, "clip": CLIP,
        "dims": DIMS, "scale": scale,
        "norms": {lg: {"mean": norms[lg][0], "sd": norms[lg][1]} for lg in LANGUAGES},
        "weights": weights,
        "score_norms": {lg: [length_norm(n) for n in trait_norms[lg]] for lg in LANGUAGES},
        "distance": {lg: {"a": distance[lg].a, "b": distance[lg].b} for lg in LANGUAGES},
        "bands": bands,
        "type_axes": TYPE_AXES,
        "metrics": {
            "auc_en": bands[-1]["auc"],
            "auc_pt": [auc(essays["pt"].labels[pt_authors, t], pt_z[:, t]) for t in range(len(TRAITS))],
            "method": "ten folds by author, whole essays; Portuguese by weights from English authors of other folds",
        },
    }
    return header, tables


def main(folder, vectors_path, out):
    header, tables = build(folder, Path(vectors_path))
    seal = modelfile.write(Path(out), header, tables)
    print(f"{out}: {Path(out).stat().st_size} bytes, sha256 {seal}")
    for name in ("auc_en", "auc_pt"):
        values = header["metrics"][name]
        print(name, " ".join(f"{t} {v:.3f}" for t, v in zip(TRAITS, values)), f"mean {np.mean(values):.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
