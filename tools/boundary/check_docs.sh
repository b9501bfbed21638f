#!/bin/bash
# The C++ in README.md and docs/ compiles; the commands print what they say.
source "$(dirname "$0")/../lib.sh"
bin=$(run_bazel info bazel-bin)
python3 tools/boundary/check_docs.py "$bin"
