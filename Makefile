# Two commands for a new user: `make chat` and `make test`. Both make .venv when it is not there.
PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3))
VENV := .venv
BIN := $(VENV)/bin
# PyTorch's CPU build spares gigabytes of CUDA on Linux without an NVIDIA card. CPU=1 takes it in any
# case, CPU=0 never.
CPU ?= $(if $(filter Linux,$(shell uname -s)),$(shell nvidia-smi -L >/dev/null 2>&1 && echo 0 || echo 1),0)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
CPU_TORCH := $(PIP) --no-deps --retries 1 --timeout 15 --index-url https://download.pytorch.org/whl/cpu torch
TORCH := $(if $(filter-out 0,$(CPU)),$(CPU_TORCH) 2>/dev/null || { echo "PyTorch's CPU index cannot be reached; taking pip's default build."; $(PIP) torch; },$(PIP) torch)

.PHONY: chat test check slow servers gate clean

chat: $(VENV)/installed
	@$(BIN)/soundings sources --json 2>/dev/null | grep -q '"id"' || $(BIN)/soundings ingest
	$(BIN)/soundings chat --open

test: $(VENV)/installed-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not slow and not servers" -n 2 --dist loadfile

slow: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m slow || [ $$? -eq 5 ]  # 5: there are none

servers: $(VENV)/installed-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m servers

gate: $(VENV)/installed-dev
	rm -rf out/gate && $(BIN)/soundings --home out/gate/home ingest
	$(BIN)/soundings --home out/gate/home eval run --out out/gate/run --gate eval/gates/starter.toml
	$(BIN)/soundings --home out/gate/home eval packs --gate eval/packs_gates.toml
	$(BIN)/python -m pytest -q eval/

check: $(VENV)/installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Soundings and what it needs; the first time takes some minutes …"
	@$(TORCH)
	$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Soundings with what its tests need; the first time takes some minutes …"
	@$(TORCH)
	$(PIP) -e ".[dev]"
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV)
