#!/usr/bin/env bash
# Makes the files that compose.yaml needs: .env, fluence.env, secrets/, backups/. Changes nothing that is there.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077

for file in .env fluence.env; do
    [ -e "$file" ] || install -m 600 "$file.example" "$file"
    chmod 600 "$file"
done

# random_hex BYTES
random_hex() { od -An -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }

# secret NAME BYTES — containers read it as another user; the folder protects it on this machine.
secret() {
    [ -e "secrets/$1" ] && return
    random_hex "$2" >"secrets/$1.new"
    chmod 444 "secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
    echo "made secrets/$1"
}
mkdir -p secrets backups
chmod 700 secrets backups
secret postgres_password 16
secret pepper 32
[ -e secrets/empty ] || install -m 444 /dev/null secrets/empty

# The backup service writes as the owner of backups/.
owner=$(stat -c %u:%g backups)
sed -i "s/^BACKUP_USER=\$/BACKUP_USER=$owner/" .env
echo "Keep secrets/pepper and the backups in different places: without its pepper a database cannot verify any key."
