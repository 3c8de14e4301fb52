#!/usr/bin/env bash
# The base images of Dockerfile and compose.yaml on the engine of DOCKER_HOST: pulled, or, where no image registry can be
# reached, made from Debian's packages under the same names. Made ones carry the label fluence.stand-in.
# They are only for the check: never use them on an engine that serves.
set -euo pipefail
cd "$(dirname "$0")"

suite=trixie
debian=debian:$suite-slim
rust=rust:1.95-slim-$suite
services=(postgres:17-$suite redis:8-$suite caddy:2 prom/prometheus:v2.53.3)

present() { docker image inspect "$1" >/dev/null 2>&1; }

make_debian() {
    local work
    work=$(mktemp -d)
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/root" >/dev/null
    rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
    # The authorities that this machine trusts, such as the one of a proxy.
    cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
    tar -C "$work/root" --one-file-system -c . | docker import -c 'CMD ["bash"]' -c 'LABEL fluence.stand-in=1' \
        -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$debian" >/dev/null
    rm -rf "$work"
}

# The toolchain of this machine, and a C compiler.
make_rust() {
    local toolchain
    toolchain=$(rustc --print sysroot)
    { printf 'FROM %s\n' "$debian"
      echo 'RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*'
      echo 'ADD toolchain.tar /usr/local/'
    } >"$1/Dockerfile"
    tar -C "$toolchain" -cf "$1/toolchain.tar" bin lib libexec
    DOCKER_BUILDKIT=0 docker build -q -t "$rust" "$1" >/dev/null
}

make_service() {
    local image=$1 folder=stand-ins/${1%%:*}
    folder=${folder/prom\//}
    DOCKER_BUILDKIT=0 docker build -q --build-arg BASE="$debian" --label fluence.stand-in=1 -t "$image" "$folder" >/dev/null
}

need() {
    local image=$1
    present "$image" && return
    if timeout "${PULL_TIMEOUT_S:-10}" docker pull -q "$image" >/dev/null 2>&1; then
        return
    fi
    present "$debian" || { echo "making $debian from Debian's packages"; make_debian; }
    echo "making $image from Debian's packages"
    case $image in
        "$debian") ;;
        "$rust") work=$(mktemp -d); make_rust "$work"; rm -rf "$work" ;;
        *) make_service "$image" ;;
    esac
}

for image in "${services[@]}" "$@"; do
    need "$image"
done
