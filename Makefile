# Everything a fresh machine needs: Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
STAMP := $(VENV)/.installed
PEOPLE ?= 20000
SEED ?= 7
NIGHT ?= 2026-03-31
HUB_HOME ?= $(CURDIR)/.hub
export HUB_HOME

.PHONY: install demo test promises lint spark lock ui clean

install: $(STAMP)

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv

$(STAMP): $(UV) requirements.lock pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

demo: install  ## a simulated country, one whole night, a summary
	$(BIN)/hub country simulate --people $(PEOPLE) --seed $(SEED) --first-night $(NIGHT) --nights 1
	$(BIN)/hub night --date $(NIGHT) --drops $(HUB_HOME)/country/nights
	$(BIN)/hub summary

test: install  ## lint, types, import arrows and all tests
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

promises: install  ## tests of promises at full size, then the table; ONLY=R1 for one
	$(if $(ONLY),,rm -f $(HUB_HOME)/promises/promises.json)
	HUB_PROMISES=1 $(BIN)/python -m pytest -m promise $(if $(ONLY),--promise $(ONLY)); \
	status=$$?; $(BIN)/hub promises; exit $$status

lint: install
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

spark: install  ## nights on a cluster: pyspark, beside a Java 17 of the system
	$(UV) pip install --quiet --python $(BIN)/python --constraint requirements.lock --group spark

lock: $(UV)  ## resolve again
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-annotate --group dev pyproject.toml --custom-compile-command "make lock" --output-file requirements.lock

ui: install  ## Dagster's pages on http://localhost:3000
	mkdir -p $(HUB_HOME)/dagster && cp pipelines/instance/dagster.yaml $(HUB_HOME)/dagster/dagster.yaml
	DAGSTER_HOME=$(HUB_HOME)/dagster $(BIN)/dagster dev -w workspace.yaml

clean:
	rm -rf $(HUB_HOME)
