#!/bin/bash
# Builds and tests examples/external as a project outside this one would be.
source "$(dirname "$0")/lib.sh"
tools/setup.sh base
cd examples/external
run_bazel test --nobuild_tests_only --test_output=errors //...
