"""Tests of compile_commands: a case is a row."""

import unittest

from tools import compile_commands

# Arguments of gcc's, arguments for clang (between the compiler and ours).
CASES = [
    ('gcc -c a.cc', '-c a.cc'),
    ('gcc -g0 -O2 -c a.cc -o a.o', '-O2 -c a.cc'),
    ('gcc -MD -MF a.d -frandom-seed=a.o -iquote . -c a.cc', '-iquote . -c a.cc'),
    ('gcc -std=c++0x -std=c++17 -fno-canonical-system-headers -c a.cc',
     '-std=c++17 -c a.cc'),
    ('gcc -isystem external/b -iquote external/b -iquote a/external/b -c a.cc',
     '-isystem /base/external/b -iquote /base/external/b '
     '-iquote a/external/b -c a.cc'),
]


def action(source):
    return {'arguments': ['gcc', '-c', source, '-o', source + '.o']}


class CompileCommandsTest(unittest.TestCase):

    def test_clang_arguments(self):
        for given, expected in CASES:
            with self.subTest(given=given):
                self.assertEqual(
                    compile_commands.clang_arguments(given.split(), '/base'),
                    ['clang++'] + expected.split() + ['-Wthread-safety'])

    def test_commands(self):
        graph = {'actions': [action(source) for source in (
            'b/b.cc', 'a/a.cc', 'a/a.cc', 'bazel-out/x/a.pb.cc',
            'external/boringssl/ssl.cc')]}
        entries = compile_commands.commands(graph, '/root', '/base')
        self.assertEqual([entry['file'] for entry in entries],
                         ['a/a.cc', 'b/b.cc'])
        self.assertEqual({entry['directory'] for entry in entries}, {'/root'})

    def test_no_action(self):
        self.assertEqual(compile_commands.commands({}, '/root', '/base'), [])


if __name__ == '__main__':
    unittest.main()
