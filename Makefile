# What a fresh machine needs: python3 (3.11 or newer) with venv, make, and a way to PyPI.
# Everything is installed into .venv; a second time it is there already.

PYTHON ?= python3
STORE ?= data
BIN := .venv/bin
export START STORE

.DEFAULT_GOAL := help
.PHONY: help crawl test lint browser clean

help:
	@echo "make crawl               crawl the bundled demo site into $(STORE)/"
	@echo "make crawl START=https://example.com/gallery"
	@echo "                         crawl a real site into $(STORE)/, politely"
	@echo "make test                run every check and test"
	@echo "make lint                run the checks alone"
	@echo "make browser             install Chromium, unless there is one, for pages that need it"
	@echo "make clean               remove what was installed and cached (never $(STORE)/)"

crawl: .venv/crawl.stamp
	@if [ -n "$$START" ]; then \
		exec $(BIN)/python -m scrapy crawl site -a "start=$$START" -s "IMAGES_STORE=$$STORE"; \
	else \
		exec $(BIN)/python -m imagecrawler.demo crawl --store "$$STORE"; \
	fi

# Hundreds of tests start a process: it need not compile the project each time.
test: export PYTHONDONTWRITEBYTECODE :=
test: lint browser
	$(BIN)/python -m pytest -n auto

lint: .venv/test.stamp
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

# Pages are rendered by a real Chromium in the tests: the system's, or Playwright's own.
browser: .venv/crawl.stamp
	@$(BIN)/python -m imagecrawler.rendering.finding >/dev/null 2>&1 || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } || \
	$(BIN)/python -m playwright install chromium
	@$(BIN)/python -m imagecrawler.rendering.finding

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/crawl.stamp: .venv/made.stamp requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/test.stamp: .venv/made.stamp requirements.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/crawl.stamp

.venv/made.stamp:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON): install Python 3.11 or newer (Debian: apt install python3 python3-venv)," ; \
		echo "or name one: make PYTHON=/path/to/python3.11" ; exit 2 ; } >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is too old: Python 3.11 or newer is needed. Name one: make PYTHON=python3.11" ; \
		exit 2 ; } >&2
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. Debian, Ubuntu: apt install python3-venv" ; \
		exit 2 ; } >&2
	@rm -rf .venv
	$(PYTHON) -m venv .venv
	@touch $@
