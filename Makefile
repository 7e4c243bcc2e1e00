# What can be done with a checkout. `make demo` and `make test` need nothing but python3 (3.11 or later) and make.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup demo serve test conformance lint soak bench bench-sweep lock clean

help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: .venv/runtime.stamp  ## make .venv with what Letterhead needs to run

demo: .venv/runtime.stamp   ## see the whole job done on loopback
	@$(BIN)/letterhead demo

serve: .venv/runtime.stamp  ## serve with ./letterhead.toml, or the defaults
	@$(BIN)/letterhead serve

test: .venv/develop.stamp   ## lint, check types, run every test on real servers
	@sh scripts/servers.sh
	@$(MAKE) --no-print-directory lint
	@PYTEST_DEBUG_TEMPROOT=$$(sh scripts/temporary.sh) $(BIN)/pytest -n 2 --dist worksteal

conformance: .venv/develop.stamp  ## run the public suites that lie in tests/conformance/suites
	@$(BIN)/pytest tests/conformance -rs

lint: .venv/develop.stamp   ## what the linter, the formatter and the type checker say
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

soak: .venv/develop.stamp   ## the long fuzz, race and crash counts
	@sh scripts/servers.sh
	@$(BIN)/pytest -m soak --timeout 3600

bench: .venv/develop.stamp  ## measure it all, and print each number with what it was held against
	@sh scripts/servers.sh dnsperf
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.watched
	@$(BIN)/python -m bench.sweep

bench-sweep: .venv/develop.stamp  ## the sweep beside dnsperf, on real servers
	@sh scripts/servers.sh dnsperf
	@$(BIN)/python -m bench.sweep

lock: .venv/develop.stamp   ## resolve requirements/*.in anew
	@sh scripts/lock.sh

clean:           ## remove .venv and what the tools left behind
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/runtime.stamp: requirements/runtime.lock pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) sh scripts/setup.sh runtime

.venv/develop.stamp: requirements/develop.lock pyproject.toml scripts/setup.sh
	@PYTHON=$(PYTHON) sh scripts/setup.sh develop
