#!/bin/bash
# clang-tidy and clang's warnings (thread safety among them) over every source
# file, and buildifier's warnings. What has passed before costs nothing.
source "$(dirname "$0")/lib.sh"
tools/setup.sh base lint
# Only for the generated headers, which clang-tidy must find.
status=0
run_bazel build --keep_going \
  --output_groups=compilation_prerequisites_INTERNAL_ //... || status=1
output_base=$(run_bazel info output_base)
run_bazel aquery --output=jsonproto 'mnemonic("CppCompile", //...)' |
  python3 tools/compile_commands.py "$output_base" >compile_commands.json
python3 tools/lint.py || status=1
mapfile -d '' -t build < <(python3 tools/tree.py --null BUILD.bazel .bzl WORKSPACE)
# Rules that are native here are loaded from repositories of their own upstream.
off=-native-sh-binary,-native-sh-test,-native-proto-lang-toolchain,-unnamed-macro
.cache/buildifier/bin -mode=check -lint=warn "-warnings=$off" "${build[@]}" ||
  status=1
exit "$status"
