#!/usr/bin/env bash
# Starts a gateway with everything that has metrics, and a Prometheus that scrapes it under traffic. Then every expression of
# the alert rules and of the dashboard must give a value, and every metric must be used by one of them.
# Called by `make metrics-check`, with the program built.
set -euo pipefail
cd "$(dirname "$0")/../.."

fluence=${1:-target/release/fluence}
work=$(mktemp -d /tmp/fluence-metrics-XXXXXX)
chmod 755 "$work"
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
. deploy/check/common.sh

gateway=$(free_port) metrics=$(free_port) redis=$(free_port) upstream=$(free_port) prometheus=$(free_port)

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
redis-server --port "$redis" --save '' --appendonly no --dir "$work" >/dev/null &
pids+=($!)
# A service that finds no one.
python3 - "$upstream" <<'PYTHON' &
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Nobody(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        answer = b'{"people": []}'
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *arguments):
        pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Nobody).serve_forever()
PYTHON
upstream_pid=$!
pids+=("$upstream_pid")

export FLUENCE_DATA_DIR=$work/data FLUENCE_BACKUP_ARCHIVE_DIR=$work/wal FLUENCE_LISTEN=127.0.0.1:$gateway
export FLUENCE_METRICS_LISTEN=127.0.0.1:$metrics FLUENCE_REDIS_URL=redis://127.0.0.1:$redis
export FLUENCE_TLS_CERT_FILE=$work/cert.pem FLUENCE_TLS_KEY_FILE=$work/key.pem FLUENCE_SERVER_ANNOUNCE_S=0
export FLUENCE_ENRICHMENT_URL=http://127.0.0.1:$upstream/ FLUENCE_ENRICHMENT_ALLOW_PRIVATE_ADDRESSES=true
"$fluence" migrate >/dev/null
# A route whose price depends on what its upstream reports, beside the built-in ones.
sed -e 's/^builtin = false/builtin = true/' -e 's/^access = .*/access = "analyze"/' examples/sell-a-chat-api/routes.toml >"$work/routes.toml"
"$fluence" routes apply "$work/routes.toml" >/dev/null
"$fluence" backup drill >/dev/null
"$fluence" backup create --to "$work/backup" --without-pepper >/dev/null
account=$("$fluence" account create --name A --email a@b.example --plan business --json | field id)
new_key() { "$fluence" key create --account "$account" --name "$1" "${@:2}" --json | field key; }
key=$(new_key one) capped=$(new_key two --daily-cap 1) leaked=$(new_key three)
FLUENCE_LOG_LEVEL=error "$fluence" serve &
pids+=($!)
serving=$!
until "$fluence" healthcheck >/dev/null 2>&1; do kill -0 "$serving"; sleep 0.2; done

cat >"$work/prometheus.yml" <<YAML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$PWD/deploy/alerts.yml]
scrape_configs:
  - job_name: gateway
    static_configs: [{targets: ["127.0.0.1:$metrics"]}]
YAML
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --log.level=error \
    --web.listen-address="127.0.0.1:$prometheus" &
pids+=($!)

call() {
    curl -sk -o /dev/null --max-time 10 "https://127.0.0.1:$gateway$1" -H "X-API-Key: $2" -H 'Content-Type: application/json' \
        -d "{\"first_name\": \"Nobody\", \"last_name\": \"Known\", \"company\": \"Nowhere $RANDOM\"}" || true
}
"$fluence" key change "$("$fluence" key list --account "$account" --json | field keys.0.id)" --name renamed >/dev/null
for round in $(seq 1 20); do
    for path in /analyze /crm /crm_basico; do call "$path" "$key"; done
    call /analyze "$capped"
    call /analyze an-unknown-key-of-enough-characters
    [ "$round" -ne 11 ] || curl -sk -o /dev/null "https://127.0.0.1:$gateway/leaks/report" -H 'Content-Type: application/json' -d "{\"token\": \"$leaked\"}"
    [ "$round" -ne 10 ] || kill -HUP "$serving"
    [ "$round" -ne 12 ] || "$fluence" key create --account "$account" --name "during" >/dev/null
    # Calls that fail are 502 and then, with the circuit breaker open, 503.
    [ "$round" -ne 15 ] || kill "$upstream_pid"
    sleep 0.5
done
sleep 2
python3 deploy/check/expressions.py "http://127.0.0.1:$prometheus" "http://127.0.0.1:$metrics/metrics"
