#!/usr/bin/env bash
# Validates the Kubernetes manifests by the schemas of Kubernetes, with unknown fields refused. Called by `make kubernetes-check`.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d /tmp/fluence-kubernetes-XXXXXX)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet kubernetes-validate==1.37.0
validate() { "$work/venv/bin/kubernetes-validate" --strict "$@"; }
validate deploy/kubernetes/*.yaml
# A check that cannot fail proves nothing.
sed 's/readinessProbe/readynessProbe/' deploy/kubernetes/gateway.yaml >"$work/misspelt.yaml"
if validate "$work/misspelt.yaml" >/dev/null 2>&1; then
    echo "a misspelt probe passed" >&2
    exit 1
fi
echo "the manifests are valid, and a misspelt probe is refused"
