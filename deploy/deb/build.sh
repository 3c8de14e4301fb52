#!/usr/bin/env bash
# Makes the Debian package from a built program: deploy/deb/build.sh PROGRAM [FOLDER]. Prints its path. Called by `make deb`.
# DEB_VERSION and DEB_MAINTAINER replace the version of Cargo.toml and the maintainer.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=$(realpath "${1:-$root/target/release/fluence}")
folder=${2:-$root/target/deb}

version=${DEB_VERSION:-$(sed -nE 's/^version = "(.*)"/\1/p' "$root/Cargo.toml" | head -1)}
maintainer=${DEB_MAINTAINER:-The Fluence gateway authors <support@example.com>}
architecture=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
umask 022
put() { install -D -m 644 "$1" "$tree/$2"; }

install -D -m 755 --strip "$program" "$tree/usr/bin/fluence"
put "$root/deploy/systemd/fluence.service" usr/lib/systemd/system/fluence.service
put "$here/fluence.toml" etc/fluence/fluence.toml
put "$here/README.Debian" usr/share/doc/fluence/README.Debian

"$program" package-files "$tree/generated"
install -d "$tree/usr/share/man/man1"
for page in "$tree"/generated/man/*.1; do gzip -9n <"$page" >"$tree/usr/share/man/man1/$(basename "$page").gz"; done
put "$tree/generated/completions/fluence.bash" usr/share/bash-completion/completions/fluence
put "$tree/generated/completions/_fluence" usr/share/zsh/vendor-completions/_fluence
put "$tree/generated/completions/fluence.fish" usr/share/fish/vendor_completions.d/fluence.fish
rm -r "$tree/generated"

doc=$tree/usr/share/doc/fluence
{
    printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: fluence\n\nFiles: *\n'
    sed -nE 's/^Copyright \(c\) /Copyright: /p' "$root/LICENSE"
    printf 'License: Expat\n'
    sed -n '/^Permission/,$p' "$root/LICENSE" | sed -E 's/^$/./; s/^/ /'
} >"$doc/copyright"
date=$(date -R -d "@${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}")
printf 'fluence (%s) stable; urgency=medium\n\n  * The changelog is in the documentation of a running gateway: /docs/changelog.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$date" | gzip -9n >"$doc/changelog.gz"

# The libraries that the program links with. dpkg-shlibdeps wants a source package around it.
mkdir "$tree/debian"
printf 'Source: fluence\nMaintainer: %s\n\nPackage: fluence\nArchitecture: any\nDescription: x\n' "$maintainer" >"$tree/debian/control"
libraries=$(cd "$tree" && dpkg-shlibdeps -O usr/bin/fluence 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
rm -r "$tree/debian"

install -d "$tree/DEBIAN"
for script in postinst prerm postrm; do install -m 755 "$here/$script" "$tree/DEBIAN/$script"; done
echo /etc/fluence/fluence.toml >"$tree/DEBIAN/conffiles"
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: fluence
Version: $version
Section: net
Priority: optional
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: $libraries, adduser
Recommends: postgresql
Description: HTTP gateway that sells calls by the credit
 Fluence stands in front of an HTTP API and sells its calls: it authenticates
 API keys, limits their rates, holds the price of each call in a ledger before
 the call runs, and charges or refunds it by the outcome.
 .
 The ledger is in PostgreSQL: one that the gateway runs by itself, or one of
 yours.
CONTROL
mkdir -p "$folder"
dpkg-deb --root-owner-group --build -Zxz "$tree" "$folder/fluence_${version}_$architecture.deb" >/dev/null
echo "$folder/fluence_${version}_$architecture.deb"
