#!/usr/bin/env bash
# Installs the Debian package in a fresh Debian, as an operator does, and checks what it promises: make deb-check. As root.
#
# lintian, then a tree by debootstrap that boots systemd in a container: install, start under the unit, a paid call, upgrade
# while the gateway runs, a failing upgrade, remove, purge. Its network is its own. TREE=DIR keeps the bare tree for the next run.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${1:-target/release/fluence}
suite=bookworm
work=$(mktemp -d /var/tmp/fluence-package-XXXXXX)
container=
. deploy/check/common.sh

cleanup() {
    local status=$?
    if [ $status -ne 0 ] && [ -n "$container" ]; then
        inside journalctl --no-pager --lines=25 --unit=fluence.service >&2 || true
    fi
    if [ -n "$container" ]; then
        kill "$container" 2>/dev/null || true
        wait "$container" 2>/dev/null || true
    fi
    rm -rf "$work"
    exit $status
}
trap cleanup EXIT

# --- the package ---
version=$(sed -nE 's/^version = "(.*)"/\1/p' Cargo.toml | head -1)
package=$(deploy/deb/build.sh "$program" "$work")
newer=$(DEB_VERSION=$version+check1 deploy/deb/build.sh "$program" "$work")
say "$(basename "$package") has $(($(stat -c %s "$package") / 1000000)) MB"
expect "lintian has no error and no warning" lintian --fail-on error,warning "$package"
expect "the unit's exposure is at most 1.5" systemd-analyze security --offline=true --threshold=15 deploy/systemd/fluence.service

# --- a Debian that boots ---
tree=$work/tree
bare=${TREE:-$work/bare}
[ -e "$bare/usr/bin/systemctl" ] || expect "debootstrap makes a Debian" debootstrap --variant=minbase \
    --include=systemd-sysv,dbus,adduser,curl,postgresql,bash-completion,man-db $suite "$bare"
cp -a "$bare" "$tree"
cp "$package" "$newer" "$tree/root/"
# No server of the machine's: the gateway runs its own.
systemctl --root="$tree" disable postgresql.service >/dev/null 2>&1
systemd-nspawn --quiet --register=no --keep-unit --private-network --machine=fluencecheck --directory="$tree" --boot \
    --console=read-only >"$work/boot.log" 2>&1 </dev/null &
container=$!
# Its first process, from which the others are reached.
inside() { nsenter --target "$(pgrep --parent "$container" | sed -n 1p)" --mount --uts --ipc --net --pid --root --wd -- "$@"; }
booted() { inside systemctl is-system-running --wait | grep -e running -e degraded >/dev/null; }
until_true 60 booted || { tail -20 "$work/boot.log" >&2; fail "systemd does not boot"; }
say "systemd boots"

