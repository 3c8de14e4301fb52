#!/usr/bin/env bash
# Starts or upgrades: deploy/up.sh [--build] [UP-ARGUMENT...], such as --scale gateway=2. Migrates first: Compose 2 removes
# running gateways before it starts new ones, and a failing migration must not end them. If it fails, nothing else happens.
set -euo pipefail
cd "${PROJECT_FOLDER:-$(dirname "$0")/..}"

if [ -n "${COMPOSE:-}" ]; then
    read -ra compose <<<"$COMPOSE"
elif docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
else
    compose=(docker-compose)
fi

if [ "${1:-}" = --build ]; then
    shift
    "${compose[@]}" build gateway
fi
"${compose[@]}" run --rm migrate
case $("${compose[@]}" version --short) in
    1.*)
        "${compose[@]}" up -d "$@"
        for _ in $(seq 60); do
            "${compose[@]}" exec -T gateway fluence healthcheck 2>/dev/null && exit
            sleep 1
        done
        echo "The gateway is not ready. The reason: ${compose[*]} logs gateway" >&2
        exit 1
        ;;
    *) "${compose[@]}" up -d --wait "$@" ;;
esac
