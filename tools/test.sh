#!/bin/bash
# Builds everything, runs every test and every check that is no bazel test.
# Runs all of them even if one fails.
source "$(dirname "$0")/lib.sh"
tools/setup.sh test
status=0
run_bazel test --nobuild_tests_only --keep_going //... || status=1
check //tools/boundary:arrows tools/boundary/check_arrows.sh || status=1
check //tools/boundary:headers tools/boundary/check_headers.sh || status=1
check //tools/boundary:docs tools/boundary/check_docs.sh || status=1
exit "$status"
