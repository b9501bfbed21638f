#!/bin/bash
# Every public header compiles alone, twice over, and without OpenSSL's.
source "$(dirname "$0")/../lib.sh"
bin=$(run_bazel info bazel-bin)
python3 tools/boundary/check_headers.py "$bin"
