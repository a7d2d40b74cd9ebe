# Government grants, allocated and published. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run daemon test check conformance bench pages ui lock schemas clean setup
MAKEFLAGS += --no-print-directory

# Where it is set, each of the many processes would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
SYSTEM_PYTHON := $(or $(PYTHON),python3)
DAGSTER := DAGSTER_HOME=$(CURDIR)/.dagster

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## every agreement in raw/: allocate, reconcile, publish in output/
	@$(DAGSTER) $(BIN)/statsbidrag run

daemon: setup ## run what changes in raw/ by itself, until stopped; with Dagster's own page
	@$(DAGSTER) $(BIN)/dagster dev -h 127.0.0.1 -m pipelines.definitions

test: setup ## the tests
	@$(BIN)/pytest -n auto --dist loadfile --ignore=tests/conformance

check: setup ## lint, formatting, types, and the floors
	@$(BIN)/ruff check --quiet
	@out=$$($(BIN)/ruff format --check 2>&1) || { echo "$$out"; exit 1; }
	@$(BIN)/mypy
	@out=$$($(BIN)/lint-imports --no-logo) || { echo "$$out"; exit 1; }

conformance: ## the heavy judges: Chromium, LibreOffice, poppler, veraPDF
	@bin/setup conformance
	@$(BIN)/pytest -m conformance tests/conformance

bench: setup ## measure
	@$(BIN)/python bench/bench.py

ui: setup ## Dagster's own page, on this machine only
	@$(DAGSTER) $(BIN)/dagster-webserver -h 127.0.0.1 -m pipelines.definitions

pages: setup ## docs/sidor/: eight representative pages of output/, as small pictures
	@$(BIN)/python bin/pages.py

lock: ## requirements.lock from pyproject.toml (UPGRADE=1: newest versions of everything)
	@tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && \
	$(SYSTEM_PYTHON) -m venv "$$tmp" && "$$tmp/bin/pip" install --quiet uv && \
	"$$tmp/bin/uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) \
		--extra dev pyproject.toml --output-file requirements.lock

schemas: setup ## the JSON Schemas for editors, from the models
	@$(BIN)/python -m schemas.export

clean: ## remove what was made, but not .venv and not output/
	@rm -rf .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

setup:
	@bin/setup
