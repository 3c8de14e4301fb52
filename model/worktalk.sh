#!/usr/bin/env bash
# Fits the model of work talk to its sentences and prints its figures: model/worktalk.sh
# The program reads the sentences itself, so that it and the trainer see the same features.
set -euo pipefail
cd "$(dirname "$0")"
source environment.sh
python worktalk.py sentences build/worktalk.tsv
WORKTALK_SENTENCES="$PWD/build/worktalk.tsv" WORKTALK_FEATURES="$PWD/build/worktalk.jsonl" \
    cargo test --quiet --locked --package fluence-analysis --lib features_can_be_written_for_the_trainer
python worktalk.py fit build/worktalk.jsonl ../crates/analysis/src/permission/worktalk.tsv
