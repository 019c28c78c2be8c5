# Two commands do everything: `make demo` and `make test`. Both make their own virtual
# environment first; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check guard-report storm mutants clean

demo: $(VENV)/installed
	$(BIN)/streamlit run app.py

# Three side by side, also on two cores: many tests wait most of the time.
test: $(VENV)/installed-tests
	$(BIN)/python -m pytest --numprocesses 3 --no-loadscope-reorder

guard-report: $(VENV)/installed-tests
	PYTHONPATH=tests:. $(BIN)/python -m guard.report

storm: $(VENV)/installed-tests
	PYTHONPATH=tests:. $(BIN)/python -m storm

mutants: $(VENV)/installed-tests
	$(BIN)/mutmut run
	$(BIN)/mutmut results --all true | PYTHONPATH=tests:. $(BIN)/python -m mutation_report

check: $(VENV)/installed-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/layers
	$(BIN)/pip-audit --strict --requirement requirements.txt --no-deps --disable-pip

clean:
	rm -rf $(VENV) .data .pytest_cache .mypy_cache .ruff_cache .hypothesis mutants

$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 demo")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/installed-tests: $(VENV)/installed tests/requirements.txt
	$(BIN)/python -m pip install --quiet --requirement tests/requirements.txt
	@touch $@
