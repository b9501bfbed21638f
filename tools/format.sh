#!/bin/bash
# Formats all C++ and BUILD files, or says which are not: format.sh fix|check
source "$(dirname "$0")/lib.sh"
tools/setup.sh format
mapfile -d '' -t cpp < <(python3 tools/tree.py --null .h .cc)
mapfile -d '' -t build < <(python3 tools/tree.py --null BUILD.bazel .bzl WORKSPACE)
if [[ $1 == fix ]]; then
  clang-format -i "${cpp[@]}"
  .cache/buildifier/bin -mode=fix -lint=off "${build[@]}"
  exit
fi
status=0
clang-format --dry-run -Werror "${cpp[@]}" 2>&1 |
  sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: error: .*/\1 is not formatted/p' | sort -u |
  { ! grep . ; } || status=1
.cache/buildifier/bin -mode=check -lint=off "${build[@]}" || status=1
((status == 0)) || die "run: make format"
