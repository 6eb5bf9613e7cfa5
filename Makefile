# Two commands: `make demo` and `make test`. Each sets up everything it needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# django-haystack, which django-oscar needs, is published as source only.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: \
	--no-binary django-haystack --constraint constraints.txt
DEMO_ARGS ?=

.PHONY: demo test lint bench clean

demo: $(VENV)/demo.installed
	$(BIN)/python manage.py demo $(DEMO_ARGS)

test: lint
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest --project plugin_only
	$(BIN)/python -m pytest --project oscar
	$(BIN)/python -m pytest --project analytics_only
	$(BIN)/python -m pytest --server postgresql
	$(BIN)/python -m pytest --server mariadb

lint: $(VENV)/dev.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(VENV)/dev.installed $(VENV)/bench.installed
	$(BIN)/python -m pytest -o addopts= tests/benchmarks -s --ignore=tests/benchmarks/database
	$(BIN)/python -m pytest -o addopts="-p tests.servers" --server postgresql -s \
		tests/benchmarks/database

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/%.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable ".[$*]"
	@touch $@

clean:
	rm -rf $(VENV) var
