#!/usr/bin/env bash
# Makes the Debian package from a built program: deploy/deb/build.sh PROGRAM [FOLDER]. `make deb` calls it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=$(realpath "${1:-$root/target/release/fluence}")
folder=${2:-$root/target/deb}

version=${DEB_VERSION:-$(sed -nE 's/^version = "(.*)"/\1/p' "$root/Cargo.toml" | head -1)}
architecture=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
umask 022

install -D -m 755 --strip "$program" "$tree/usr/bin/fluence"
install -D -m 644 "$here/fluence.service" "$tree/lib/systemd/system/fluence.service"
install -D -m 644 "$here/sysusers.conf" "$tree/usr/lib/sysusers.d/fluence.conf"
install -D -m 644 "$here/fluence.toml" "$tree/etc/fluence/fluence.toml"
doc=$tree/usr/share/doc/fluence
install -D -m 644 "$here/README.Debian" "$doc/README.Debian"
{
    printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: fluence\n\nFiles: *\n'
    printf 'Copyright: 2026 the authors of Fluence\nLicense: Expat\n'
    sed -n '/^Permission/,$p' "$root/LICENSE" | sed -E 's/^$/./; s/^/ /'
} >"$doc/copyright"
chmod 644 "$doc/copyright"

# Man pages and completions come from the program's own description of its commands.
"$program" package-files "$tree/generated"
install -d "$tree/usr/share/man/man1"
for page in "$tree"/generated/man/*.1; do gzip -9n <"$page" >"$tree/usr/share/man/man1/$(basename "$page").gz"; done
install -D -m 644 "$tree/generated/completions/fluence.bash" "$tree/usr/share/bash-completion/completions/fluence"
install -D -m 644 "$tree/generated/completions/_fluence" "$tree/usr/share/zsh/vendor-completions/_fluence"
install -D -m 644 "$tree/generated/completions/fluence.fish" "$tree/usr/share/fish/vendor_completions.d/fluence.fish"
rm -rf "$tree/generated"
find "$tree/usr/share" -type f -exec chmod 644 {} +

date=$(date -R -d "@${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}")
maintainer=${DEB_MAINTAINER:-Fluence <support@example.com>}
printf 'fluence (%s) stable; urgency=medium\n\n  * See /docs/changelog of a running gateway.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$date" | gzip -9n >"$doc/changelog.gz"

# What the program links with.
mkdir "$tree/debian"
printf 'Source: fluence\nMaintainer: %s\n\nPackage: fluence\nArchitecture: any\nDescription: x\n' "$maintainer" >"$tree/debian/control"
depends=$(cd "$tree" && dpkg-shlibdeps -O usr/bin/fluence 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
rm -r "$tree/debian"

install -d "$tree/DEBIAN"
for script in postinst prerm postrm; do install -m 755 "$here/$script" "$tree/DEBIAN/$script"; done
echo /etc/fluence/fluence.toml >"$tree/DEBIAN/conffiles"
(cd "$tree" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: fluence
Version: $version
Section: net
Priority: optional
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: $depends, adduser | systemd
Recommends: postgresql
Homepage: https://example.com/
Description: HTTP gateway that sells calls by the credit
 Fluence stands in front of an HTTP API and sells its calls: it authenticates
 API keys, limits their rates, holds the price of each call in a ledger before
 the call runs, and charges or refunds it by the outcome.
 .
 The ledger is in PostgreSQL: a server of its own that the gateway starts, or
 one of yours.
CONTROL
mkdir -p "$folder"
dpkg-deb --root-owner-group --build -Zxz "$tree" "$folder/fluence_${version}_$architecture.deb" >/dev/null
echo "$folder/fluence_${version}_$architecture.deb"
