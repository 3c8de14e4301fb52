#!/usr/bin/env bash
# A Docker engine of its own, beside any other: engine.sh start | stop | clean. Needs root.
# Like every Docker engine it leaves its bridge docker0, its firewall rules and ip_forward behind.
# Its folder is DOCKER_CHECK_DIR (/var/tmp/fluence-docker-check); its socket is d.sock in that folder.
set -euo pipefail

folder=${DOCKER_CHECK_DIR:-/var/tmp/fluence-docker-check}
export DOCKER_HOST=unix://$folder/d.sock

running() { [ -s "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2>/dev/null; }

start() {
    running && return
    mkdir -p "$folder"
    # No systemd is needed. The engine makes its bridge and its network rules by itself.
    dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" --host "$DOCKER_HOST" \
        >"$folder/log" 2>&1 </dev/null &
    for _ in $(seq 150); do
        docker info >/dev/null 2>&1 && return
        sleep 0.2
    done
    echo "dockerd does not start. The end of $folder/log:" >&2
    tail -5 "$folder/log" >&2
    return 1
}

stop() {
    running || return 0
    local pid
    pid=$(cat "$folder/pid")
    kill "$pid"
    for _ in $(seq 300); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.2
    done
    echo "dockerd $pid does not stop" >&2
    return 1
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    clean) stop && rm -rf "$folder" ;;
    *) echo "usage: engine.sh start|stop|clean" >&2; exit 2 ;;
esac
