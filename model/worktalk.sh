#!/bin/sh
# Fits the model of work talk: model/worktalk.sh. The program itself reads the sentences, so that both see the same features.
set -eu
cd "$(dirname "$0")"
. ./environment.sh
python worktalk.py sentences build/worktalk.tsv
WORKTALK_SENTENCES="$PWD/build/worktalk.tsv" WORKTALK_FEATURES="$PWD/build/worktalk.jsonl" \
    cargo test --quiet --locked --lib features_can_be_written_for_the_trainer
python worktalk.py fit build/worktalk.jsonl ../src/analysis/permission/worktalk.tsv
