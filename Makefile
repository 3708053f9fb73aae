# The two commands to know: `make demo` and `make test`. Each sets up what it needs in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

# What `make demo` sends; give your own with IMAGES="a.jpg b.png".
IMAGES ?= $(wildcard local/photographs/*.jpg local/photographs/*.png)
OUTPUT ?= output

.PHONY: demo test test-all mutants mutants-names chaos fuzz bench install template audit advisories check graph docs screenshots contracts-compat release deploy deploy-names destroy destroy-names lint format lock clean

demo: $(INSTALLED)  ## send photographs through the whole stack on this machine; [SERVE=1] keeps it and its web page, [ENFORCE=1] checks every permission
	$(BIN)/python -m local process $(IMAGES) --output $(OUTPUT) \
	  $(addprefix --parameter ,$(PARAMETERS)) $(if $(ENFORCE),--enforce) $(if $(SERVE),--serve)

# Where this is set, each of the processes that the tests start would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

# What checks the web page, and is no part of it: TypeScript's compiler, and axe. Where there is no npm, these tests are skipped.
WEB_TOOLS := $(VENV)/web-tools
WEB_TOOLS_IF := $(if $(shell command -v npm),$(WEB_TOOLS)/installed)
# A lock file would record where each package was downloaded from; the versions are exact, and have no dependencies.
NPM_INSTALL := npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error

$(WEB_TOOLS)/installed: .ci/web/package.json | $(INSTALLED)
	mkdir -p $(WEB_TOOLS)
	cp .ci/web/package.json $(WEB_TOOLS)
	cd $(WEB_TOOLS) && $(NPM_INSTALL)
	touch $@

# The part of the tests to run: make test T=tests/lambdas
T ?=
# A worker takes whole files, in the order in which tests/effort.py has put them.
# A worker that dies ends the run: pytest-xdist would wait for ever for the tests that it had.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 0

test: $(INSTALLED) $(WEB_TOOLS_IF)  ## run the tests, each repetition once or a few times; [T=tests/lambdas] runs a part
	$(PYTEST) $(T)

test-all: $(INSTALLED) $(WEB_TOOLS_IF)  ## run the tests with all repetitions; [T=tests/chaos] runs a part
	THOROUGH=1 $(PYTEST) $(T)

# Packages of its own, in a cache outside of .venv.
COSMIC_RAY := $(BIN)/uv tool run --quiet --from cosmic-ray==8.7.0
MUTANTS := build/mutants

mutants-names:
	$(if $(and $(M),$(T)),,$(error say what: make mutants M=module T="tests of it"))@:

mutants: mutants-names $(INSTALLED)  ## change a module in one place at a time, show what no test finds: make mutants M=lambdas/sweep.py T=tests/lambdas
	git diff --quiet -- $(M) || { echo "commit $(M) first: it is changed in place"; exit 1; }
	mkdir -p build
	printf '[cosmic-ray]\nmodule-path = "%s"\ntest-command = "%s"\nexcluded-modules = []\n' "$(M)" \
	  "$(BIN)/python -m pytest -q -x -p no:randomly -p no:cacheprovider $(T)" | cat - .ci/mutants.toml > $(MUTANTS).toml
	$(COSMIC_RAY) cosmic-ray baseline $(MUTANTS).toml
	$(COSMIC_RAY) cosmic-ray init --force $(MUTANTS).toml $(MUTANTS).sqlite
	$(COSMIC_RAY) cr-filter-operators $(MUTANTS).sqlite $(MUTANTS).toml
	$(COSMIC_RAY) cosmic-ray exec $(MUTANTS).toml $(MUTANTS).sqlite
	$(COSMIC_RAY) cr-report --show-diff --surviving-only $(MUTANTS).sqlite

# How many schedules of faults; the tests run 2,000 of their own.
SCHEDULES ?= 10000

chaos: $(INSTALLED)  ## inject faults into the pipeline and see that nothing is lost: make chaos [SCHEDULES=100000]
	$(BIN)/python -m tests.chaos --schedules $(SCHEDULES)
	$(BIN)/python -m tests.chaos.outages

# How many damaged files; the tests run some thousands of their own.
CASES ?= 100000

fuzz: $(INSTALLED)  ## damage files and blocks of metadata at random, and see that each ends as an image or a rejection: make fuzz [CASES=1000000]
	$(BIN)/python -m tests.hostile --cases $(CASES)

bench: $(INSTALLED)  ## measure side by side with sharp; needs Node.js 20 or newer, and npm; BENCH="--quick --only jpeg"
	$(BIN)/python -m benchmarks $(BENCH)

install: $(INSTALLED)  ## make .venv with everything that the other commands need

$(INSTALLED): requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	touch $@

template: $(INSTALLED)  ## write the template to build/template.json
	mkdir -p build
	$(BIN)/python generate.py --output build/template.json

# checkov asks for versions of its own of what we use too.
AUDIT := $(VENV)/audit

$(AUDIT)/installed: .ci/checkov.lock
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --require-hashes --requirement .ci/checkov.lock
	touch $@

audit: template $(AUDIT)/installed  ## compare what checkov finds in the template with the suppressions
	$(AUDIT)/bin/python .ci/audit.py build/template.json

# pip-audit asks for versions of its own, too. A lock is looked up by itself, since two locks may pin different versions.
ADVISORIES := $(VENV)/advisories
LOCKS := requirements.lock $(wildcard lambdas/layers/*.lock .ci/*.lock)

$(ADVISORIES)/installed: .ci/pip-audit.lock
	$(PYTHON) -m venv $(ADVISORIES)
	$(ADVISORIES)/bin/python -m pip install --quiet --require-hashes --requirement .ci/pip-audit.lock
	touch $@

advisories: $(ADVISORIES)/installed  ## look up the advisories of everything that the locks pin; needs the network
	failed=0; for lock in $(LOCKS); do echo "$$lock"; \
	  $(ADVISORIES)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement "$$lock" || failed=1; \
	done; exit $$failed

check: $(INSTALLED)  ## prove the data flow of all state machines
	$(BIN)/python -m workflow.proof
	$(BIN)/python -m workflow.proof --machine ImportPipeline
	$(BIN)/python -m workflow.proof --machine AuditPipeline

graph: $(INSTALLED)  ## draw the state graph into docs/pipeline.md and docs/pipeline.svg
	$(BIN)/python -m pages.pipeline > docs/pipeline.md
	$(BIN)/python -m pages.graph --format svg --output docs/pipeline.svg

docs: graph  ## make every generated page anew
	$(BIN)/python -m workflow.payload_types > workflow/contracts/payloads.py
	$(BIN)/python -m pages.diagram docs
	$(BIN)/python -m pages.openapi > docs/openapi.json
	$(BIN)/python -m pages.asyncapi > docs/asyncapi.json
	$(BIN)/python -m pages.contracts > docs/contracts.md
	$(BIN)/python -m pages.permissions > docs/permissions.md
	$(BIN)/python -m pages.findings > docs/findings.md
	$(BIN)/python -m pages.check_findings > docs/check-findings.md
	$(BIN)/python -m pages.licenses > LICENSES.md
	$(BIN)/python -m pages.runbook docs/operations.md
	$(BIN)/python -m tests.bursts docs/reliability.md
	$(BIN)/python -m pages.example docs/example.jpg

models: $(INSTALLED)  ## make the checker's table of AWS's services anew, from the botocore that is installed
	$(BIN)/python -m pages.services asl/check/services.zip

screenshots: $(INSTALLED)  ## take the screenshots of the README; needs Chromium
	$(BIN)/python -m tests.docs.screenshots docs

contracts-compat: $(INSTALLED)  ## show the contracts that changed, and which changes are breaking: [BASE=version or git revision]
	$(BIN)/python -m workflow.compat $(BASE)

release: $(INSTALLED)  ## keep the contracts as those of the version in pyproject.toml, for contracts-compat
	$(BIN)/python -m workflow.releases

# Before anything is installed.
deploy-names:
	$(if $(and $(STACK),$(ARTIFACTS)),,$(error say where to: make deploy STACK=name ARTIFACTS=bucket))@:

destroy-names:
	$(if $(STACK),,$(error say what: make destroy STACK=name))@:

deploy: deploy-names $(INSTALLED)  ## deploy to AWS: make deploy STACK=name ARTIFACTS=bucket [PARAMETERS="Quality=90"] [TAGS="Team=x"] [YES=1]
	$(BIN)/python -m operations deploy --stack "$(STACK)" --artifacts "$(ARTIFACTS)" \
	  $(addprefix --parameter ,$(PARAMETERS)) $(addprefix --tag ,$(TAGS)) $(if $(YES),--yes)

destroy: destroy-names $(INSTALLED)  ## delete a stack and say what is kept: make destroy STACK=name [YES=1]
	$(BIN)/python -m operations destroy --stack "$(STACK)" $(if $(YES),--yes)

lint: $(INSTALLED)  ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(INSTALLED)  ## put style right where that can be done by machine
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Lambda's platform, for the locks of the layers; the same as in templates/packaging.py.
LAMBDA := --python-version 3.13 --python-platform x86_64-manylinux_2_34 --only-binary :all: --constraint requirements.lock
# What the tracer asks for and Lambda's Python has: in a layer it would come before Lambda's own.
ABOARD := $(addprefix --no-emit-package ,botocore python-dateutil six urllib3)
COMPILE := $(BIN)/uv pip compile --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links --generate-hashes

lock: $(INSTALLED)  ## pin what pyproject.toml asks for; UPGRADE=--upgrade takes the newest
	$(COMPILE) $(UPGRADE) --universal --python-version 3.11 --group test pyproject.toml --output-file requirements.lock
	$(COMPILE) $(LAMBDA) $(ABOARD) --group runtime-layer --output-file lambdas/layers/runtime.lock
	echo "pip-audit>=2.10,<3" | $(COMPILE) $(UPGRADE) --universal --python-version 3.11 - --output-file .ci/pip-audit.lock
	echo "checkov>=3.3,<4" | $(COMPILE) $(UPGRADE) --universal --python-version 3.11 - --output-file .ci/checkov.lock
	$(COMPILE) $(LAMBDA) --no-emit-package numpy --group imaging-layer --output-file lambdas/layers/imaging.lock
	$(COMPILE) $(LAMBDA) --no-emit-package pillow --group heif-layer --output-file lambdas/layers/heif.lock

clean:  ## remove all that these commands made, also what the tools keep
	rm -rf $(VENV) build $(OUTPUT) asl/build asl/*.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
