#!/usr/bin/env python3
"""Runs clang-tidy over every entry of compile_commands.json, in parallel."""

import json
import os
import re
import sys

import tree

# Says how much was found in the system's headers, which are not ours to mend.
_COUNT = re.compile(r'^\d+ warnings? generated\.\n', re.MULTILINE)


def main() -> int:
    with open(os.path.join(tree.ROOT, 'compile_commands.json')) as file:
        entries = json.load(file)
    with open(os.path.join(tree.ROOT, '.clang-tidy')) as file:
        configuration = file.read()
    salt = configuration + tree.version_of('clang-tidy', '--version')
    jobs = [
        tree.Job(entry['file'],
                 ['clang-tidy', '--quiet', entry['file'], '--'] +
                 [a for a in entry['arguments'][1:]
                  if a not in ('-c', entry['file'])])
        for entry in entries
        # One that is missing has been bazel's to report.
        if os.path.exists(os.path.join(tree.ROOT, entry['file']))
    ]
    generated = {argument for entry in entries for argument in entry['arguments']
                 if re.fullmatch('bazel-out/[^/]+/bin', argument)}
    checks = tree.Checks('lint', ['.'] + sorted(generated), salt)
    failed = [(path, _COUNT.sub('', output)) for path, output in checks.run(jobs)]
    return tree.report(failed, 'clang-tidy')


if __name__ == '__main__':
    sys.exit(main())
