# A clean machine needs Python >= 3.11, make and the package registries; everything else is fetched here.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
PORT ?= 8000
THROUGHCARE_DATA ?= .throughcare
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock"

.PHONY: demo test check words contract bench writers scaling fuzz matrix mining kills replay mutants install lock clean trees

demo: .venv/runtime
	@PORT='$(PORT)' THROUGHCARE_DATA='$(THROUGHCARE_DATA)' exec $(BIN)/throughcare up --demo $(if $(KAFKA),--kafka)

test: .venv/development
	@.ci/browser
	@.ci/checker
	@.ci/device
	@.ci/broker $(BIN)/python
	@.ci/asyncapi $(BIN)/python
	@.ci/mesh $(BIN)/python
	@$(MAKE) --no-print-directory check
	@.ci/tests $(BIN) $(ARGS)

check: .venv/development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What partners are promised, written from the code; a change that would break them is refused.
contract: .venv/development
	@$(BIN)/python -m tests.contract

# What there is to translate (api/pages/locale/throughcare.pot), and every language compiled.
words: .venv/development
	@$(BIN)/python -m deploy.words

bench: .venv/development
	@$(BIN)/python -m tests.bench $(ARGS)

# Six writers at once and a reader that follows them, who may miss nothing: ARGS='--minutes 10'.
writers: .venv/development
	@$(BIN)/python -m tests.bench.writing $(ARGS)

# A log of so many facts beside one of 100,000, the same asked of both: ARGS='--facts 10000000'.
scaling: .venv/development
	@$(BIN)/python -m tests.bench.scaling $(ARGS)

# A million leaves by the verifier's tree and by a second one: ARGS='--leaves 1000000'.
trees: .venv/development
	@$(BIN)/python -m tests.projections.a_million $(ARGS)

# Requests by chance from the served description, by every role: ARGS='--cases 100000 --seed 1'.
fuzz: .venv/development
	@$(BIN)/python -m tests.fuzzing $(ARGS)

# Every kind of partner, role and purpose by every way out; the short form is among the tests.
matrix: .venv/development
	@$(BIN)/python -m tests.processes.matrix $(ARGS)

# A small community's care is exported, and PM4Py (AGPL, in a Python of its own) finds in it what the log holds
# and mines the pathways: ARGS='--people 2000'.
mining: .venv/development
	@.ci/mining $(BIN)/python
	@$(BIN)/python -m tests.deploy.mining $(ARGS)

# Relay, broker and subscriber killed by turns under load, on Apache Kafka: ARGS='--kills 200 --seed 1';
# or the broker away for ten minutes: ARGS='--kills 0 --away 600'.
kills: .venv/development
	@$(BIN)/python -m tests.consumers.kills $(ARGS)

# A new subscriber reads a long share and ends as one attached from the first day: ARGS='100000 5'.
replay: .venv/development
	@$(BIN)/python -m tests.bench.replaying $(ARGS)

# Changes the rules one small thing at a time and runs the tests that reach it: 'domain.concern*' for one noun.
mutants: .venv/mutants
	$(BIN)/mutmut run $(ARGS)
	@$(BIN)/python -m tests.mutants

install: .venv/runtime

lock: .venv/development
	$(COMPILE) pyproject.toml --extra embedded -o requirements.txt
	$(COMPILE) --group build -c requirements.txt -o requirements-build.txt
	$(COMPILE) pyproject.toml --extra embedded --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --group mutants -c requirements-dev.txt -o requirements-mutants.txt
	$(COMPILE) --group mesh -o requirements-mesh.txt
	$(COMPILE) --group mining -o requirements-mining.txt
	$(COMPILE) --group assets --no-deps -o requirements-assets.txt

clean:
	rm -rf .venv build dist mutants .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf api/pages/static/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The data folder is a deployment's history: clean leaves it alone.

.venv/bin/python:
	@test -n '$(PYTHON)' || { echo 'Throughcare needs Python 3.11 or newer; none was found. Set PYTHON=...' >&2; exit 1; }
	@echo 'Making .venv with $(PYTHON)'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo 'This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }

.venv/runtime: .venv/bin/python pyproject.toml requirements.txt requirements-build.txt requirements-assets.txt deploy/assets.py \
		hatch_build.py $(wildcard api/pages/locale/*/LC_MESSAGES/*.po)
	@echo 'Installing what Throughcare needs (a quarter of a minute where the network is quick)'
	@$(PIP) install --require-hashes -r requirements.txt -r requirements-build.txt
	@$(PIP) install --require-hashes --no-deps -r requirements-assets.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m deploy.assets
	@touch $@

.venv/development: .venv/runtime requirements-dev.txt
	@echo 'Installing what the tests need'
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

.venv/mutants: .venv/development requirements-mutants.txt
	@$(PIP) install --require-hashes -r requirements-mutants.txt
	@touch $@
