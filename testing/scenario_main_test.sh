#!/bin/bash
# A wrong expectation fails the test that is made of it, at its line, and so
# does a file that is no scenario: scenario_main_test.sh PROGRAM DIRECTORY
set -u
program=$1
directory=$2
failed=0

# Runs the program: expect STATUS TEXT ARGUMENT...; TEXT must be in the output.
expect() {
  local status=$1 text=$2 output got
  shift 2
  output=$("$program" "$@" 2>&1)
  got=$?
  if [[ $got != "$status" || $output != *"$text"* ]]; then
    printf 'want status %s and: %s\ngot status %s and: %s\n\n' \
      "$status" "$text" "$got" "$output"
    failed=1
  fi
}

expect 0 '[  PASSED  ] 1 test.' "$directory/right.yaml"
expect 1 "$directory/wrong.yaml:5: Failure
Failed
want to deny user \"jane\" to get pods in namespace \"default\", but it is allowed: RoleBinding \"read/default\"" \
  "$directory/wrong.yaml"
expect 1 "$directory/misspelled.yaml:2:1: unknown key \"denny\"" \
  "$directory/misspelled.yaml"
expect 1 '[  FAILED  ] 1 test' "$directory/right.yaml" "$directory/wrong.yaml"
expect 2 'usage:'
exit "$failed"
