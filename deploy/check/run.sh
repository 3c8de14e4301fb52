#!/usr/bin/env bash
# Runs the container files as an operator does, and checks what they promise: make docker-check. As root, on Debian.
#
# Uses the Docker engine that runs; without one it starts one of its own, with its own folder and socket, and removes it in the
# end (KEEP=1 leaves it). RING=1 also stops the database until an alert rings, which takes two minutes. PROGRAM=FILE puts a built
# program into the image instead of building it there, which saves minutes.
# Base images are pulled, or made from Debian's packages where no image registry can be reached.
set -euo pipefail
# With pipefail, a pipeline into `grep -q` or `head` can fail although it found something: they close the pipe early. So pipelines here
# end in neither.
cd "$(dirname "$0")/../.."
here=$PWD/deploy/check
image=fluence:check
work=$(mktemp -d)
own_engine=

. "$here/common.sh"
# refuse WHAT TEXT COMMAND... — the command fails and says TEXT.
refuse() {
    local what=$1 text=$2; shift 2
    if "$@" >"$work/out" 2>&1; then fail "$what: it succeeded"; fi
    grep -q -- "$text" "$work/out" || { tail -20 "$work/out" >&2; fail "$what: another reason"; }
    say "$what"
}

if ! docker info >/dev/null 2>&1; then
    scripts/need.sh docker
    own_engine=1
    folder=${DOCKER_CHECK_DIR:-/var/tmp/fluence-docker-check}
    $here/engine.sh start
    export DOCKER_HOST=unix://$folder/d.sock
    say "started an engine of its own"
fi

project=fluencecheck
dc() { (cd "$work" && "${compose[@]}" -p "$project" "$@"); }
cleanup() {
    local status=$?
    if [ $status -ne 0 ] && [ -n "${compose:-}" ] && [ -e "$work/compose.yaml" ]; then
        dc logs --tail=15 2>&1 | tail -90 >&2 || true
    fi
    if [ -n "${compose:-}" ] && [ -e "$work/compose.yaml" ]; then
        for project in fluencecheck fluencerestored; do
            dc --profile shared --profile monitoring --profile tools down -v -t 5 >/dev/null 2>&1 || true
        done
    fi
    cd "$here"
    rm -rf "$work"
    if [ -n "$own_engine" ] && [ -z "${KEEP:-}" ]; then $here/engine.sh clean; fi
    exit $status
}
trap cleanup EXIT

# Compose 2 is not in Debian 12; the package of Debian 13 runs there.
compose_2() {
    docker compose version >/dev/null 2>&1 && return
    local plugins=${folder:-$work}/plugins
    export DOCKER_CONFIG=${folder:-$work}/config
    mkdir -p "$plugins" "$DOCKER_CONFIG/cli-plugins"
    docker run --rm -v "$plugins:/plugins" debian:trixie-slim bash -c \
        'apt-get -qq update && cd /tmp && apt-get -qq download docker-compose >/dev/null && dpkg-deb -x docker-compose_*.deb /plugins'
    cp "$plugins"/usr/libexec/docker/cli-plugins/docker-compose "$DOCKER_CONFIG/cli-plugins/"
    docker compose version >/dev/null
}

$here/base-images.sh rust:1.95-slim-trixie
expect "Compose 2 is there" compose_2
compose=(docker compose)

# --- the image ---
revision=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
if [ -n "${PROGRAM:-}" ]; then
    mkdir -p "$work/image/target/release"
    cp "$PROGRAM" "$work/image/target/release/fluence"
    { printf 'FROM rust:1.95-slim-trixie AS build\nWORKDIR /src\nCOPY . .\n'; sed -n '/^# The files of the image/,$p' Dockerfile; } >"$work/image/Dockerfile"
    context=$work/image
else
    context=.
