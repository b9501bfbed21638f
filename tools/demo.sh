#!/bin/bash
# From nothing to answered questions: sets up, builds, demonstrates.
source "$(dirname "$0")/lib.sh"
tools/setup.sh base
run_bazel run //examples:demo
run_bazel build //cli:gatehouse
examples/users.sh bazel-bin/cli/gatehouse examples/manifests
run_bazel run //examples:tokens
