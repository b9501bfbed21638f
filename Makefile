# The front door. Each target is one script in tools/; bazel does the work.
.DEFAULT_GOAL := help
.PHONY: help setup demo test bench conformance asan tsan fuzz external format \
        format-check lint

SECONDS ?= 60

help:  ## Shows this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)

setup:  ## Installs what is missing from Debian's packages.
	@tools/setup.sh base

demo:  ## Sets up, builds, and answers the questions in examples/.
	@tools/demo.sh

test:  ## Sets up, builds everything, runs every test and boundary check.
	@tools/test.sh

bench:  ## Measures. ONLY=area for one area; writes bench-results.json.
	@tools/bench.sh "$(ONLY)"

conformance:  ## Runs VECTORS=directory of cases; ONLY=a,b for some of its files.
	@tools/conformance.sh "$(VECTORS)" "$(ONLY)"

asan:  ## All tests under AddressSanitizer and UBSan.
	@tools/sanitize.sh asan

tsan:  ## The concurrent tests under ThreadSanitizer.
	@tools/sanitize.sh tsan

fuzz:  ## Every fuzz target in turn, each for SECONDS=60.
	@tools/fuzz.sh "$(SECONDS)"

external:  ## Builds and tests examples/external, a workspace of its own.
	@tools/external.sh

format:  ## Formats all C++ and BUILD files.
	@tools/format.sh fix

format-check:  ## Says which files `make format` would change.
	@tools/format.sh check

lint:  ## clang-tidy, clang's thread-safety analysis, buildifier's warnings.
	@tools/lint.sh