fi
expect "the image builds" env DOCKER_BUILDKIT="${BUILDKIT:-0}" docker build --build-arg REVISION="$revision" -t $image "$context"
megabytes=$(($(docker image inspect -f '{{.Size}}' $image) / 1000000))
[ $megabytes -le 40 ] || fail "the image has $megabytes MB"
[ "$(docker image inspect -f '{{index .Config.Labels "org.opencontainers.image.revision"}}' $image)" = "$revision" ] || fail "the image has no revision"
[ "$(docker image inspect -f '{{.Config.User}}' $image)" = 65532:65532 ] || fail "the image runs as root"
say "the image has $megabytes MB, a revision, and an unprivileged user"

# --- an operator's folder ---
cp -r compose.yaml .env.example fluence.env.example deploy sample "$work/"
cd "$work"
refuse "without .env and secrets nothing starts" . dc config -q
cp .env.example .env
expect "deploy/init.sh makes secrets" deploy/init.sh
cp secrets/pepper "$work/pepper.before"
expect "deploy/init.sh keeps what is there" deploy/init.sh
cmp -s secrets/pepper pepper.before || fail "deploy/init.sh replaced the pepper"
[ "$(stat -c %a secrets .env fluence.env | sort -u | tr '\n' ' ')" = "600 700 " ] || fail "others can read .env, fluence.env or secrets"
sed -i 's/^SITE=$/SITE=localhost/' .env
cat >>.env <<'ENV'
FRONT_HTTP=127.0.0.1:18000
FRONT_HTTPS=127.0.0.1:18443
FRONT_SUBNET=172.30.91.0/24
GATEWAY_IMAGE=fluence:check
PROMETHEUS=127.0.0.1:19090
COMPOSE_PROFILES=shared,monitoring
FLUENCE_REDIS_URL=redis://redis:6379/0
ENV
cat >>fluence.env <<'ENV'
FLUENCE_SUPPORT_CONTACT=help@check.test
FLUENCE_REGION=check-1
ENV
compose=(docker-compose); expect "Compose 1.29 accepts the file" dc config -q
compose=(docker compose); expect "Compose 2 accepts the file" dc config -q

# --- up ---
export PROJECT_FOLDER=$work
up() { COMPOSE="${compose[*]} -p $project" deploy/up.sh "$@"; }
expect "it starts with two gateways" up --scale gateway=2
fluence() { dc exec -T gateway fluence --as check "$@"; }
account=$(fluence --json account create --name Check --email ops@check.test --plan business | field id)
fluence --json key create --account "$account" --name check >key.json
KEY=$(field key <key.json)
export KEY
# As in the README, on standard input.
(cd "$work" && docker compose -p $project run --rm -T import <sample/people.jsonl) >"$work/out" 2>&1 || { cat out >&2; fail "the import"; }
say "account, key and people are there"
until_true 20 dc exec -T front test -s /data/caddy/pki/authorities/local/root.crt || fail "the front has no certificate"
dc exec -T front cat /data/caddy/pki/authorities/local/root.crt >ca.crt
get() { curl -sS --cacert ca.crt --max-time 10 -o "$work/body" -w '%{http_code}' -H "X-API-Key: $KEY" "$@"; }
person='{"primeiro_nome":"Marina","ultimo_nome":"Duarte Prado","empresa":"Horizonte Sistemas"}'
post() { get -H 'Content-Type: application/json' -d "$person" "$@"; }
url=https://localhost:18443
test_call() { [ "$(post $url/crm)" = 200 ]; }
balance() { get $url/creditos >/dev/null; field creditos_disponiveis <body 2>/dev/null || field billing_info.creditos_restantes <body; }
[ "$(post $url/crm)" = 200 ] || { cat body >&2; fail "a paid call through TLS"; }
[ "$(get $url/readyz)" = 200 ] || fail "/readyz"
[ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:18000/)" = 308 ] || fail "HTTP is not redirected to HTTPS"
say "calls through TLS are answered"
[ "$(curl -sS --cacert ca.crt -o body -w '%{http_code}' $url/creditos)" = 401 ] && grep -q help@check.test body || fail "a setting of fluence.env did not arrive"
say "settings of fluence.env arrive"

