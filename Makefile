# Needs cargo, and Python 3.11 or later with pip and venv. Everything else goes into .venv.
# The recipes work with the make of any Unix (GNU make 3.81 and later).

PYTHON ?= python3
CARGO ?= cargo
# Cargo.lock is part of the result. After a change in Cargo.toml: make LOCKED= test
LOCKED ?= --locked
# Options for `make run` and `make python`, for example: make run ARGS="--seed 7"
ARGS ?=

VENV := $(CURDIR)/.venv
BIN := .venv/bin
# pyo3's build script asks this interpreter; it runs in a folder of its own, hence the absolute path.
PYO3 := PYO3_PYTHON="$(VENV)/bin/python"
RUST_SOURCES := $(shell find src -type f 2>/dev/null)

.DEFAULT_GOAL := help
# One step at a time: cargo uses all cores by itself, and the log stays readable.
.NOTPARALLEL:
.PHONY: help run test core python verify lint lint-rust lint-python components bench instructions bless docs package sbom clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

run: .venv/extension.stamp ## resolve two fleets of 60 ships from Python, and print what became of them
	$(BIN)/python examples/battle_manager.py $(ARGS)

test: lint core python verify ## everything that a change must pass

core: ## the Rust tests and doctests: without Python, without and with the command line
	$(CARGO) test $(LOCKED)
	$(CARGO) test $(LOCKED) --features cli

python: .venv/extension.stamp ## the Python tests, and the stubs against the compiled module
	$(BIN)/python -m pytest tests/python $(ARGS)
	$(BIN)/python -m mypy.stubtest --mypy-config-file pyproject.toml multi_universe_core._core

verify: .venv/extension.stamp ## every scenario against what it expects
	$(BIN)/muc verify --digests tests/golden/digests.toml scenarios/

lint: lint-rust lint-python ## formatting, clippy, ruff, types

lint-rust: components .venv/requirements.stamp
	$(CARGO) fmt --check
	$(CARGO) clippy $(LOCKED) --all-targets --features cli -- -D warnings
	$(PYO3) $(CARGO) clippy $(LOCKED) --features python -- -D warnings

lint-python: .venv/requirements.stamp
	$(BIN)/ruff check .
	$(BIN)/python -m mypy --strict python/multi_universe_core examples scripts

components:
	@$(CARGO) fmt --version >/dev/null 2>&1 || { \
	  echo "the Rust component rustfmt is missing: rustup component add rustfmt" >&2; exit 1; }
	@$(CARGO) clippy --version >/dev/null 2>&1 || { \
	  echo "the Rust component clippy is missing: rustup component add clippy" >&2; exit 1; }

# BENCH="growth shooting" measures these parts alone; `.venv/bin/python benches/bench.py list` has their names.
BENCH ?=
bench: .venv/extension.stamp .venv/bench.stamp ## the benchmarks against their peers and goals, into docs/performance.md
	$(BIN)/python benches/bench.py run $(BENCH)

instructions: ## the instructions of six kernels against what is expected; needs valgrind
	$(PYTHON) benches/instructions.py $(ARGS)

bless: .venv/extension.stamp ## write the goldens anew from what the kernel does now
	$(BIN)/muc verify --bless --digests tests/golden/digests.toml scenarios/
	@echo "Now read the difference, and say under Outcomes in CHANGELOG.md what ends otherwise, and why."

docs: .venv/requirements.stamp ## the site in site/, and the crate's documentation, with every warning an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	$(PYO3) RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(LOCKED) --no-deps --features python

# Plain pip builds what is in the source package, as it will for people; this takes some minutes.
package: .venv/requirements.stamp ## a source package in dist/, and the wheel that pip makes of it, tried
	rm -rf dist
	$(BIN)/maturin sdist --out dist
	$(PYTHON) -m venv dist/tried
	dist/tried/bin/python -m pip install --disable-pip-version-check --no-cache-dir --quiet dist/*.tar.gz
	dist/tried/bin/muc verify scenarios/

sbom: .venv/requirements.stamp ## a wheel in dist/, and the bill of what is linked into it
	rm -rf dist
	$(BIN)/maturin build $(LOCKED) --out dist
	$(BIN)/python scripts/sbom.py dist/*.whl > dist/sbom.cdx.json

clean: ## remove what was built and installed here
	$(CARGO) clean
	rm -rf .venv dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -f python/multi_universe_core/_core*.so
	find python tests examples scripts -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.venv/requirements.stamp: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, %s is %s; try: make PYTHON=python3.11" \
	  % (sys.executable, sys.version.split()[0]) if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@

.venv/bench.stamp: .venv/requirements.stamp requirements-bench.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements-bench.txt
	@touch $@

# The Python files need no step of their own: the environment points at python/.
.venv/extension.stamp: .venv/requirements.stamp $(RUST_SOURCES) Cargo.toml Cargo.lock pyproject.toml
	env -u CONDA_PREFIX VIRTUAL_ENV="$(VENV)" $(BIN)/maturin develop --release $(LOCKED)
	@touch $@
