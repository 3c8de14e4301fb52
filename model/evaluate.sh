#!/usr/bin/env bash
# Prints every bar with the measured figure beside it, and draws the curves of docs/: model/evaluate.sh [ESSAYS_FOLDER]
set -euo pipefail
essays=$(realpath "${1:-${FLUENCE_ESSAYS:-../shared/data}}")
cd "$(dirname "$0")"
source environment.sh
[ -f build/vectors.npz ] || python vectors.py build/vectors.npz
python evaluate.py "$essays" build/vectors.npz fluence.model ../docs
