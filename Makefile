# Commonweal: every task of the house. `make help` lists them.
# Needs Python >= 3.11, make and a package index; everything else is installed into .venv by `make setup`.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?=
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
RIVALS_VENV := .venv-rivals
RIVALS_READY := $(RIVALS_VENV)/.ready

# Core tests run under two hash seeds: an order that leaks out of a set or a hash shows as a difference.
CORE_TESTS := $(wildcard tests/unit tests/property tests/house)
# Whole programs on whole hours: run once, and not under the coverage tracer, which would double their minutes.
WHOLE_TESTS := $(filter-out $(CORE_TESTS),$(patsubst %/,%,$(wildcard tests/*/)))
# A few tests take most of the time: whoever has nothing left takes some from whoever has.
PARALLEL := -n auto --dist worksteal
TYPED := $(wildcard schemas services tests)
COVERED := --cov=schemas --cov=services --cov-branch --cov-report=

.PHONY: help setup demo test test-long check bench bench-kafka format lock mutation coverage clean

help: ## what can be made, and how
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## install everything into .venv (instant when nothing changed; PYTHON=... chooses the interpreter)

# `python3` may be old while a newer one stands beside it, so each name is tried by running it.
$(READY): pyproject.toml requirements/dev.txt
	@set -eu; \
	candidates="$(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3)"; found=""; \
	for name in $$candidates; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  for name in $$candidates; do \
	    echo "$$name: $$("$$name" --version 2>&1 | head -n 1 | grep -i '^python [0-9]' || echo 'does not run here')" >&2; \
	  done; \
	  echo "Commonweal needs Python 3.11 or newer; install one, or say where it is: make setup PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$found cannot make virtual environments; install its venv package (Debian, Ubuntu: apt install python3-venv)" >&2; \
	  exit 1; \
	fi; \
	if ! $(RUN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "making $(VENV) with $$("$$found" --version)"; "$$found" -m venv --clear $(VENV); \
	fi; \
	echo "installing from requirements/dev.txt"; \
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt; \
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	touch $(READY)

demo: $(READY) ## a generated city day, told on one screen and in one picture
	$(RUN)/commonweal demo

test: $(READY) ## everything but the marker `long`, core tests under two hash seeds, coverage of pure modules (<= 12 minutes)
	PYTHONHASHSEED=1 $(RUN)/pytest $(PARALLEL) -m "not long" $(COVERED) $(CORE_TESTS)
	$(RUN)/python -m tests.house.coverage_gate
	PYTHONHASHSEED=2 $(RUN)/pytest $(PARALLEL) -m "not long" $(CORE_TESTS)
	$(RUN)/pytest $(PARALLEL) -m "not long" $(WHOLE_TESTS)

test-long: $(READY) mutation ## what takes minutes: the marker `long`, then mutants of lifecycles and rules
	$(RUN)/pytest $(PARALLEL) -m long

check: $(READY) ## format, lint, types, fast tests, published schemas (under a minute)
	$(RUN)/ruff format --check
	$(RUN)/ruff check
	$(RUN)/mypy $(TYPED)
	$(RUN)/pytest -q $(PARALLEL) -m "not slow and not long"
	$(RUN)/commonweal schemas check

bench: $(READY) ## how fast, measured here and now
	$(RUN)/commonweal bench engine --open 1000,10000,30000 --events 15000 --no-naive

bench-kafka: $(READY) $(RIVALS_READY) ## the services on a real broker, beside Faust, Quix Streams, Bytewax and the bare cost
	$(RUN)/commonweal bench kafka --rivals-python $(RIVALS_VENV)/bin/python

# What we are measured against wants other versions than we do, and one of it an older Python.
$(RIVALS_READY): requirements/rivals.txt | $(READY)
	@set -eu; \
	if ! $(RIVALS_VENV)/bin/python -m pip --version >/dev/null 2>&1; then $(RUN)/python -m venv --clear $(RIVALS_VENV); fi; \
	$(RIVALS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/rivals.txt; \
	touch $(RIVALS_READY)

format: $(READY) ## rewrite the sources the way `make check` wants them
	$(RUN)/ruff format
	$(RUN)/ruff check --fix

# No index address and no path of this machine may end up in the lock; a house test looks.
COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
LOCK := $(RUN)/uv pip compile pyproject.toml $(COMPILE)
# What we are measured against wants other versions than we do, so it has a lock and an environment of its own.
RIVALS_LOCK := $(RUN)/uv pip compile $(COMPILE)

lock: $(READY) ## resolve pyproject.toml into requirements/*.txt; UPGRADE=1 takes the newest of everything
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra kafka --extra broker --output-file requirements/runtime.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra kafka --extra broker --group dev --constraints requirements/runtime.txt --output-file requirements/dev.txt
	$(RIVALS_LOCK) $(if $(UPGRADE),--upgrade) --group rivals --output-file requirements/rivals.txt

mutation: $(READY) ## break lifecycles and rules on purpose; their unit tests must notice 80 % of it
	$(RUN)/python -m tests.house.mutation

coverage: $(READY) ## branch coverage of all sources as pages in htmlcov/
	$(RUN)/pytest -q $(PARALLEL) -m "not long" $(COVERED) $(CORE_TESTS)
	$(RUN)/coverage html --quiet
	$(RUN)/python -m tests.house.coverage_gate

clean: ## remove what make made, .venv included
	rm -rf $(VENV) $(RIVALS_VENV) build dist htmlcov mutants .coverage .coverage.* coverage.json .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find schemas services tests -name __pycache__ -type d -prune -exec rm -rf {} +
