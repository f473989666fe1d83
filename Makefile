# Everything sets itself up: see .ci/setup. VENV=path uses another virtual environment.
VENV ?= .venv
PY := $(VENV)/bin/python
export VENV
# One more than cores: some tests wait for a process or a device. Those marked "alone" do little else than wait.
WORKERS ?= $(shell echo $$(($$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1)))

.PHONY: run test check bench train screenshots clean help

help:  ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup-run  ## Open the console on the demo store; without a display, run it headless
	@$(PY) main.py

test: setup-test  ## Run the tests
	@$(PY) -m pytest -q -m "not alone" -n $(WORKERS) --dist worksteal
	@$(PY) -m pytest -q -m alone -n 4 --dist worksteal tests/capture tests/live

check: setup-test  ## Static checks: style, types, and who may import whom
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

bench: setup-test  ## Measure speed and accuracy on this machine, into BENCHMARKS.md
	@$(PY) main.py bench $$($(PY) -m tests.support.real_recordings out/real)

train: setup-train  ## Make the shipped models again, into out/training and assets/models (hours)
	@$(PY) main.py train all --work out/training

screenshots: setup-run  ## Render every page into assets/screenshots
	@$(PY) main.py screenshots

clean:  ## Remove the virtual environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: setup-run setup-test setup-train
setup-run:
	@.ci/setup run
setup-test:
	@.ci/setup test
setup-train:
	@.ci/setup train
