# The command line of this project; `make` alone lists it.
# Each target does its own set-up: nothing is needed but make and Python 3.11 or later.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Arguments for the program that the target runs: make test ARGS="tests/events -x"
ARGS ?=
# Least coverage that `make test` has to reach, in percent; measured only if given, since it takes half as long again.
COVERAGE ?=
MEASURE := $(if $(COVERAGE),--cov --cov-report=term-missing:skip-covered --cov-fail-under=$(COVERAGE))
# All tests together are spread over the cores; a few are sooner done without.
SPREAD := $(if $(strip $(ARGS)),,-n auto)
# The Python to make the virtual environment with; found when not named.
PYTHON ?=

# Errors only: what a machine's pip has to say about its own set-up is not this project's.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# A lock holds what the public registry has, whatever this machine's pip is set up to take instead.
COMPILE := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_CONSTRAINT PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/python -m piptools compile --quiet $(ARGS)

.PHONY: help run test check bench screenshots lock wheel clean setup

help: ## list the targets
	@echo "Targets (ARGS=\"...\" is passed on to the program):"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' Makefile | sed 's/@/	/'

run: setup ## start the bot; with the simulator when no platform is configured
	@$(BIN)/python -m bot run --or-simulate $(ARGS)

test: setup ## run the tests; COVERAGE=90 measures their coverage, too
	@$(BIN)/python -m pytest $(SPREAD) $(MEASURE) $(ARGS)

check: setup ## lint, format, types, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy bot handlers tests tools $(wildcard benchmarks)
	$(BIN)/python -m tools.check_locks

bench: setup ## measure speed beside bare aiohttp
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: setup ## make the pictures of the softphone in docs/images; needs Chromium
	@BOT_TEST_BROWSER=required $(BIN)/python -m pytest -q tests/simulator/softphone/screenshots.py $(ARGS)

lock: setup ## write the locks anew from pyproject.toml; ARGS=--upgrade takes newer versions
	@$(BIN)/python -c 'import sys; sys.version_info[:2] == (3, 11) or sys.exit("Make locks with Python 3.11, the oldest supported: its needs include those of the later ones. Try: make clean; make lock PYTHON=python3.11")'
	$(COMPILE) --extra dev --build-deps-for wheel --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --extra speed --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra speed --extra calendars --constraint requirements-dev.lock --output-file requirements-calendars.lock pyproject.toml
	$(COMPILE) --build-deps-for wheel --only-build-deps --constraint requirements-dev.lock --output-file requirements-build.lock pyproject.toml
	@$(MAKE) --no-print-directory setup
	$(BIN)/python -m tools.check_locks

wheel: setup ## build the wheel into dist/
	@rm -rf build dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .

clean: ## remove the virtual environment, caches and build outputs; the journal in var/ stays
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(STAMP)

$(STAMP): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements-dev.lock lists into $(VENV) ..."
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@python=$$(tools/find-python $(PYTHON)) && echo "Making $(VENV) with $$python ..." && "$$python" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
