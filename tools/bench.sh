#!/bin/bash
# Runs the benchmarks: bench.sh [AREA]. They write bench-results.json at the
# top, which bazel names to them as BUILD_WORKSPACE_DIRECTORY.
source "$(dirname "$0")/lib.sh"
tools/setup.sh base
arguments=()
[[ -z ${1:-} ]] || arguments+=("--only=$1")
run_bazel run -c opt //benchmarks:bench -- "${arguments[@]}"
