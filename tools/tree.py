#!/usr/bin/env python3
"""The files of this repository, and checks of them that remember what passed.

As a program: prints the files that end in one of the suffixes given, one on a
line, or with --null for `mapfile -d ''`.
"""

import concurrent.futures
import hashlib
import os
import re
import subprocess
import sys
from typing import Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_NOT_OURS = re.compile(r'(bazel-.*|\..*|node_modules)$')
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def files(*suffixes: str) -> List[str]:
    """Returns the paths, relative to ROOT, that end in one of `suffixes`."""
    found = []
    for directory, subdirectories, names in os.walk(ROOT):
        subdirectories[:] = [d for d in subdirectories if not _NOT_OURS.match(d)]
        found += [
            os.path.relpath(os.path.join(directory, name), ROOT)
            for name in names if name.endswith(suffixes)
        ]
    return sorted(found)


class Job(NamedTuple):
    """One command that checks one file; it passes if it exits with 0."""
    file: str
    command: List[str]


class Checks:
    """Runs jobs in parallel, skipping what has passed before.

    A job is remembered by its command, what `salt` says (versions,
    configuration) and the contents of its file and of every file of ours that
    this includes. So a second run costs next to nothing.
    """

    def __init__(self, name: str, include_dirs: Iterable[str], salt: str):
        self._directory = os.path.join(ROOT, '.cache', name)
        self._include_dirs = list(include_dirs)
        self._salt = salt
        self._read: Dict[str, Tuple[str, List[str]]] = {}

    def run(self, jobs: List[Job], workers: int = 0) -> List[Tuple[str, str]]:
        """Returns (file, output) of the jobs that failed."""
        os.makedirs(self._directory, exist_ok=True)
        stamps = {job.file: self._stamp(job) for job in jobs}
        due = [job for job in jobs if not os.path.exists(stamps[job.file])]
        workers = workers or len(os.sched_getaffinity(0))
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            outputs = list(pool.map(_output_if_failed, due))
        failed = []
        for job, output in zip(due, outputs):
            if output is None:
                open(stamps[job.file], 'w').close()
            else:
                failed.append((job.file, output))
        self._forget_all_but(set(stamps.values()))
        return failed

    def _stamp(self, job: Job) -> str:
        digest = hashlib.sha256('\0'.join([self._salt] + job.command).encode())
        for path in sorted(self._reachable(job.file)):
            digest.update(f'\0{path}\0{self._load(path)[0]}'.encode())
        return os.path.join(self._directory, digest.hexdigest())

    def _reachable(self, path: str) -> Set[str]:
        seen, queue = set(), [path]
        while queue:
            path = queue.pop()
            if path not in seen:
                seen.add(path)
                queue += self._load(path)[1]
        return seen

    def _load(self, path: str) -> Tuple[str, List[str]]:
        """Returns the digest of a file and the files of ours it includes."""
        if path not in self._read:
            with open(os.path.join(ROOT, path), errors='replace') as file:
                text = file.read()
            included = [self._find(name) for name in _INCLUDE.findall(text)]
            self._read[path] = (hashlib.sha256(text.encode()).hexdigest(),
                                [name for name in included if name])
        return self._read[path]

    def _find(self, name: str) -> Optional[str]:
        for directory in self._include_dirs:
            path = os.path.join(directory, name)
            if os.path.exists(os.path.join(ROOT, path)):
                return path
        return None

    def _forget_all_but(self, stamps: Set[str]) -> None:
        for name in os.listdir(self._directory):
            path = os.path.join(self._directory, name)
            if path not in stamps:
                os.remove(path)


def report(failed: List[Tuple[str, str]], what: str) -> int:
    """Prints the failures. Returns the exit status."""
    for path, output in failed:
        print(f'{path}: {what}\n{output.rstrip()}\n')
    return 1 if failed else 0


def version_of(*command: str) -> str:
    """Returns what a command prints, to go into a salt."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout


def _output_if_failed(job: Job) -> Optional[str]:
    done = subprocess.run(job.command, cwd=ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace')
    return done.stdout or f'exit status {done.returncode}' \
        if done.returncode else None


def main() -> None:
    null = '--null' in sys.argv
    suffixes = [argument for argument in sys.argv[1:] if argument != '--null']
    for path in files(*suffixes):
        sys.stdout.write(path + ('\0' if null else '\n'))


if __name__ == '__main__':
    main()
