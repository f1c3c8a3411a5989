# Everything a person or a pipeline does with this checkout. Needs make and Python 3.11 or 3.12 with venv or pip, no more.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PICTURES := $(VENV)/.pictures

# The first interpreter that fits; `make PYTHON=/path/to/python3.12 setup` chooses another one.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))
PYTHON ?= $(shell for p in python3 python3.12 python3.11; do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)

# Copies work on every file system and between users; hard links would tie the environment to one cache.
export UV_LINK_MODE ?= copy
# The interpreter is the machine's own, never one fetched on the way.
export UV_PYTHON_DOWNLOADS := never
# Whatever environment the caller has activated, this one is meant.
unexport VIRTUAL_ENV CONDA_PREFIX
UV := $(BIN)/uv pip
# Universal: one lock for every Python and machine that pyproject.toml admits; 3.11.2 needs a package that 3.11.3 does not.
COMPILE := $(UV) compile --quiet --universal --generate-hashes --no-emit-index-url

.PHONY: help setup demo run test check fmt bench docs lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) $(PICTURES) ## Install everything into .venv; does nothing the second time

demo: setup ## Play the whole journey on a fresh system and show what happened
	@$(BIN)/jiazheng demo

run: setup ## Play the demo, then keep the system running for a browser
	@$(BIN)/jiazheng demo --keep-running

test: setup ## Run the tests, in one process a core and at most four
	@$(BIN)/pytest --numprocesses logical --maxprocesses 4

check: $(READY) ## Lint, format, types, import directions, locked requirements
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy .ci/check_locks.py
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python .ci/check_locks.py

fmt: $(READY) ## Format, and repair what can be repaired by itself
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: setup ## Run the benchmarks; figures go to benchmarks/results/
	@$(BIN)/python -m benchmarks

docs: $(READY) ## Check that the guides hold: links, files, commands, and every example
	@$(BIN)/pytest tests/docs

lock: $(READY) ## Resolve requirements/*.txt anew after a change of pyproject.toml (needs a package registry)
	@$(COMPILE) pyproject.toml -o requirements/run.txt
	@$(COMPILE) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	@$(COMPILE) requirements/uv.in -c requirements/dev.txt -o requirements/uv.txt

clean: ## Remove the environment and every cache; the state of a running system stays
	@if [ -L $(VENV) ]; then rm $(VENV); else rm -rf $(VENV); fi
	@rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A linked environment belongs to another checkout, so it is used as it is and never changed from here.
# What the cache holds is taken from there first, so that a changed time stamp never needs a network.
# `python -m venv` alone cannot bring pip where a distribution has split ensurepip off; then the machine's own pip helps out.
$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	@set -eu; \
	if [ -L $(VENV) ]; then echo "$(VENV) is a link: used as it is"; exit 0; fi; \
	test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed and was not found; name one with PYTHON=..." >&2; exit 1; }; \
	$(BIN)/python -c '$(FITS)' 2>/dev/null || { \
		echo "Creating $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear --without-pip $(VENV); }; \
	pip="$(BIN)/python -m pip"; \
	$$pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null 2>&1 || pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	$$pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt; \
	echo "Installing the locked packages (the first time takes a minute or two)"; \
	quiet=--quiet; if [ -t 2 ]; then quiet=; fi; \
	sync="$(UV) sync --python $(BIN)/python --require-hashes requirements/dev.txt"; \
	$$sync --quiet --offline 2>/dev/null || $$sync $$quiet; \
	$(UV) install --python $(BIN)/python --quiet --no-deps --no-build-isolation -e .; \
	touch $@

$(PICTURES): $(READY) jiazheng/demo/pictures.py
	@echo "Fetching the test pictures"
	@$(BIN)/python -m jiazheng.demo.pictures
	@[ -L $(VENV) ] || touch $@
