# The two commands are `make run` and `make test`; each installs what is missing first. The
# same targets are called by people and by CI.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-large faults fuzz package setup web types snap clean

help:
	@echo "make run    start the sample restaurant (kasir demo)"
	@echo "make test   everything that proves it"
	@echo "make check  format, lints, licences, documentation, the browser's types"
	@echo "make bench  operations and views one by one, the release binary under load, beside floors; writes docs/benchmarks.md"
	@echo "make bench-large  the same on a house with a million orders, and its copy to MariaDB; writes docs/benchmarks-large.md"
	@echo "make faults SEEDS=500  evenings in which everything fails, one a seed; SEED=7 plays one again; writes docs/faults.md"
	@echo "make fuzz SECONDS=60  whatever strangers can send, each reader for so long"
	@echo "make package ARCH=arm64  the Debian package for the Pi (or amd64), checked; lands in target/package"
	@echo "make snap   write the pictures of the README and the golden papers anew"
	@echo "make types  write the browser's types anew from the Rust ones"

setup:
	@scripts/setup

ui/web/node_modules/.package-lock.json: ui/web/package.json ui/web/package-lock.json
	cd ui/web && npm ci --no-progress
	@touch $@

WEB_SOURCES := $(shell find ui/web/src -type f 2>/dev/null) $(wildcard ui/web/*.html) ui/web/vite.config.ts ui/web/package-lock.json
ui/web/dist/.built: ui/web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd ui/web && npm run --silent build
	@touch $@

tests/web/node_modules/.package-lock.json: tests/web/package.json tests/web/package-lock.json
	cd tests/web && npm ci --no-progress
	@touch $@

web: setup ui/web/dist/.built

run: web
	cargo run -- demo

test: web tests/web/node_modules/.package-lock.json
	cargo test

types: web
	KASIR_WRITE_TYPES=1 cargo test --lib the_browsers_types_are_current

snap: web tests/web/node_modules/.package-lock.json
	KASIR_WRITE_GOLDEN=1 cargo test --test flows paper
	KASIR_WRITE_PICTURES=1 cargo test --test flows -- evening pages

# What criterion left before is taken away: the page tells of this run alone.
bench: web
	rm -rf target/criterion
	cargo bench --package kasir-floor --bench operations
	cargo build --release --package kasir --package kasir-floor
	target/release/kasir-floor

bench-large: web
	cargo build --release --package kasir --package kasir-floor
	target/release/kasir-floor large

# One evening alone is a look at it, not a page of figures.
SEEDS ?= 500
SEED ?=
faults: web tests/web/node_modules/.package-lock.json
	KASIR_FAULT_SEEDS=$(SEEDS) KASIR_FAULT_SEED=$(SEED) $(if $(SEED),,KASIR_WRITE_FAULTS=docs/faults.md) \
		cargo test --test flows -- --nocapture --exact faults::whatever_fails_what_was_acknowledged_is_there_once

# Without the sanitizers, which need a nightly compiler: what falls over, overflows or breaks a bound is
# found all the same. What it finds is in fuzz/artifacts.
SECONDS ?= 60
FUZZ := $(basename $(notdir $(wildcard fuzz/targets/*.rs)))
fuzz: setup
	cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz@0.13.2
	cargo fuzz build --sanitizer none
	for target in $(FUZZ); do \
		mkdir -p fuzz/corpus/$$target; \
		cargo fuzz run --sanitizer none $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
			-max_total_time=$(SECONDS) -max_len=16384 -timeout=10 -print_final_stats=1; \
	done

ARCH ?= arm64
package: web
	scripts/package $(ARCH)

check: web
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo check --no-default-features
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items
	cd ui/web && npm run --silent check
	@scripts/licences
	@scripts/check-screen

clean:
	cargo clean
	rm -rf ui/web/dist ui/web/node_modules tests/web/node_modules
