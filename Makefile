# Communications Block. Every target is one call of a script in scripts/.

RECIPIENTS ?= 1000
FILTER ?=
SECONDS ?= 30

.DEFAULT_GOAL := help
.PHONY: help demo run stop test test-quick fuzz bench bench-grid lint format reference build

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a whole campaign through the real daemons (RECIPIENTS=1000), left running to look at
	@scripts/demo.sh $(RECIPIENTS)

run: ## the suite in the foreground for development; Ctrl-C stops it
	@scripts/run.sh

stop: ## stop what demo and run started
	@scripts/stop.sh

test: ## every test, on a private PostgreSQL and Redis (FILTER=name for some of them)
	@scripts/test.sh $(FILTER)

test-quick: ## the tests that need no daemon and no browser
	@scripts/test.sh --quick $(FILTER)

fuzz: ## parsing, inlining and compiling under libFuzzer (SECONDS=30 for each)
	@scripts/fuzz.sh --seconds $(SECONDS)

bench: ## the benchmarks, beside the limits of this machine
	@scripts/bench.sh

bench-grid: ## a database of a million contacts, and pages of the Mega List on it
	@scripts/bigdb.sh

lint: ## formatting and forbidden patterns
	@scripts/lint.sh

format: ## format the sources in place
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

reference: ## write docs/configuration.md and .env.example from the declarations
	@scripts/reference.sh

build: ## a release build
	@scripts/packages.sh && swift build -c release
