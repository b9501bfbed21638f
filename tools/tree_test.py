"""Tests of what a check remembers, on a tree of its own."""

import os
import tempfile
import unittest

from tools import tree


class TreeTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self._old_root = tree.ROOT
        self.addCleanup(setattr, tree, 'ROOT', self._old_root)
        tree.ROOT = directory.name
        self.write('a/a.cc', '#include "a/a.h"\n#include <vector>\n')
        self.write('a/a.h', '# include "b/b.h"\n')
        self.write('b/b.h', '#include "a/a.h"\n')
        self.write('gen/c.pb.h', '')
        self.write('bazel-bin/x.h', '')
        self.write('.cache/y.h', '')

    def write(self, path, text):
        path = os.path.join(tree.ROOT, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as file:
            file.write(text)

    def run_once(self, shell='echo ran >>log', salt=''):
        """Returns the failures, and how often the command has run by now."""
        checks = tree.Checks('test', ['.', 'gen'], salt)
        failed = checks.run([tree.Job('a/a.cc', ['sh', '-c', shell])])
        try:
            with open(os.path.join(tree.ROOT, 'log')) as file:
                return failed, len(file.readlines())
        except FileNotFoundError:
            return failed, 0

    def test_files(self):
        self.assertEqual(tree.files('.h'), ['a/a.h', 'b/b.h', 'gen/c.pb.h'])
        self.assertEqual(tree.files('.cc', '.py'), ['a/a.cc'])

    def test_what_passed_is_remembered(self):
        self.assertEqual(self.run_once(), ([], 1))
        self.assertEqual(self.run_once(), ([], 1))

    def test_what_failed_is_not(self):
        shell = 'echo ran >>log; echo why; exit 1'
        self.assertEqual(self.run_once(shell), ([('a/a.cc', 'why\n')], 1))
        self.assertEqual(self.run_once(shell), ([('a/a.cc', 'why\n')], 2))

    def test_silent_failure_says_its_status(self):
        failed, _ = self.run_once('exit 3')
        self.assertEqual(failed, [('a/a.cc', 'exit status 3')])

    def test_change_of_anything_included_counts(self):
        changes = [
            ('the file', lambda: self.write('a/a.cc', '#include "a/a.h"\n')),
            ('a header of a header', lambda: self.write(
                'b/b.h', '#include "c.pb.h"\n')),
            ('a generated header', lambda: self.write('gen/c.pb.h', 'int x;\n')),
        ]
        _, runs = self.run_once()
        for name, change in changes:
            with self.subTest(name):
                change()
                runs += 1
                self.assertEqual(self.run_once(), ([], runs))

    def test_change_of_salt_counts(self):
        self.run_once(salt='clang 14')
        self.assertEqual(self.run_once(salt='clang 15'), ([], 2))


if __name__ == '__main__':
    unittest.main()
