#!/bin/bash
# Runs every fuzz target in turn: fuzz.sh SECONDS
#
# The committed corpus is only read; what a target finds on the way is dropped.
# An input that breaks a law stays in .cache/fuzz/, ready to be replayed.
source "$(dirname "$0")/lib.sh"
seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "SECONDS=$seconds is no number of seconds"
tools/setup.sh base clang

flags=(--config=fuzz --platform_suffix=-fuzz)
flags+=(--experimental_convenience_symlinks=ignore)
mapfile -t targets < <(run_bazel query 'attr(tags, "fuzz-target", //...)')
((${#targets[@]} > 0)) || die "no fuzz target found"
run_bazel build "${flags[@]}" "${targets[@]}"
bin=$(run_bazel info "${flags[@]}" bazel-bin)

mkdir -p .cache/fuzz
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
passed=0 failed=0
for target in "${targets[@]}"; do
  path=${target#//}
  path=${path/://}
  name=${path##*/}
  corpus=${path%/*}/corpus/$name
  mkdir "$found/$name"
  directories=("$found/$name")
  [[ ! -d $corpus ]] || directories+=("$corpus")
  if "$bin/$path" "-max_total_time=$seconds" -print_final_stats=1 -verbosity=0 \
    -timeout=25 -rss_limit_mb=4096 "-artifact_prefix=.cache/fuzz/$name-" \
    "${directories[@]}"; then
    passed=$((passed + 1))
    printf '%-68s PASSED\n' "$target"
  else
    failed=$((failed + 1))
    printf '%-68s FAILED, inputs in .cache/fuzz/\n' "$target"
  fi
done
printf '%d fuzz targets passed, %d failed\n' "$passed" "$failed"
((failed == 0))
