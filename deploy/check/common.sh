# What the checks of this folder share. Sourced by them, with $work as their folder.

began=$SECONDS

say() { printf '%4d s  %s\n' $((SECONDS - began)) "$*"; }
fail() { say "FAILED: $*" >&2; exit 1; }
# expect WHAT COMMAND... — prints the end of what a failing command says.
expect() { local what=$1; shift; if "$@" >"$work/out" 2>&1; then say "$what"; else tail -30 "$work/out" >&2; fail "$what"; fi; }
# until_true SECONDS COMMAND...
until_true() { local end=$((SECONDS + $1)); shift; until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done; }
# field NAME — of the JSON object on standard input; keys.0.id goes into objects and lists.
field() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."): value = value[int(name) if isinstance(value, list) else name]
print(value)' "$1"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# --- PostgreSQL of this machine's packages ---

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
postgres_folder() { printf '%s\n' "${PG_BIN_DIR:-$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)}"; }
# make_cluster FOLDER PORT — a cluster whose superuser is fluence. Every commit is flushed, as in production.
make_cluster() {
    as_postgres mkdir -m 700 "$1"
    as_postgres "$(postgres_folder)/initdb" --pgdata="$1" --username=fluence --auth=trust --encoding=UTF8 --locale=C >/dev/null
    printf "listen_addresses = '127.0.0.1'\nport = %s\nunix_socket_directories = ''\nmax_connections = 100\nshared_buffers = 64MB\n" \
        "$2" | as_postgres tee -a "$1/postgresql.conf" >/dev/null
}
# pg_control FOLDER COMMAND...
pg_control() { local data=$1; shift; as_postgres "$(postgres_folder)/pg_ctl" --pgdata="$data" --silent --wait --log="$data.log" "$@"; }

# --- customers ---

# make_customers NUMBER — accounts with credits; their ids in $accounts, their keys in $KEY.
make_customers() {
    local number account keys=()
    accounts=()
    for number in $(seq "$1"); do
        account=$("$fluence" --json account create --name "Check $number" --email "ops@check$number.test" --edition 2025-01 --plan enterprise | field id)
        "$fluence" credit grant --account "$account" --credits 100000 --reason check >/dev/null
        keys+=("$("$fluence" --json key create --account "$account" --name check | field key)")
        accounts+=("$account")
    done
    "$fluence" directory import sample/people.jsonl >/dev/null
    export KEY="${keys[*]}"
}
# The credits of all customers.
balances() {
    local account sum=0
    for account in "${accounts[@]}"; do sum=$((sum + $("$fluence" --json account show "$account" | field balance))); done
    echo $sum
}
# A call of the load costs this.
price=2
