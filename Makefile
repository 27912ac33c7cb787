# Everything a developer types. Needs make and Python 3.11 or newer, nothing else; `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
# Compiled tests are kept, beside the packages, also where PYTHONDONTWRITEBYTECODE wants none in the checkout.
BYTECODE := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX='$(CURDIR)/$(VENV)/bytecode'
JOBS ?= auto
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help sandbox test check docs format lock gallery journeys bench-hub bench-slack mutants clean
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo 'Variables: PYTHON=python3.12 (for a new .venv), JOBS=2 (test processes), ARGS="..." (passed on to the tool)'

sandbox: $(VENV)/.runtime ## Try the bot here: a Slack workspace and a Docker Hub in the browser (Ctrl-C stops)
	@trap : INT; $(BIN)/python -m sandbox $(ARGS)

test: $(VENV)/.dev ## Run every test; ends with a list of what could not be checked here
	$(BYTECODE) $(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 --dist worksteal $(ARGS)

check: $(VENV)/.dev ## Lint, format check, types, layers, Dockerfile, scripts; are the locks and the reference page fresh
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/hadolint Dockerfile
	$(BIN)/oxlint --deny-warnings sandbox/web tests/sandbox/web tests/gallery
	$(BIN)/python -m pytest -q tests/test_locks.py
	$(BIN)/python -m bot docs --check

docs: $(VENV)/.runtime ## Write the reference page from the code
	$(BIN)/python -m bot docs $(ARGS)

format: $(VENV)/.dev ## Format the code, and mend what ruff can mend
	$(BIN)/python -m ruff check --fix-only .
	$(BIN)/python -m ruff format .

lock: $(VENV)/.dev ## Compile both locks from pyproject.toml (ARGS=--upgrade takes newer versions)
	$(COMPILE) $(ARGS) --output-file requirements.lock pyproject.toml
	$(COMPILE) $(ARGS) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

gallery: $(VENV)/.dev ## Everything that the bot says, from real runs, on one page: artifacts/gallery.html
	$(BIN)/python -m tests.gallery $(ARGS)

journeys: $(VENV)/.dev ## Walk what people do, by mouse and by keyboard, at each width; pictures in artifacts/journeys
	HUBWARDEN_EVERY_WAY=1 $(BIN)/python -m pytest -n $(JOBS) --maxprocesses 4 tests/journeys $(ARGS)

bench-hub: $(VENV)/.dev ## Measure reading long lists from Docker Hub, against bare aiohttp
	$(BIN)/python benchmarks/hub_pages.py $(ARGS)

bench-slack: $(VENV)/.dev ## Measure how fast Slack hears “got it”, and how fast people see the answer
	@missed=0; $(BIN)/python -m benchmarks.slack_acks $(ARGS) || missed=1; \
	$(BIN)/python -m benchmarks.slack_answers || missed=1; exit $$missed

mutants: $(VENV)/.dev ## Break the code in one place after another: does a test notice? (ARGS="--sample 50", or a module)
	$(BIN)/python -m mutants $(ARGS)

clean: ## Remove .venv, caches and artifacts (never a database)
	rm -rf $(VENV) artifacts build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Hubwarden needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo 'not there')." \
	    "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# What the bot runs on. Run from this folder, `python -m bot` needs no installation of its own.
$(VENV)/.runtime: requirements.lock | $(BIN)/python
	$(PIP) --require-hashes -r requirements.lock
	@touch $@

# The development lock holds the runtime lock's pins too (tests/test_locks.py), so it serves both stamps.
$(VENV)/.dev: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.runtime $@
