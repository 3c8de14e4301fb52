#!/usr/bin/env bash
# Replaces two gateways behind HAProxy, one by one, by those of another version, while paid calls arrive. No call may fail.
# upgrade.sh OLD_PROGRAM NEW_PROGRAM. Called by `make upgrade-check`, with both built. CALLS_PER_S=100 is the load.
set -euo pipefail
cd "$(dirname "$0")/../.."

old=$(realpath "$1") new=$(realpath "$2")
rate=${CALLS_PER_S:-100}
work=$(mktemp -d /var/tmp/fluence-upgrade-XXXXXX)
chmod 755 "$work"
. deploy/check/common.sh
declare -A gateway=()
pids=()
finish() {
    local status=$?
    [ $status -eq 0 ] || tail -n 20 "$work"/*.log >&2 2>/dev/null || true
    for pid in "${pids[@]}" "${gateway[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    pg_control "$work/database" -m immediate stop 2>/dev/null || true
    rm -rf "$work"
    exit $status
}
trap finish EXIT
install -d -m 1777 "$work"

database=$(free_port) front=$(free_port)
declare -A port=([a]=$(free_port) [b]=$(free_port))
make_cluster "$work/database" "$database"
pg_control "$work/database" start
FLUENCE_PEPPER=$(openssl rand -hex 32)
export FLUENCE_PEPPER DATABASE_URL=postgresql://fluence@127.0.0.1:$database/postgres

cat >"$work/haproxy.cfg" <<CONFIG
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    option redispatch
frontend front
    bind 127.0.0.1:$front
    default_backend gateways
backend gateways
    option httpchk GET /readyz
    default-server check inter 200ms fall 1 rise 1
    server a 127.0.0.1:${port[a]}
    server b 127.0.0.1:${port[b]}
CONFIG
haproxy -f "$work/haproxy.cfg" >"$work/haproxy.log" 2>&1 &
pids+=($!)

# start NAME PROGRAM
ready() { curl -sf --max-time 2 "http://127.0.0.1:${port[$1]}/readyz"; }
start() {
    FLUENCE_LISTEN=127.0.0.1:${port[$1]} FLUENCE_NODE=$1 FLUENCE_LOG_LEVEL=warn "$2" serve >>"$work/$1.log" 2>&1 &
    gateway[$1]=$!
    until_true 60 ready "$1" || fail "gateway $1 does not become ready"
}
fluence=$old
expect "the old version sets the database up" "$old" migrate
make_customers 20
before=$(balances)
start a "$old"
start b "$old"
sleep 1
say "two gateways of the old version serve"

python3 deploy/check/load.py "http://127.0.0.1:$front/crm" "" "${LOAD_S:-45}" "$rate" >"$work/load.json" 2>"$work/load.log" &
load=$!
sleep 3
upgrade_began=$(date +%s%N)
expect "the new version migrates the database, which the old one serves" "$new" migrate
for name in a b; do
    kill -TERM "${gateway[$name]}"
    wait "${gateway[$name]}" || fail "the old gateway $name ends with an error"
    start "$name" "$new"
    say "gateway $name is of the new version"
    sleep 1
done
upgrade_ms=$((($(date +%s%N) - upgrade_began) / 1000000))
kill -0 $load 2>/dev/null || fail "the load ended before the upgrade did: set LOAD_S"
wait $load || fail "the load"
say "load: $(cat "$work/load.json")"
fluence=$new
calls=$(field calls <"$work/load.json")
[ "$(field repeated <"$work/load.json")" -eq 0 ] || fail "calls failed"
[ "$(field answered <"$work/load.json")" -eq "$calls" ] || fail "calls were not answered"
[ $((before - $(balances))) -eq $((price * calls)) ] || fail "the calls cost $((before - $(balances))) credits, not $((price * calls))"
expect "the ledger verifies, and each call was charged once" "$new" ledger verify
say "upgraded in $upgrade_ms ms: 0 of $calls calls failed"
