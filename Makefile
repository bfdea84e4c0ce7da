# The commands of this repository. Each sets up what it needs; a second run finds it and is quick.
#
#   make audit    audit this machine                       ARGS="--profile level_1" adds options
#   make test     every test, the ones on a real engine included (installs system packages when root)
#   make torture  the arsenal behind "never a false pass", at its big size (an hour and more)      SEED=7  ARGS="-k oracle"
#   make check    format, lint, types, layers, freshness of the documents
#   make bench    what an audit costs on a real engine     BENCH_CONTAINERS="0 30 100 300"  ARGS="--write"
#   make sample   record reports/samples anew from a real engine; make sample-reports only renders its reports
#   make setup    only the virtual environment in .venv
#   make clean    remove the virtual environment, build output and caches

SHELL := /bin/bash
PYTHON ?= python3
ARGS ?=
BENCH_CONTAINERS ?= 0 30 100 300
WORKERS ?= 2
SEED ?= 1

VENV := .venv
BIN := $(VENV)/bin
PACKAGE_STAMP := $(VENV)/.setup-stamp-package
DEVELOPMENT_STAMP := $(VENV)/.setup-stamp-development

.PHONY: help audit test torture check bench sample sample-reports setup system clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   \(make .*\)/\1/p' Makefile

audit: $(PACKAGE_STAMP)
	@scripts/audit $(ARGS)

test: $(DEVELOPMENT_STAMP) system
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile $(ARGS)

# The page is written only when every harness ran; a run of some of them (ARGS="-k …") leaves it alone.
torture: $(DEVELOPMENT_STAMP) system
	@rm -rf build/torture
	@DOCKMARK_TORTURE=big DOCKMARK_SEED=$(SEED) DOCKMARK_TORTURE_RECORD=$(CURDIR)/build/torture \
		$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --hypothesis-seed=$(SEED) tests/torture $(ARGS)
	@[ -n '$(ARGS)' ] || $(BIN)/python -m tests.torture.report build/torture

check: $(DEVELOPMENT_STAMP)
	@scripts/check

bench: $(DEVELOPMENT_STAMP) system
	@BENCH_CONTAINERS="$(BENCH_CONTAINERS)" $(BIN)/python -m bench.run $(ARGS)

sample: $(DEVELOPMENT_STAMP) system
	@unshare --mount --uts --net -- $(BIN)/python -m tests.record_sample

sample-reports: $(DEVELOPMENT_STAMP)
	@$(BIN)/python -m tests.record_sample --keep-snapshot

setup: $(PACKAGE_STAMP)

system:
	@scripts/install-system-packages

$(PACKAGE_STAMP): pyproject.toml scripts/make-environment
	@scripts/make-environment "$(PYTHON)" package
	@touch $@

$(DEVELOPMENT_STAMP): $(PACKAGE_STAMP)
	@scripts/make-environment "$(PYTHON)" development
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
