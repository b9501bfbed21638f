#!/bin/bash
# Runs a Python test. (Bazel's own py_test wants a `python` that Debian has not.)
PYTHONPATH=. exec python3 -B "$@"
