# Two commands are enough on a fresh clone: `make run` and `make test`. Python 3.11 or later is all they need.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# A stamp is named after what it was made from: a changed lock file or a moved folder makes it anew.
sum = $(shell cat $(1) 2>/dev/null | cksum | cut -d' ' -f1)
VENV_STAMP := $(VENV)/.made-$(shell { pwd -P; $(PYTHON) -V; } 2>&1 | cksum | cut -d' ' -f1)
BASE_STAMP := $(VENV)/.base-$(call sum,requirements/base.txt pyproject.toml)
TEST_STAMP := $(VENV)/.test-$(call sum,requirements/test.txt)

.PHONY: run test check check-translations bench bench-long assets lock chromium clean help
.DEFAULT_GOAL := help

help:
	@echo "make run      set everything up and serve the demonstration on http://$(HOST):$(PORT) (PORT=8001 for another)"
	@echo "make test     set everything up and run all tests"
	@echo "make check    lint, formatting, types, import contracts, missing migrations, missing translations"
	@echo "make bench    the performance report (make bench-long: with a draw over a million registrations, half an hour)"
	@echo "make assets   build the committed style sheets and scripts anew from their pinned sources (needs Node)"
	@echo "make lock     write requirements/*.txt anew from requirements/*.in"
	@echo "make clean    remove what these commands made, except for var/ (the data of the demonstration)"

run: $(BASE_STAMP)
	@exec $(BIN)/fairport serve --demo --host $(HOST) --port $(PORT)

# The journeys drive a browser and a server of their own, so they do not share the cores with the other tests.
test: $(TEST_STAMP) chromium
	$(BIN)/python -m pytest -n 2 --ignore=tests/journeys
	$(BIN)/python -m pytest tests/journeys

check: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	DJANGO_SETTINGS_MODULE=fairport.config.settings $(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	@$(MAKE) --no-print-directory check-translations

check-translations: $(TEST_STAMP)
	$(BIN)/python tools/check_translations.py

bench: $(TEST_STAMP)
	$(BIN)/python tools/bench.py

bench-long: $(TEST_STAMP)
	$(BIN)/python tools/bench.py --registrations 10000 100000 1000000

assets:
	cd assets && npm ci --no-audit --no-fund && npm run build

lock: $(VENV_STAMP)
	$(PIP) install -q uv==0.13.9
	for name in base test; do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --custom-compile-command 'make lock' -o requirements/$$name.txt requirements/$$name.in \
	    || exit 1; \
	done

chromium:
	@tools/ensure_chromium.sh

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Fairport needs Python 3.11 or later; name it with make PYTHON=…" >&2; exit 1; }
	@echo "Making the virtual environment in $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(BASE_STAMP): $(VENV_STAMP)
	@echo "Installing the packages of requirements/base.txt …"
	@$(PIP) install -qq --require-hashes -r requirements/base.txt
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(TEST_STAMP): $(BASE_STAMP)
	@echo "Installing the packages of requirements/test.txt …"
	@$(PIP) install -qq --require-hashes -r requirements/test.txt
	@touch $@
