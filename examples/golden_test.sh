#!/bin/bash
# Runs a program, which must succeed and print what a file holds:
# golden_test.sh FILE PROGRAM [ARGUMENT...]
set -euo pipefail
golden=$1
shift
"$@" | diff -u "$golden" -
