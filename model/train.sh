#!/usr/bin/env bash
# Makes the model file and the fixtures from the essays: model/train.sh [ESSAYS_FOLDER]
# Vectors are made once (about three minutes) and kept in model/build; delete that folder to make everything anew.
set -euo pipefail
essays=$(realpath "${1:-${FLUENCE_ESSAYS:-../shared/data}}")
cd "$(dirname "$0")"
source environment.sh
[ -f build/vectors.npz ] || python vectors.py build/vectors.npz
python -m unittest -q test_lexicon
python train.py "$essays" build/vectors.npz fluence.model
python fixtures.py fluence.model fixtures.jsonl.gz
