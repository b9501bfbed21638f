#!/usr/bin/env python3
"""Compiles and runs what the documentation shows: check_docs.py BAZEL_BIN

Of README.md, docs/*.md and the folders' README.md:
- every ```cpp block must compile, after <!-- in a function --> as a function's
  body (its #include lines stay outside);
- every `$ bazel-bin/...` line in a ```sh block is run by bash in the top folder
  and must print what follows it, up to the next `$` (a last line `...` stands
  for any rest; stderr counts, the exit status does not).
<!-- not tested: the reason --> before a block exempts it.
"""

import glob
import os
import re
import subprocess
import sys
from typing import List, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
import tree  # pylint: disable=wrong-import-position

_BLOCK = re.compile(
    r'(?:<!-- (?P<mark>[^\n]*) -->\n+)?```(?P<language>cpp|sh)\n(?P<text>.*?)```',
    re.DOTALL)


class Block(NamedTuple):
    where: str  # "file:line" of its first line.
    mark: str  # The comment before it, "" if there is none.
    language: str
    text: str


class Command(NamedTuple):
    command: str
    expected: str


def blocks(path: str, text: str) -> List[Block]:
    """Returns the blocks to test in a document."""
    found = []
    for match in _BLOCK.finditer(text):
        mark = match['mark'] or ''
        if not mark.startswith('not tested: '):
            line = text.count('\n', 0, match.start('text')) + 1
            found.append(Block(f'{path}:{line}', mark, match['language'],
                               match['text']))
    return found


def source_of(block: Block) -> str:
    """Returns a ```cpp block as a translation unit."""
    if block.mark != 'in a function':
        return block.text
    lines = block.text.splitlines()
    includes = [line for line in lines if line.startswith('#include')]
    body = [line for line in lines if not line.startswith('#include')]
    return '\n'.join(includes + ['void Documented() {'] + body + ['}', ''])


def commands_of(block: Block) -> List[Command]:
    """Returns the commands of a ```sh block that are to be run."""
    found = []
    for part in re.split(r'^\$ ', block.text, flags=re.MULTILINE)[1:]:
        command, output = re.match(r'((?:[^\n]*\\\n)*[^\n]*)\n?(.*)', part,
                                   re.DOTALL).groups()
        if 'bazel-bin/' in command:
            found.append(Command(command, output))
    return found


def same(expected: str, got: str) -> bool:
    """Compares outputs, blind to space at the ends of lines."""
    wanted = [line.rstrip() for line in expected.rstrip().splitlines()]
    lines = [line.rstrip() for line in got.rstrip().splitlines()]
    if wanted and wanted[-1] == '...':
        return lines[:len(wanted) - 1] == wanted[:-1]
    return lines == wanted


def compile_problem(block: Block, generated: str) -> str:
    done = subprocess.run(
        ['g++', '-std=c++17', '-fsyntax-only', '-Wall', '-Wextra', '-Werror',
         '-Wno-unused-parameter', '-Wno-unused-variable', '-iquote', '.',
         '-iquote', generated, '-x', 'c++', '-'],
        cwd=tree.ROOT, input=source_of(block), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout if done.returncode else ''


def run_problem(command: Command, generated: str) -> str:
    shell = command.command.replace('bazel-bin/', generated + '/')
    done = subprocess.run(['bash', '-c', shell], cwd=tree.ROOT, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if same(command.expected, done.stdout):
        return ''
    return f'$ {command.command}\nprints:\n{done.stdout}'


def problems(block: Block, generated: str) -> List[str]:
    if block.language == 'cpp':
        found = [compile_problem(block, generated)]
    else:
        found = [run_problem(c, generated) for c in commands_of(block)]
    return [problem for problem in found if problem]


def documents() -> List[str]:
    paths = glob.glob(os.path.join(tree.ROOT, '*.md'))
    paths += glob.glob(os.path.join(tree.ROOT, '*/*.md'))
    return sorted(os.path.relpath(path, tree.ROOT) for path in paths
                  if not path.endswith('/CONTRIBUTING.md'))


def main() -> int:
    generated = sys.argv[1]
    failed = []
    for path in documents():
        with open(os.path.join(tree.ROOT, path)) as file:
            for block in blocks(path, file.read()):
                failed += [(block.where, p) for p in problems(block, generated)]
    return tree.report(failed, 'is not so')


if __name__ == '__main__':
    sys.exit(main())
