# Needs nothing but make and Python 3.11 or newer. Written for GNU make 3.81, which macOS still ships.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Tools that look at what is installed are not among it, nor are fuzzers: they have environments of their own, made at their
# first use.
AUDIT := .venv-audit
AUDIT_STAMP := $(AUDIT)/.installed
FUZZ := .venv-fuzz
FUZZ_STAMP := $(FUZZ)/.installed

# Where this is set, as in many containers, every process that a test starts compiles all of leadbid anew.
unexport PYTHONDONTWRITEBYTECODE

# What tests write is needed by nobody after them: in memory, where there is plenty, none of them waits for a disk.
IN_MEMORY = if [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'END { print $$4 }')" -gt 4000000 ] 2>/dev/null && \
  ! grep -qs ' /dev/shm .*noexec' /proc/mounts; then \
  TMPDIR=$$(mktemp -d /dev/shm/tests.XXXXXX) && chmod 711 "$$TMPDIR" && export TMPDIR && trap 'rm -rf "$$TMPDIR"' EXIT; fi;

# Many tests wait for servers, so four workers share two cores. In order of their folders, because the quick ones of
# `unit` come last then, and no long file is left over for one worker alone.
PYTEST = $(IN_MEMORY) $(BIN)/pytest -n "$$($(BIN)/python -c 'import os; print(2 * (os.cpu_count() or 2))')" --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test long check quick bench profile drill cluster dist audit fuzz

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv and install everything (once; again when the requirements change)

demo: setup ## Simulate one business day over real HTTP: 1,000 leads, and a report (ARGS=--stay keeps it up, live)
	@$(BIN)/leadbid demo $(ARGS)

serve: setup ## Serve the demo configuration on http://127.0.0.1:8000, with its data in ./data
	@$(BIN)/leadbid serve --demo --data data --port 8000

test: setup ## Run the tests in parallel (ARGS="-k caps" selects, ARGS=--cov reports coverage)
	@$(PYTEST) $(ARGS)

long: setup $(AUDIT_STAMP) ## Run the tests that take minutes: whole days and markets, packaging, kills, many made-up inputs
	@$(PYTEST) -m "long or hypothesis" --hypothesis-profile=thorough $(ARGS)

check: quick ## Check style, format, types and the direction of imports
	$(BIN)/mypy
	$(BIN)/lint-imports

quick: setup ## Check style and format only, in a second, as before each commit
	$(BIN)/ruff check
	$(BIN)/ruff format --check

dist: setup ## Build the wheel and the source archive into ./dist
	@$(BIN)/python -m hatchling build

audit: setup $(AUDIT_STAMP) ## Judge licenses and known vulnerabilities of all that is installed, into ./dist/sbom.json
	@$(BIN)/python -m tests.audit

cluster: setup ## Run three replicas on a PostgreSQL of their own behind a balancer, until Ctrl-C
	@$(BIN)/python -m tests.cluster_of_replicas $(ARGS)

drill: setup ## Break the service in earnest and see its promises kept (ARGS=--sample takes a minute, --list names all)
	@$(BIN)/leadbid drill $(ARGS)

fuzz: setup $(FUZZ_STAMP) ## Feed every endpoint and reader with inputs that nobody wrote (ARGS=--sample takes a minute)
	@$(BIN)/python -m tests.fuzz $(ARGS)

bench: setup ## Measure pings, posts and decisions against fixed baselines
	@$(BIN)/python -m tests.bench

profile: setup ## Show where the time of one ping and one post goes, stage by stage
	@$(BIN)/python -m tests.bench.profile

# Each candidate is run, not only looked up, because version managers leave commands behind that cannot start. PYTHON, if
# set, is the only candidate.
$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || { \
	  for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	    "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	      && echo "Making $(VENV) with $$("$$python" --version)" && exec "$$python" -m venv $(VENV); \
	  done; \
	  echo "leadbid needs Python 3.11 or newer with its venv module (on Debian: apt install python3-venv)." >&2; \
	  echo "If it is installed under another name: make setup PYTHON=/path/to/python" >&2; \
	  exit 1; }
	@echo "Installing leadbid and what it needs into $(VENV) (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[training,reports,archive,postgres,otel,mcp,dev]'
	@touch $@

$(AUDIT_STAMP): Makefile
	@test -x $(AUDIT)/bin/python || $(BIN)/python -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom>=7.5,<8' 'pip-audit>=2.10,<3'
	@touch $@

$(FUZZ_STAMP): Makefile
	@test -x $(FUZZ)/bin/python || $(BIN)/python -m venv $(FUZZ)
	@$(FUZZ)/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5' 'atheris>=3,<4'
	@touch $@
