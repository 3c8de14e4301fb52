#!/usr/bin/env bash
# Switches from PostgreSQL's primary to its synchronous replica again and again, while paid calls arrive: every second time the
# primary crashes. No acknowledged call may be lost. switch_over.sh PROGRAM. Called by `make switch-over-check`.
# ROUNDS=10, CALLS_PER_S=50.
set -euo pipefail
cd "$(dirname "$0")/../.."

fluence=$(realpath "$1")
rounds=${ROUNDS:-10} rate=${CALLS_PER_S:-50}
work=$(mktemp -d /var/tmp/fluence-switch-over-XXXXXX)
chmod 1777 "$work"
. deploy/check/common.sh
pids=()
finish() {
    local status=$? name
    [ $status -eq 0 ] || tail -n 15 "$work"/*.log >&2 2>/dev/null || true
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    for name in one two; do pg_control "$work/$name" -m immediate stop 2>/dev/null || true; done
    rm -rf "$work"
    exit $status
}
trap finish EXIT

declare -A port=([one]=$(free_port) [two]=$(free_port))
address=$(free_port) listen=$(free_port)

# --- a primary, its replica, and the address that leads to the primary ---
make_cluster "$work/one" "${port[one]}"
as_postgres tee -a "$work/one/postgresql.conf" >/dev/null <<'CONFIG'
synchronous_standby_names = '*'
wal_log_hints = on
wal_keep_size = '512MB'
hot_standby = on
CONFIG
# follow NAME OTHER — NAME becomes a replica of OTHER.
follow() {
    as_postgres sed -i -e '/^port = /d' -e '/^primary_conninfo/d' "$work/$1/postgresql.conf"
    as_postgres sed -i '/^primary_conninfo/d' "$work/$1/postgresql.auto.conf"
    printf "port = %s\nprimary_conninfo = 'host=127.0.0.1 port=%s user=fluence application_name=%s'\n" "${port[$1]}" "${port[$2]}" "$1" |
        as_postgres tee -a "$work/$1/postgresql.conf" >/dev/null
    as_postgres touch "$work/$1/standby.signal"
    pg_control "$work/$1" start
}
ask() { as_postgres "$(postgres_folder)/psql" --no-psqlrc --quiet --tuples-only --no-align --username=fluence --host=127.0.0.1 \
    --port="${port[$1]}" --dbname=postgres --command="$2"; }
is_synchronous() { [ "$(ask "$1" "select count(*) from pg_stat_replication where sync_state = 'sync'")" = 1 ]; }
PGOPTIONS='-c synchronous_commit=local' pg_control "$work/one" start
as_postgres "$(postgres_folder)/pg_basebackup" --pgdata="$work/two" --username=fluence --host=127.0.0.1 --port="${port[one]}" --checkpoint=fast
follow two one
until_true 20 is_synchronous one || fail "the replica does not follow"

cat >"$work/haproxy.cfg" <<CONFIG
global
    stats socket $work/haproxy.sock level admin
defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h
frontend address
    bind 127.0.0.1:$address
    default_backend primary
backend primary
    default-server on-marked-down shutdown-sessions
    server one 127.0.0.1:${port[one]}
    server two 127.0.0.1:${port[two]} disabled
CONFIG
haproxy -f "$work/haproxy.cfg" >"$work/haproxy.log" 2>&1 &
pids+=($!)
# turn NAME ready|maint
turn() { python3 -c 'import socket,sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(f"set server primary/{sys.argv[2]} state {sys.argv[3]}\n".encode()); s.recv(1024)' \
    "$work/haproxy.sock" "$1" "$2"; }

# --- a gateway under load ---
FLUENCE_PEPPER=$(openssl rand -hex 32)
export FLUENCE_PEPPER DATABASE_URL=postgresql://fluence@127.0.0.1:$address/postgres
leads() { as_postgres "$(postgres_folder)/pg_isready" --quiet --host=127.0.0.1 --port="$address"; }
until_true 20 leads || fail "HAProxy does not lead to the primary"
expect "the database is set up" "$fluence" migrate
make_customers 20
before=$(balances)
FLUENCE_LISTEN=127.0.0.1:$listen FLUENCE_LOG_LEVEL=error "$fluence" serve >"$work/gateway.log" 2>&1 &
pids+=($!)
ready() { curl -sf --max-time 2 "http://127.0.0.1:$listen/readyz"; }
until_true 60 ready || fail "the gateway does not become ready"
python3 deploy/check/load.py "http://127.0.0.1:$listen/crm" "" "${LOAD_S:-$((rounds * 8 + 5))}" "$rate" >"$work/load.json" 2>"$work/load.log" &
load=$!
sleep 2

# --- the switch-overs ---
primary=one replica=two
longest_ms=0
for round in $(seq "$rounds"); do
    until_true 30 is_synchronous "$primary" || fail "the replica does not follow"
    switch_began=$(date +%s%N)
    if [ $((round % 2)) -eq 1 ]; then how="stops" mode=fast; else how="crashes" mode=immediate; fi
    pg_control "$work/$primary" -m $mode stop
    turn "$primary" maint
    pg_control "$work/$replica" promote
    turn "$replica" ready
    # A crashed primary may have what its replica has not.
    # pg_rewind reads the timeline of the last checkpoint.
    ask "$replica" checkpoint
    [ $mode = fast ] || expect "round $round: pg_rewind" as_postgres "$(postgres_folder)/pg_rewind" --target-pgdata="$work/$primary" \
        --source-server="host=127.0.0.1 port=${port[$replica]} user=fluence dbname=postgres"
    follow "$primary" "$replica"
    until_true 30 ready || fail "round $round: the gateway does not become ready again"
    took_ms=$((($(date +%s%N) - switch_began) / 1000000))
    [ $took_ms -le $longest_ms ] || longest_ms=$took_ms
    say "round $round: $primary $how, $replica serves; both again after $took_ms ms"
    read -r primary replica <<<"$replica $primary"
    sleep 2
done
if kill -0 $load 2>/dev/null; then :; else fail "the load ended before the last switch-over: set LOAD_S"; fi
wait $load || fail "the load"
say "load: $(cat "$work/load.json")"
calls=$(field calls <"$work/load.json")
[ "$(field answered <"$work/load.json")" -eq "$calls" ] || fail "calls were never answered"
# Holds of calls that were cut are released within ledger.hold_life_s.
charged_once() { [ $((before - $(balances))) -eq $((price * calls)) ]; }
until_true 120 charged_once || fail "the calls cost $((before - $(balances))) credits, not $((price * calls))"
expect "the ledger verifies, and each call was charged once" "$fluence" ledger verify
say "$rounds switch-overs, the longest $longest_ms ms: none of $calls acknowledged calls is lost"
