# One-Window Portal (一窗通). `make help` lists every target.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
TEMPLATES = --tabwidth 2 site/templates $(shell find site/templates -name '*.svg')

.DEFAULT_GOAL := help
.PHONY: help run test test-long bench lint format clean

help: ## List every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Install what is missing and start web and worker on 127.0.0.1:8000 (PORT=… for another port)
	@$(PYTHON) scripts/portal.py run

test: ## Install what tests need and run everything: lint, contracts, migrations, SQLite, PostgreSQL, browser
	@$(PYTHON) scripts/portal.py test

test-long: ## The same with longer property and race tests
	@$(PYTHON) scripts/portal.py test --long

bench: ## Measure speed and memory, as ratios within one run
	@$(PYTHON) scripts/portal.py bench

lint: ## Check style, templates and import contracts
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/djhtml --check $(TEMPLATES) && $(BIN)/lint-imports

format: ## Put code and templates into the house style
	$(BIN)/ruff check --fix . && $(BIN)/ruff format . && $(BIN)/djhtml $(TEMPLATES)

clean: ## Remove the virtual environment and caches, never data
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache
