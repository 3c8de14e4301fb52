# Everything a developer does, each from a fresh clone. `make` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test pictures lint doc deny bench simulate crash model evaluate alerts metrics-check leak-check kubernetes-check deb deb-check upgrade-check switch-over-check deploy docker-check

# Where rustup puts cargo, for shells that were open before it.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
TARGET := $(or $(CARGO_TARGET_DIR),target)

# What `make run` starts, once built.
RUN := $(TARGET)/demo/fluence serve --demo
# Extra arguments for `make run`, `make test` and `make bench`: make test ARGS=ledger
ARGS :=

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: ## install what is missing, build, and start the gateway on its own database
	@scripts/need.sh rust
	@[ -n "$${DATABASE_URL:-}" ] || scripts/need.sh postgres
	cargo build --locked --profile demo --bin fluence
	exec $(RUN) $(ARGS)

test: ## install what is missing and run all tests, each on a database of its own
	@scripts/need.sh rust redis clients browser openapi peers nginx
	@[ -n "$${TEST_DATABASE_URL:-}" ] || scripts/need.sh postgres
	cargo build --locked --bins --tests
	@if cargo nextest --version >/dev/null 2>&1; then runner='nextest run'; else runner=test; fi; \
	set -x; exec $(TARGET)/debug/fluence with-postgres -- cargo $$runner --locked $(ARGS)

pictures: ## save screenshots of the main pages of the site and the consoles in target/screenshots
	@scripts/need.sh rust postgres browser
	cargo build --locked --bins --tests
	$(TARGET)/debug/fluence with-postgres -- cargo test --locked --package fluence --test it pictures_of -- --ignored

lint: ## formatting, and clippy with warnings denied
	@scripts/need.sh rust lint
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- -D warnings

doc: ## the documentation of the code, with broken links denied: target/doc/fluence/index.html
	@scripts/need.sh rust
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --document-private-items --locked

deny: ## licences, duplicate versions and sources of all crates: deny.toml
	@scripts/need.sh rust deny
	cargo deny --locked check licenses bans sources

bench: ## install the load generator and measure the gateway: docs/performance.md
	@scripts/need.sh rust postgres redis wrk nginx haproxy
	cargo bench --locked --bench gateway -- $(ARGS)

simulate: ## gateways over an unreliable store, from seeds: make simulate SEEDS=1000
	@scripts/need.sh rust
	SEEDS=$(or $(SEEDS),1000) cargo test --locked --package fluence --test it simulation:: -- --nocapture

crash: ## the real program dies at every named place, again and again: make crash ROUNDS=20
	@scripts/need.sh rust postgres
	cargo build --locked --bins --tests
	ROUNDS=$(or $(ROUNDS),5) $(TARGET)/debug/fluence with-postgres -- cargo test --locked --package fluence --test it faults::crash

alerts: ## check and test the alert rules with promtool
	@scripts/need.sh promtool
	promtool check rules deploy/alerts.yml
	promtool test rules deploy/alerts_test.yml

metrics-check: ## run a gateway under traffic and a Prometheus: every expression of rules and dashboard gives a value
	@scripts/need.sh rust postgres redis promtool
	cargo build --locked --release --bin fluence
	deploy/check/metrics.sh $(TARGET)/release/fluence

leak-check: ## secret scanners find made-up keys by the printed rules, and none in this repository
	@scripts/need.sh rust clients
	cargo build --locked --release --bin fluence
	deploy/check/leaks.sh $(TARGET)/release/fluence

kubernetes-check: ## validate the Kubernetes manifests by the schemas of Kubernetes
	deploy/check/kubernetes.sh

deb: ## build the Debian package: target/deb/fluence_VERSION_ARCHITECTURE.deb
	@scripts/need.sh rust dpkg
	cargo build --locked --release --bin fluence
	deploy/deb/build.sh $(TARGET)/release/fluence $(TARGET)/deb

deb-check: ## install, start, upgrade, remove and purge the package in a fresh Debian (as root; minutes)
	@scripts/need.sh rust dpkg debian
	cargo build --locked --release --bin fluence
	deploy/check/package.sh $(TARGET)/release/fluence

upgrade-check: ## replace two gateways of an older commit one by one under paid calls: make upgrade-check FROM=COMMIT
	@scripts/need.sh rust postgres haproxy
	cargo build --locked --release --bin fluence
	deploy/check/build_old.sh $(or $(FROM),$(error FROM=COMMIT names the older version)) $(TARGET)/upgrade-check
	deploy/check/upgrade.sh $(TARGET)/upgrade-check/release/fluence $(TARGET)/release/fluence

switch-over-check: ## switch PostgreSQL's primary to its replica ten times under paid calls
	@scripts/need.sh rust postgres haproxy
	cargo build --locked --release --bin fluence
	deploy/check/switch_over.sh $(TARGET)/release/fluence

deploy: ## build the image, migrate, start or upgrade the containers: make deploy SCALE=2
	@deploy/init.sh
	REVISION=$$(git rev-parse --short HEAD 2>/dev/null || echo unknown) deploy/up.sh --build --scale gateway=$(or $(SCALE),1)

docker-check: ## run the container files as an operator does, on an engine of its own: docs/operations/install.md
	@scripts/need.sh docker
	deploy/check/run.sh

model: ## train the analysis model from the essays in ../shared/data, or FLUENCE_ESSAYS
	model/train.sh

evaluate: ## measure the analysis: coverage of lines, precision of evidence, red-team sets, and the model against its bars
	@scripts/need.sh rust
	cargo test --locked --package fluence-analysis --test it -- --nocapture
	model/evaluate.sh
