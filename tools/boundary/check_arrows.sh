#!/bin/bash
# Who depends on whom: the arrows between rooms are those that are allowed.
source "$(dirname "$0")/../lib.sh"
run_bazel query --output=xml 'kind(rule, //...)' |
  python3 tools/boundary/check_arrows.py
