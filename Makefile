# Needs Python 3.11, 3.12 or 3.13 and make (GNU make 3.81, as macOS has it, is enough). Everything
# else is installed into .venv from requirements.txt. Another Python: make lab PYTHON=python3.12

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
SHELL := /bin/sh

PYTHON ?=
LAB_ARGS ?=
PYTEST_ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
START := /lab/tree/notebooks/00-start.ipynb
# nbgrader calls alembic by its bare name, and a terminal in Lab should find dealab and nbgrader.
IN_VENV := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

# The stamp holds the folder's path. It is void when the folder was moved or the Python behind it is
# gone, and without a stamp the environment is made anew: so a broken install never stays.
$(shell [ "$$(cat $(READY) 2>/dev/null)" = "$$(pwd)" ] && [ -x $(PY) ] || rm -f $(READY))

.PHONY: help
help:  ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: lab
lab: $(READY)  ## Set up what is missing and open JupyterLab on the start page (LAB_ARGS=... for more flags)
	@$(IN_VENV) $(PY) -m jupyterlab --LabApp.default_url=$(START) $(LAB_ARGS)

.PHONY: setup
setup: $(READY)  ## Only set up: make .venv and install the pinned packages
	@echo "$(VENV) is ready."

.PHONY: build
build: $(READY)  ## Derive notebooks/, source/ and release/ from content/
	@$(PY) -m dealab build

# The tasks that are whole; coverage must not shrink.
TAUGHT := 1.1,1.2,1.3,1.4,2.1,2.2,2.3,2.4,3.2,3.4,4.2,4.3,4.4,interview,tools,services

# --- tests, the cheap ones first; each part can be run alone --------------------------------------

.PHONY: test
test: style derived exercises unit notebooks  ## Set up and run every test

.PHONY: style
style: $(READY)  ## Check style, and that no room imports from a room above it
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports

.PHONY: derived
derived: $(READY)  ## Check that the derived files are up to date and what is taught is complete
	$(PY) -m dealab build --check
	$(PY) -m dealab coverage --require $(TAUGHT)

.PHONY: exercises
exercises: $(READY)  ## Prove each exercise: solution, starter, wrong answers, other words
	$(PY) -m dealab check

# The tests' own home keeps them out of the learner's progress.
unit notebooks: export DEALAB_HOME := $(CURDIR)/$(VENV)/test-home

.PHONY: unit
unit: $(READY)  ## Run the Python, browser and grading tests (PYTEST_ARGS="-k quiz" for some)
	@rm -rf $(VENV)/test-home
	$(IN_VENV) $(PY) -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

# A Spark cell whose result differs from the stored one, which Binder shows, fails.
notebooks: export DEALAB_SPARK_RESULTS ?= check

.PHONY: notebooks
notebooks: $(READY)  ## Run every lesson, and every assignment with its solutions, from top to bottom
	$(IN_VENV) $(PY) -m pytest -n 2 --nbmake --nbmake-timeout=300 notebooks source

# --- upkeep ---------------------------------------------------------------------------------------

.PHONY: format
format: $(READY)  ## Put the code in shape
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Spark has a file of its own: not every machine can have it, and Binder does without.
LOCK := uv pip compile --quiet --upgrade --universal --python-version 3.11 \
  --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make pins"

.PHONY: pins
pins: $(READY)  ## Write the requirements files anew from pyproject.toml, with the newest that fit
	$(PY) -m $(LOCK) --extra test --extra setup --output-file requirements.txt pyproject.toml
	$(PY) -m $(LOCK) --extra spark --constraints requirements.txt $$(sed -n \
	  's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements.txt) \
	  --output-file requirements-spark.txt pyproject.toml

.PHONY: clean
clean:  ## Remove the environment and the tools' caches; progress and answers stay
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# --- the environment ------------------------------------------------------------------------------

# uv comes first, pinned as everything else; where it cannot be had, pip does the same, slower.
# Spark's cells say so where Spark cannot be had: that is no reason to stop here.
$(READY): requirements.txt requirements-spark.txt pyproject.toml
	@set -e; found=; \
	fits='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; \
	if [ ! -e $(READY) ]; then \
	  for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	    if "$$python" -c "$$fits" 2>/dev/null; then found="$$python"; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "The course needs Python 3.11, 3.12 or 3.13 with its venv module." >&2; \
	    echo "Found: $$($(or $(PYTHON),python3) --version 2>&1)." >&2; \
	    echo "Install one (python.org; Debian and Ubuntu: apt install python3-venv) and try again," >&2; \
	    echo "or name yours: make lab PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	  fi; \
	  echo "Setting up the course in $(VENV) with $$("$$found" --version) ..."; \
	  "$$found" -m venv --clear $(VENV); \
	fi; \
	rm -f $(READY); \
	pip="$(PY) -m pip --disable-pip-version-check install"; \
	uv="$(PY) -m uv pip install --python $(PY)"; \
	sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/uv.txt; \
	$$pip --quiet --only-binary :all: --require-hashes -r $(VENV)/uv.txt \
	  && $$uv --no-deps --require-hashes -r requirements.txt \
	  && $$uv --quiet --no-deps --no-build-isolation --editable . \
	  || { echo "uv did not work here; using pip, which takes a few minutes." >&2; \
	    $$pip --no-deps --require-hashes -r requirements.txt; \
	    $$pip --quiet --no-deps --no-build-isolation --editable .; }; \
	$$uv --quiet --no-deps --no-build-isolation --require-hashes -r requirements-spark.txt \
	  || $$pip --quiet --no-deps --no-build-isolation --require-hashes -r requirements-spark.txt \
	  || echo "Spark could not be installed here. Everything else works; its cells will say so." >&2; \
	pwd > $(READY)
