"""Tests of check_docs: a case is a row."""

import unittest

from tools.boundary import check_docs
from tools.boundary.check_docs import Block, Command

DOCUMENT = """# Title

```cpp
int x;
```

<!-- in a function -->
```cpp
#include <string>
std::string s;
```

<!-- not tested: shows a mistake -->
```cpp
mistake
```

```yaml
kind: Role
```
<!-- a remark -->

```sh
$ bazel-bin/cli/gatehouse --help
```
"""

# Text of a ```sh block, the commands in it.
COMMANDS = [
    ('', []),
    ('make test\n', []),
    ('$ make test\n', []),
    ('$ bazel-bin/a\n', [Command('bazel-bin/a', '')]),
    ('$ bazel-bin/a b\nyes\n$ bazel-bin/c\nno\n\nwhy\n',
     [Command('bazel-bin/a b', 'yes\n'), Command('bazel-bin/c', 'no\n\nwhy\n')]),
    ('$ make demo\nall\n$ echo x | bazel-bin/a\nyes\n',
     [Command('echo x | bazel-bin/a', 'yes\n')]),
    ('$ bazel-bin/a \\\n    b\nyes\n', [Command('bazel-bin/a \\\n    b', 'yes\n')]),
]

# Output that is documented, output that came, whether they agree.
OUTPUTS = [
    ('', '', True),
    ('yes\n', 'yes\n', True),
    ('yes  \n\n', 'yes\n', True),
    ('yes\n', 'no\n', False),
    ('yes\n', '', False),
    ('', 'yes\n', False),
    ('yes\n', 'yes\nand more\n', False),
    ('yes\n...\n', 'yes\nand more\n', True),
    ('yes\n...\n', 'no\nand more\n', False),
    ('yes\nno\n...\n', 'yes\n', False),
    ('...\nyes\n', 'no\nyes\n', False),
]


class DocsTest(unittest.TestCase):

    def test_blocks(self):
        self.assertEqual(check_docs.blocks('a.md', DOCUMENT), [
            Block('a.md:4', '', 'cpp', 'int x;\n'),
            Block('a.md:9', 'in a function', 'cpp',
                  '#include <string>\nstd::string s;\n'),
            Block('a.md:24', 'a remark', 'sh',
                  '$ bazel-bin/cli/gatehouse --help\n'),
        ])

    def test_source(self):
        block = Block('', '', 'cpp', 'int x;\n')
        self.assertEqual(check_docs.source_of(block), 'int x;\n')
        block = Block('', 'in a function', 'cpp', '#include <string>\nint x;\n')
        self.assertEqual(check_docs.source_of(block),
                         '#include <string>\nvoid Documented() {\nint x;\n}\n')

    def test_commands(self):
        for text, expected in COMMANDS:
            with self.subTest(text=text):
                block = Block('', '', 'sh', text)
                self.assertEqual(check_docs.commands_of(block), expected)

    def test_outputs(self):
        for expected, got, agree in OUTPUTS:
            with self.subTest(expected=expected, got=got):
                self.assertEqual(check_docs.same(expected, got), agree)

    def test_command_is_run(self):
        command = Command('printf "%s\\n" bazel-bin/x', 'out/x\n')
        self.assertEqual(check_docs.run_problem(command, 'out'), '')
        self.assertIn('prints:\nother/x',
                      check_docs.run_problem(command, 'other'))


if __name__ == '__main__':
    unittest.main()
