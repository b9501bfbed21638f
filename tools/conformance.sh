#!/bin/bash
# Runs a directory of cases: conformance.sh DIRECTORY [NAME,NAME...]
source "$(dirname "$0")/lib.sh"
[[ -n ${1:-} ]] || die "say which cases: make conformance VECTORS=directory"
[[ -d $1 ]] || die "no such directory: $1 (make conformance VECTORS=directory)"
tools/setup.sh base
arguments=("--vectors=$(realpath "$1")")
[[ -z ${2:-} ]] || arguments+=("--only=$2")
run_bazel run //conformance:conformance -- "${arguments[@]}"
