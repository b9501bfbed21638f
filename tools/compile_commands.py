#!/usr/bin/env python3
"""Turns bazel's compile actions into compile_commands.json.

  bazel aquery --output=jsonproto 'mnemonic("CppCompile", //...)' |
      tools/compile_commands.py "$(bazel info output_base)" > compile_commands.json

Editors and clang-tidy read the result; the flags are made to suit clang.
"""

import json
import os
import re
import sys
from typing import Any, Dict, List

# Only gcc knows the first two; the others name outputs.
_DROPPED = re.compile(r'-fno-canonical-system-headers$|-Wno-free-nonheap-object$'
                      r'|-frandom-seed=|-MD$|-g0$|-std=c\+\+0x$')
_DROPPED_WITH_VALUE = {'-MF', '-o'}


def clang_arguments(arguments: List[str], output_base: str) -> List[str]:
    """Returns a compile command of gcc's as one that clang takes.

    External repositories are under `output_base`, not under the workspace.
    """
    result = ['clang++']
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in _DROPPED_WITH_VALUE:
            next(rest)
        elif not _DROPPED.match(argument):
            result.append(re.sub('^(?=external/)', output_base + '/', argument))
    return result + ['-Wthread-safety']


def commands(graph: Dict[str, Any], directory: str,
             output_base: str) -> List[Dict[str, Any]]:
    """Returns one entry per source file of ours."""
    entries = {}
    for action in graph.get('actions', []):
        arguments = action['arguments']
        source = arguments[arguments.index('-c') + 1]
        if not source.startswith(('bazel-out/', 'external/')):
            entries[source] = {
                'directory': directory,
                'file': source,
                'arguments': clang_arguments(arguments, output_base),
            }
    return [entries[source] for source in sorted(entries)]


def main() -> None:
    json.dump(commands(json.load(sys.stdin), os.getcwd(), sys.argv[1]),
              sys.stdout, indent=1)


if __name__ == '__main__':
    main()
