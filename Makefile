VENV := .venv
BIN := $(VENV)/bin
PROTOS := $(shell find protos -name '*.proto')

.PHONY: demo test check bench proto lock clean servers stack stack-down stack-demo

demo: $(VENV)/.ok
	$(BIN)/cchc demo

test: $(VENV)/.ok servers
	$(BIN)/python -m pytest -q -n auto --dist worksteal

check: $(VENV)/.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/buf lint protos
	$(BIN)/buf breaking protos --against protos/baseline.binpb
	$(BIN)/python -m tests.generated_code
	$(BIN)/python -m pytest -q -n auto tests/docs

bench: $(VENV)/.ok
	$(BIN)/python -m tests.bench

# Real servers for the tests and for make stack: installs what is missing where it may, and says so where it may not.
servers: $(VENV)/.ok
	$(BIN)/python -m deploy.local servers

# Kafka and ClickHouse on the loopback address, in .stack/.
stack: servers
	$(BIN)/python -m deploy.local up

stack-down: $(VENV)/.ok
	$(BIN)/python -m deploy.local down

# The main job of make demo through all services, on the stack that runs or on one for as long as it takes.
stack-demo: servers
	$(BIN)/python -m deploy.local demo

# Regenerates cchc/api from protos/.
proto: $(VENV)/.ok
	$(BIN)/python -m tests.generated_code --write

# Pins every dependency with its hashes; no registry's address is written. The image's lock is a part of the whole one.
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: $(VENV)/.ok
	$(LOCK) --extra embedded --group dev pyproject.toml -o requirements.lock
	$(LOCK) -c requirements.lock pyproject.toml -o requirements-runtime.lock

$(VENV)/.ok: requirements.lock pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip sync -q --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install -q --no-deps --no-build-isolation -e . --python $(BIN)/python
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
