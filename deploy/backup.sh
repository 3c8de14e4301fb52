#!/bin/sh
# A backup of the database into /backups, checked before it gets its name. Deletes nothing.
set -eu
umask 077
PGPASSWORD=$(cat /run/secrets/postgres_password)
export PGPASSWORD
name=/backups/fluence-$(date -u +%Y%m%dT%H%M%SZ).dump
# Without roles and rights: `fluence migrate` grants them after a restore.
pg_dump --format=custom --no-owner --no-privileges --file="$name.part"
pg_restore --list "$name.part" >/dev/null
mv "$name.part" "$name"
echo "${name#/}"
