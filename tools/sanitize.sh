#!/bin/bash
# Runs tests under a sanitizer: sanitize.sh asan|tsan
source "$(dirname "$0")/lib.sh"
tools/setup.sh test clang
# Outputs of its own (the suffix), so that the plain build stays as it is.
flags=("--config=$1" "--platform_suffix=-$1" --keep_going)
flags+=(--experimental_convenience_symlinks=ignore)
[[ $1 != tsan ]] || flags+=(--test_tag_filters=concurrent)
run_bazel test "${flags[@]}" //...
