# One-Window Portal (一窗通). `make help` lists every target.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv

.DEFAULT_GOAL := help
.PHONY: help run test test-long bench lint format lock mutants clean

help: ## List every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Install what is missing and start web and worker on 127.0.0.1:8000 (PORT=… for another port)
	@$(PYTHON) scripts/portal.py run

test: ## Install what tests need and run everything: lint, contracts, migrations, SQLite, PostgreSQL, browser
	@$(PYTHON) scripts/portal.py test

test-long: ## The same with longer property and race tests
	@$(PYTHON) scripts/portal.py test --long

bench: ## Measure speed and memory, as ratios within one run; fails on a miss (PARTS="lists" SIZE=1000,100000)
	@$(PYTHON) scripts/portal.py bench

lint: ## Check style, templates, import contracts, migrations and types (makes its own tools)
	@$(PYTHON) scripts/portal.py lint

format: ## Put code and templates into the house style
	@$(PYTHON) scripts/portal.py format

lock: ## Write requirements.lock anew from requirements.txt
	@$(PYTHON) scripts/portal.py lock

mutants: ## Plant small faults under PATHS=… (N=40 for a sample) and see how many the tests notice
	@$(PYTHON) scripts/portal.py mutants $(PATHS) $(if $(N),--sample $(N)) $(if $(SEED),--seed $(SEED))

clean: ## Remove the virtual environment and caches, never data
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