# --- install ---
installs() { inside env DEBIAN_FRONTEND=noninteractive apt-get -q -y install "/root/$(basename "$1")"; }
expect "it installs" installs "$package"
active() { inside systemctl is-active --quiet fluence.service; }
if active; then fail "it starts before it is set up"; fi
[ "$(inside stat -c '%U %a' /var/lib/fluence)" = "fluence 700" ] || fail "/var/lib/fluence"
expect "the unit verifies" inside systemd-analyze verify fluence.service
expect "the manual has a page of each command" inside man --whatis fluence fluence-key-create
inside sh -c 'test -s /usr/share/zsh/vendor-completions/_fluence && test -s /usr/share/fish/vendor_completions.d/fluence.fish' || fail "completions"
completes() { inside bash -c '. /usr/share/bash-completion/bash_completion && _completion_loader fluence; COMP_WORDS=(fluence he); COMP_CWORD=1
    _fluence fluence he fluence; printf "%s\n" "${COMPREPLY[@]}" | grep -q "^healthcheck"'; }
expect "bash completes commands" completes
inside sed -i 's/^listen = .*/listen = "127.0.0.1:8800"/' /etc/fluence/fluence.toml

# --- start, and a paid call ---
expect "it starts under systemd" inside systemctl enable --now fluence.service
inside systemctl show fluence.service --property=User,Type,WatchdogUSec,PrivateUsers | tr '\n' ' '; echo
[ "$(inside stat -c %U "/proc/$(inside systemctl show --value --property=MainPID fluence.service)")" = fluence ] || fail "it runs as another user"
# As in README.Debian.
gateway() {
    inside systemd-run --quiet --collect --wait --pipe --uid=fluence --property=EnvironmentFile=-/etc/fluence/environment \
        --setenv=FLUENCE_CONFIG=/etc/fluence/fluence.toml --setenv=FLUENCE_DATA_DIR=/var/lib/fluence \
        --setenv=FLUENCE_OPERATOR=check /usr/bin/fluence "$@"
}
gateway demo --json >"$work/demo.json"
key=$(field key <"$work/demo.json")
account=$(field account_id <"$work/demo.json")
call() { inside curl -s -o /dev/null -w '%{http_code}' --max-time 10 http://127.0.0.1:8800/crm -H "X-API-Key: $key" \
    -H 'Content-Type: application/json' -d '{"primeiro_nome":"Marina","ultimo_nome":"Duarte Prado","empresa":"Horizonte Sistemas"}'; }
answered() { [ "$(call)" = 200 ]; }
balance() { gateway --json account show "$account" | field balance; }
answered || fail "a paid call"
spent=$((1000 - $(balance)))
[ $spent -gt 0 ] || fail "the call cost nothing"
say "a paid call is answered, and cost $spent credits"
expect "doctor finds no fault" gateway doctor
expect "a reload is accepted" inside systemctl reload fluence.service
active || fail "a reload ended it"

# --- a backup, and the archived write-ahead log, under the unit's narrow file system ---
inside install -d -m 700 -o fluence -g fluence /var/backups/fluence
echo 'FLUENCE_BACKUP_ARCHIVE_DIR=/var/backups/fluence/wal' >"$tree/etc/fluence/environment"
inside systemctl restart fluence.service
until_true 20 answered || fail "a call with the archive switched on"
spent_twice=$((1000 - $(balance)))
expect "a backup is made" gateway backup create --to /var/backups/fluence/first --without-pepper
archived() { inside find /var/backups/fluence/wal -type f | grep . >/dev/null; }
until_true 30 archived || fail "the write-ahead log is not archived"
expect "doctor finds the archive sound" gateway doctor

# --- upgrade while it runs ---
before=$(inside systemctl show --value --property=MainPID fluence.service)
expect "it upgrades while the gateway runs" installs "$newer"
active || fail "the upgrade stopped it"
[ "$(inside systemctl show --value --property=MainPID fluence.service)" != "$before" ] || fail "the old program still runs"
grep -q 8800 "$tree/etc/fluence/fluence.toml" || fail "the upgrade replaced the settings"
until_true 20 answered || fail "a call after the upgrade"
[ "$(balance)" = $((1000 - spent_twice - spent)) ] || fail "the balance is $(balance)"
expect "the ledger verifies" gateway ledger verify
# A setting that the new program refuses.
echo 'FLUENCE_SERVER_DRAIN_S=soon' >"$tree/etc/fluence/environment"
before=$(inside systemctl show --value --property=MainPID fluence.service)
installs "$newer" >/dev/null 2>&1
inside env DEBIAN_FRONTEND=noninteractive dpkg-reconfigure fluence >"$work/out" 2>&1 || fail "dpkg-reconfigure"
grep -q 'the old version still runs' "$work/out" || { cat "$work/out" >&2; fail "a failing upgrade says so"; }
[ "$(inside systemctl show --value --property=MainPID fluence.service)" = "$before" ] || fail "a failing upgrade stopped the old program"
answered || fail "a call after a failing upgrade"
: >"$tree/etc/fluence/environment"
say "a failing upgrade leaves the old program running"
inside systemctl kill --signal=KILL --kill-whom=main fluence.service
until_true 30 answered || fail "systemd does not restart it"
say "systemd restarts it after a crash"

# --- remove, purge ---
expect "it is removed" inside apt-get -q -y remove fluence
if active; then fail "it still runs"; fi
[ -e "$tree/etc/fluence/fluence.toml" ] && [ -e "$tree/var/lib/fluence/postgres" ] || fail "remove deleted settings or data"
expect "it installs again" installs "$newer"
inside systemctl start fluence.service
until_true 20 answered || fail "a call after the second installation"
expect "it is purged" inside apt-get -q -y purge fluence
[ ! -e "$tree/etc/fluence" ] || fail "purge leaves /etc/fluence: $(ls "$tree/etc/fluence")"
left=$(find "$tree/etc/systemd" "$tree/var/lib/systemd/deb-systemd-helper-enabled" "$tree/usr" -name '*fluence*' 2>/dev/null || true)
[ -z "$left" ] || fail "purge leaves $left"
[ -e "$tree/var/lib/fluence/postgres" ] || fail "purge deleted the ledger"
say "purge removes settings and leaves the ledger"
say "done"
