# Two commands a newcomer needs: make demo, make test. Each makes .venv itself. Before a change goes on main: .ci/run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Python 3.14 has no wheel of fiona and pysimdjson; pyproject.toml leaves them out there, and others stand in.

.PHONY: demo test test-all soak lint docs samples fuzz bench clean

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] else "eudr-geo needs Python 3.11 or newer; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.installed  ## the whole main job on the sample cooperative
	$(BIN)/eudr-geo demo demo

test: $(VENV)/.installed-dev  ## the tests of a working day; those that need a browser are skipped when it is missing
	HYPOTHESIS_PROFILE=third $(BIN)/python -m pytest -n auto -m "not slow" $(PYTEST_ARGS)

test-all: $(VENV)/.installed-dev  ## and those marked slow, and all examples: what .ci/run asks for
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

soak: fuzz bench  ## what takes longer than a few minutes, with its figures; by hand, before a release

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed-dev
	$(BIN)/python docs/generate.py
	$(BIN)/sphinx-build -q -W --keep-going docs docs/_build

samples: $(VENV)/.installed-dev  ## sample_plots/ and maps/, same bytes every time
	$(BIN)/python tools/make_samples.py
	$(BIN)/python tools/make_maps.py

fuzz: $(VENV)/.installed-dev  ## 10 000 changed samples, and the laws of the house on new shapes and books
	$(BIN)/python tools/fuzz.py
	HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest -n auto -q $$(grep -rl "import.*hypothesis\|from hypothesis" tests --include=test_*.py)

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/check_100k.py
	$(BIN)/python benchmarks/read_formats.py
	$(BIN)/python benchmarks/trace_lots.py

clean:
	rm -rf $(VENV) demo docs/_build dist
