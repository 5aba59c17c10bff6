# Everything a person or a machine does with this checkout. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 5000
export CAMPAIGN_BASE_URL ?= http://$(HOST):$(PORT)
# The lock files hold only hashes, so whatever index a machine uses gives the same files or none.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
ITSELF := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

# Compiled modules and rewritten tests are half of a test run's start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run install develop check test lint format bench mutate replay week january soak kills cuts fuzz pictures translate lock clean

help:  ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

run: $(VENV)/.run-stamp  ## install, load the snapshot, serve on http://127.0.0.1:5000 (PORT=… moves it)
	@exec $(BIN)/campaign run --prepare --host $(HOST) --port $(PORT)

install: $(VENV)/.run-stamp  ## install what running needs into .venv

develop: $(VENV)/.dev-stamp  ## install what tests and checks need into .venv, too

check: lint  ## lint, and the tests of the rooms that changed since main
	@$(BIN)/python -m pytest $$($(BIN)/python -m tools.changed) $(ARGS)

test: $(VENV)/.dev-stamp  ## the whole suite (ARGS=tests/outreach runs one folder)
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev-stamp  ## style, format, types, unused code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/vulture

format: $(VENV)/.dev-stamp  ## put the files into the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev-stamp  ## the benchmarks, one table at the end
	@$(BIN)/python -m benchmarks $(ARGS)

mutate: $(VENV)/.dev-stamp  ## change the core one expression at a time; which changes does no test notice?
	@$(BIN)/python -m tools.mutate $(ARGS)

replay: $(VENV)/.dev-stamp  ## replay two years of Congress: STANDIN=http://… names a running stand-in
	@test -n "$(STANDIN)" || { echo "Say where the stand-in listens: make replay STANDIN=http://127.0.0.1:8900" >&2; exit 2; }
	@$(BIN)/python -m benchmarks.replay --standin $(STANDIN) $(ARGS)

week: $(VENV)/.dev-stamp  ## replay a year of the calendars of Congress with faults: STANDIN=http://… as above
	@test -n "$(STANDIN)" || { echo "Say where the stand-in listens: make week STANDIN=http://127.0.0.1:8901" >&2; exit 2; }
	@$(BIN)/python -m benchmarks.week_ahead --standin $(STANDIN) $(ARGS)

january: $(VENV)/.dev-stamp  ## live through the Januaries of 2025 and 2027 day by day and read every page and mail
	@LONG=1 $(BIN)/python -m pytest tests/turns $(ARGS)

soak: $(VENV)/.dev-stamp  ## the whole viral day: 40,000 newcomers, 7,500 connections at once
	@$(BIN)/python -m benchmarks --only viral_day --share 1 $(ARGS)

kills: $(VENV)/.dev-stamp  ## kill mail, poll, digest, import, backup and web a hundred times on each database; what is lost, what is there twice?
	@$(BIN)/python -m benchmarks.kills $(ARGS)

cuts: $(VENV)/.dev-stamp  ## cut the cable of the leader of two machines a hundred times (as root, with PostgreSQL)
	@$(BIN)/python -m benchmarks.cuts $(ARGS)

fuzz: $(VENV)/.dev-stamp  ## the tests with invented cases a hundred times over, for hours (FUZZ=1000, ARGS=tests/congress)
	@FUZZ=$(or $(FUZZ),100) $(BIN)/python -m pytest -m hypothesis $(ARGS)

pictures: $(VENV)/.dev-stamp  ## take the screenshots of docs/ again, in Chromium
	@$(BIN)/python -m tools.pictures $(ARGS)

CATALOG := campaign/translations
translate: $(VENV)/.dev-stamp  ## bring the Spanish catalog up to date with code and templates, and compile it
	@mkdir -p var
	@$(BIN)/pybabel --quiet extract -F $(CATALOG)/babel.cfg -k _ -k ngettext:1,2 --no-location --sort-output \
		-o var/messages.pot .
	@$(BIN)/pybabel --quiet update -l es -d $(CATALOG) -i var/messages.pot --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --width 100
	@$(BIN)/pybabel compile --statistics -d $(CATALOG)

lock:  ## pin again every library, with hashes (needs uv: pip install uv)
	@command -v uv >/dev/null || { echo "make lock needs uv; install it with: pip install uv" >&2; exit 2; }
	@printf "$(BUILD)" | $(COMPILE) --extra postgres --output-file requirements.txt
	@printf "$(BUILD)" | $(COMPILE) --all-extras --constraints requirements.txt --output-file requirements-dev.txt

# What installs the project itself into .venv.
BUILD := hatchling>=1.27\neditables>=0.5\n
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock" $(UPGRADE) pyproject.toml -

clean:  ## remove .venv and what the tools left; the database stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-stamp: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) (once) …"
	@$(INSTALL) requirements.txt
	@$(ITSELF)
	@touch $@

$(VENV)/.dev-stamp: requirements-dev.txt $(VENV)/.run-stamp
	@echo "Installing what tests need into $(VENV) (once) …"
	@$(INSTALL) requirements-dev.txt
	@touch $@
