# What the scripts behind the Makefile share. Sourced by them, never run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Prints one line that says what to do, and ends the script.
die() {
  printf 'gatehouse: %s\n' "$*" >&2
  exit 1
}

[[ $PWD != *[[:space:]]* ]] ||
  die "Bazel does not work in a path with spaces: move this folder to another ($PWD)"

# Runs bazel: `run_bazel COMMAND ARGUMENTS...`. Uses as many cores as nproc
# says; prints progress only on a terminal. BAZEL_STARTUP_FLAGS and BAZEL_FLAGS
# (words) go in front of and behind the command.
run_bazel() {
  local command=$1 startup=() flags=()
  shift
  export USER=${USER:-$(id -un 2>/dev/null || id -u)}
  if [[ ! -w ${HOME:-/nonexistent} ]]; then
    # Bazel keeps its files in the home directory; a container may have none.
    startup+=("--output_user_root=${TMPDIR:-/tmp}/gatehouse-bazel-$(id -u)")
  fi
  case $command in
    build | test | run | aquery)
      flags+=("--jobs=$(nproc)" "--local_cpu_resources=$(nproc)")
      ;;
  esac
  if [[ -t 2 ]]; then
    flags+=(--show_progress)
  else
    flags+=(--color=no --curses=no --noshow_loading_progress)
    flags+=(--ui_event_filters=-info,-debug)
  fi
  # shellcheck disable=SC2086 # Words on purpose.
  bazel "${startup[@]}" ${BAZEL_STARTUP_FLAGS:-} \
    "$command" "${flags[@]}" ${BAZEL_FLAGS:-} "$@"
}

# Runs a check that is no bazel test and reports it in a line like bazel's:
# `check LABEL COMMAND...`. Shows the command's output only if it fails.
check() {
  local label=$1 begin=$SECONDS output status=0
  shift
  output=$("$@" 2>&1) || status=$?
  if ((status == 0)); then
    printf '%-68s PASSED in %ds\n' "$label" $((SECONDS - begin))
  else
    printf '%s\n' "$output"
    printf '%-68s FAILED in %ds\n' "$label" $((SECONDS - begin))
  fi
  return "$status"
}