# --- who reaches what ---
published=$(dc ps -q | xargs docker inspect -f '{{range $port, $to := .NetworkSettings.Ports}}{{if $to}}{{$.Config.Image}} {{end}}{{end}}' | tr -s ' \n' '\n' | sort -u | tr '\n' ' ')
[ "$published" = "caddy:2 prom/prometheus:v2.53.3 " ] || fail "ports are published by: $published"
say "only the front and Prometheus publish ports"
if dc ps -q | xargs docker inspect | grep -F -e "$(cat secrets/pepper)" -e "$(cat secrets/postgres_password)" >/dev/null; then fail "docker inspect shows a secret"; fi
say "docker inspect shows no secret"
gateway=$(dc ps -q gateway | sed -n 1p)
[ "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.Config.User}}' "$gateway")" \
    = "true [ALL] [no-new-privileges:true] 65532:65532" ] || fail "the gateway is not hardened"
if dc ps -q | xargs docker inspect -f '{{.HostConfig.LogConfig.Config}}' | grep -v max-size >/dev/null; then fail "a log is not rotated"; fi
say "the gateway is hardened, and logs are rotated"
forged=$(get -H 'X-Forwarded-For: 203.0.113.9' $url/creditos)
[ "$forged" = 200 ] || fail "a call with a forged address"
sleep 1
if dc logs --no-log-prefix gateway | grep 203.0.113.9 >/dev/null; then fail "the gateway believes a forged client address"; fi
say "a forged client address has no effect"

