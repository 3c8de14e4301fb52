#!/usr/bin/env bash
# Builds the program of a commit: build_old.sh COMMIT TARGET_FOLDER. Called by `make upgrade-check`. The sources are in a folder
# of their own, which is removed afterwards; what was built stays, so that the next run is quick.
set -euo pipefail
cd "$(dirname "$0")/../.."

commit=$1 target=$(realpath -m "$2")
sources=$(mktemp -d)
trap 'git worktree remove --force "$sources/tree"; rm -rf "$sources"' EXIT
git worktree add --quiet --detach "$sources/tree" "$commit"
(cd "$sources/tree" && CARGO_TARGET_DIR=$target cargo build --locked --release --bin fluence)
