# One line a target. What needs a loop or a parser is a subcommand of omnidev, in Swift, with tests.
.DEFAULT_GOAL := help
.PHONY: help setup demo test build release check format sim soak bench bench-omega bench-bus bench-books prove docs ci
MAKEFLAGS += --no-print-directory
SEED ?= 1
MINUTES ?= 10
KILLS ?= 200
PEER ?= ../shared/peers/kernel/bus_redis.c
BOOKS ?= ../shared/peers/engine
RECORDING ?= ../shared/data/orderbook/binance_usdm_btcusdt_20240808.wsraw.gz
OMNIDEV := swift run --quiet omnidev
RELEASE := swift build -c release -Xswiftc -cross-module-optimization
SWIFT_FILES := Sources Tests Benchmarks Simulations $(wildcard Examples) Package.swift

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## installs the Debian packages and fetches the demo data, if they are missing
	@$(OMNIDEV) setup

demo: setup release ## runs the main job on real market data (HEADLESS=1: ends by itself)
	.build/release/omni demo $(if $(HEADLESS),--headless)

test: setup ## runs all tests
	swift test --disable-xctest --experimental-maximum-parallelization-width 6

build: ## builds everything for debugging
	swift build --build-tests

release: ## builds the program with all optimisations
	$(RELEASE) --product omni

check: ## checks the format, the house rules, the documents and the picture of the modules
	swift format lint --strict --parallel --recursive --configuration .swift-format $(SWIFT_FILES)
	@$(OMNIDEV) tidy && $(OMNIDEV) graph --check

format: ## formats the source
	swift format --in-place --parallel --recursive --configuration .swift-format $(SWIFT_FILES)

sim: ## runs the simulator from one seed (SEED=1)
	$(RELEASE) --product omnisim && .build/release/omnisim --seed $(SEED)
	@echo "what this is, and what to do with a seed that fails: Simulations/README.md"

soak: release ## simulates days for MINUTES=10, then kills the program KILLS=200 times
	$(RELEASE) --product omnisim && .build/release/omnisim soak --minutes $(MINUTES) --kills $(KILLS)
	@echo "what this is, and what to do with a seed that fails: Simulations/README.md"

bench: release ## measures the hot paths and prints JSON
	@.build/release/omni bench --json

bench-omega: release ## measures the resilience libraries beside their Python peers, in turn
	@$(OMNIDEV) peers

bench-bus: release ## measures the event bus beside Redis, in turn (PEER=FILE.c, which speaks with Redis)
	@$(OMNIDEV) peers --bus --peer $(PEER)

bench-books: release ## measures matching and books beside b_flat and hftbacktest (BOOKS=DIR RECORDING=FILE)
	@$(OMNIDEV) peers --books --peer $(BOOKS) --recording $(RECORDING)

prove: ## replays the demo's journal in a debug and in a release build, record by record
	.build/debug/omni replay .omni/runs/demo/journal --verify && .build/release/omni replay .omni/runs/demo/journal --verify

docs: ## draws docs/architecture.svg again
	@$(OMNIDEV) graph

ci: ## runs what the build server runs: check, test, release, demo
	@$(OMNIDEV) ci