# --- Prometheus ---
query() { curl -sS --get --data-urlencode "query=$1" http://127.0.0.1:19090/api/v1/query; }
both_up() { [ "$(query 'sum(up{job="gateway"})' | python3 -c 'import json,sys; r=json.load(sys.stdin)["data"]["result"]; print(r and r[0]["value"][1])')" = 2 ]; }
until_true 60 both_up || fail "Prometheus does not scrape both gateways"
say "Prometheus scrapes both gateways"

healthy_rules() { curl -sS http://127.0.0.1:19090/api/v1/rules | python3 -c 'import json,sys
rules=[rule for group in json.load(sys.stdin)["data"]["groups"] for rule in group["rules"]]
assert rules and all(rule["health"] == "ok" for rule in rules), rules'; }
until_true 60 healthy_rules || fail "Prometheus cannot evaluate the alert rules"
fluence key change "$(field id <key.json)" --name changed >/dev/null
# Not here: the enrichment service, prices by figures, TLS of the gateway itself, backups of a private database, leaked keys.
# `make metrics-check` has them all.
elsewhere='breaker|figures_missing|tls_expires|config_faulty|backup|leak_reports'
for metric in $(grep -v runbook deploy/alerts.yml | grep -o 'gateway_[a-z_]*' | sort -u | grep -vE "$elsewhere"); do
    gives_a_value() { query "count($metric)" | grep '"value"' >/dev/null; }
    until_true 45 gives_a_value || fail "$metric has no value"
done
say "every alert rule is evaluated, and every metric of theirs has a value"

# --- every container dies under load ---
restarted() { [ "$(docker inspect -f '{{.State.Running}} {{.RestartCount}}' "$1")" = "true 1" ]; }
spent_before=$(balance)
python3 deploy/check/load.py $url/crm ca.crt "${LOAD_S:-40}" 20 >load.json 2>load.err &
load=$!
for service in redis gateway postgres front; do
    sleep 4
    container=$(dc ps -q $service | sed -n 1p)
    kill -9 "$(docker inspect -f '{{.State.Pid}}' "$container")"
    until_true 30 restarted "$container" || fail "Docker does not restart $service"
    say "killed $service"
done
wait $load || { cat load.err >&2; fail "the load"; }
say "load: $(cat load.json)"
[ "$(field failed <load.json)" = 0 ] || fail "calls were lost"
# A hold of a dead gateway is released within ledger.hold_life_s.
due=$((price * $(field answered <load.json)))
charged_once() { [ $((spent_before - $(balance))) -eq $due ]; }
until_true 90 charged_once || {
    fluence ledger statement --account "$account" | tail -n +2 | awk '{print $3, $4, $5}' | sort | uniq -c | sort -rn | head >&2
    fail "the calls cost $((spent_before - $(balance))) credits, not $due"
}
say "each call was charged once: $due credits"
until_true 30 fluence ledger verify || fail "ledger verify"
say "the ledger verifies"
if dc logs --no-log-prefix postgres | grep WARNING >"$work/out"; then sed -n 1,3p "$work/out" >&2; fail "warnings in PostgreSQL's log"; fi
say "no warning in PostgreSQL's log"

# --- a faulty upgrade does not touch the gateways ---
cp secrets/pepper kept
chmod u+w secrets/pepper
tr 0-9a-f a-f0-9 <kept >secrets/pepper
refuse "an upgrade with another pepper fails" pepper up --scale gateway=2
[ "$(post $url/crm)" = 200 ] || fail "a failing upgrade stopped the gateways"
cat kept >secrets/pepper; rm -f kept
say "and the gateways serve on"
echo 'FLUENCE_SERVER_DRAIN_S=soon' >>fluence.env
refuse "an upgrade with a faulty setting fails" FLUENCE_SERVER_DRAIN_S up --scale gateway=2
[ "$(post $url/crm)" = 200 ] || fail "a failing upgrade stopped the gateways"
sed -i '/=soon/d' fluence.env
say "and the gateways serve on"

# --- doctor ---
fluence doctor >doctor.txt 2>&1 || { cat doctor.txt >&2; fail "doctor finds a fault"; }
say "doctor: $(grep -c '^ok' doctor.txt) ok, $(grep -c '^warn' doctor.txt) warnings"

if [ -n "${RING:-}" ]; then
    dc stop postgres >/dev/null 2>&1
    rings() { query 'ALERTS{alertname="NotReady",alertstate="firing"}' | grep '"value"' >/dev/null; }
    stopped=$SECONDS
    until_true 240 rings || fail "no alert rings while the database is unavailable"
    say "NotReady rings $((SECONDS - stopped)) s after the database stopped"
    dc start postgres >/dev/null 2>&1
    until_true 60 test_call || fail "the gateways do not recover"
fi

# --- backup, and a restore into a second project ---
expect "a backup" dc run --rm backup
dump=$(ls backups/*.dump)
credits=$(balance)
mkdir restored
cp -r compose.yaml .env fluence.env deploy secrets restored/
mkdir restored/backups
sed -i -e 's/^FRONT_SUBNET=.*/FRONT_SUBNET=172.30.92.0\/24/' -e 's/^COMPOSE_PROFILES=.*/COMPOSE_PROFILES=/' -e 's/^FLUENCE_REDIS_URL=.*/FLUENCE_REDIS_URL=/' restored/.env
dr() { (cd restored && docker compose -p fluencerestored "$@"); }
expect "a second project starts its database" dr up -d --wait postgres
restore() { dr exec -T postgres pg_restore --username=fluence --dbname=fluence --no-owner --no-privileges --exit-on-error --single-transaction <"$dump"; }
expect "the backup restores" restore
expect "migrate grants the rights again" dr run --rm migrate
expect "the restored ledger verifies" dr run --rm --no-deps gateway ledger verify
restored=$(dr run --rm --no-deps -T gateway --json account show "$account" 2>/dev/null | python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin)))')
[[ $restored == *"$credits"* ]] || fail "the restored account has another balance: $restored"
say "the restored account has its $credits credits"
dr down -v -t 5 >/dev/null 2>&1

# --- down, up ---
stopped=$SECONDS
expect "it stops" dc down
[ $((SECONDS - stopped)) -lt 45 ] || fail "stopping takes the whole grace period"
if dc ps -aq | grep . >/dev/null; then fail "down leaves containers"; fi
expect "it starts again" up --scale gateway=2
[ "$(balance)" = "$credits" ] || fail "the balance changed"
[ "$(post $url/crm)" = 200 ] || fail "a call after the restart"
expect "the ledger verifies" fluence ledger verify
expect "it stops" dc down

# --- Compose 1.29 ---
compose=(docker-compose)
expect "Compose 1.29 starts it" up --scale gateway=2
[ "$(post $url/crm)" = 200 ] || fail "a call under Compose 1.29"
expect "Compose 1.29 stops it" dc down -v
say "done"
