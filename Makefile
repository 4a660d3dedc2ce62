# Two commands need nothing but Python 3.10 or later and make: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: run test check format schemas index chaos faithful proof bench clean

run: $(VENV)/installed  ## run the first scenarios
	$(BIN)/engine run scenarios/seeds

test: check  ## everything that CI runs
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(VENV)/installed-for-development  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-for-development
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(VENV)/installed  ## write schemas/ anew from the models
	$(BIN)/engine schema --json schemas/scenario.schema.json
	$(BIN)/engine schema --report --json schemas/report.schema.json
	$(BIN)/engine schema --schedule --json schemas/schedule.schema.json

index: $(VENV)/installed  ## write the index of the catalogue anew
	$(BIN)/python -m tests.catalogue.index

chaos: $(VENV)/installed-for-development  ## a thousand random blows to the engine and to what it runs, and far too much of everything
	$(BIN)/python -m tests.chaos.blows 1000
	$(BIN)/python -m tests.chaos.bounds

faithful: $(VENV)/installed-for-development  ## a thousand programs and the catalogue: does the simulation foresee what happens, and does what it foresees
	$(BIN)/python -m tests.conformance.faithful 1000 20
	$(BIN)/python -m tests.conformance.faithful faults 300 10
	$(BIN)/python -m tests.conformance.faithful catalogue 20

proof: $(VENV)/installed-for-development  ## compare exhaustive search with plain enumeration on a thousand programs
	$(BIN)/python -m tests.stage.simulation.schedulers.proof 1000

bench: $(VENV)/installed  ## what it costs, and how soon and how surely it tells
	$(BIN)/python benchmarks/run_overhead.py
	$(BIN)/python benchmarks/watching.py
	$(BIN)/python benchmarks/deadlocks.py
	$(BIN)/python benchmarks/exploring.py
	$(BIN)/python -m benchmarks.schedulers
	$(BIN)/python -m benchmarks.catalogue

clean:
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or later is needed: make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable .
	touch $@

$(VENV)/installed-for-development: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[dev]'
	touch $@ $(VENV)/installed
