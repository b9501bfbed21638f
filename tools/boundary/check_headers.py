#!/usr/bin/env python3
"""Compiles every public header alone: check_headers.py GENERATED_DIRECTORY

Public is what is not under internal/ and not in a room of consumers. OpenSSL's
headers are taken away: those of BoringSSL are on no include path here, and
those that the system may have are shadowed by ones that do not compile.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
import tree  # pylint: disable=wrong-import-position

_PRIVATE = re.compile(
    r'(^|/)(internal|testdata)/'
    r'|^(third_party|examples|benchmarks|fuzz|conformance|cli|tools|docs)/')
_POISON = os.path.join(tree.ROOT, '.cache', 'poison')


def public_headers() -> list:
    return [path for path in tree.files('.h') if not _PRIVATE.search(path)]


def make_poison() -> None:
    """Shadows each header that the system has under openssl/."""
    directory = os.path.join(_POISON, 'openssl')
    os.makedirs(directory, exist_ok=True)
    names = {'ssl.h', 'crypto.h', 'evp.h', 'x509.h'}
    if os.path.isdir('/usr/include/openssl'):
        names.update(os.listdir('/usr/include/openssl'))
    for name in names:
        with open(os.path.join(directory, name), 'w') as file:
            file.write('#error "a public header includes OpenSSL\'s headers"\n')


def job(header: str, generated: str) -> tree.Job:
    # Included twice: once proves that it stands alone, twice its guard.
    script = 'printf \'#include "%s"\\n#include "%s"\\n\' "$0" "$0" | exec "$@"'
    compiler = ['g++', '-std=c++17', '-fsyntax-only', '-Wall', '-Wextra',
                '-Wno-unused-parameter', '-Werror', '-isystem', _POISON,
                '-iquote', '.', '-iquote', generated, '-x', 'c++', '-']
    return tree.Job(header, ['sh', '-c', script, header] + compiler)


def main() -> int:
    generated = sys.argv[1]
    headers = public_headers()
    if not headers:
        print('no public header found')
        return 1
    make_poison()
    checks = tree.Checks('headers', ['.', generated],
                         tree.version_of('g++', '--version'))
    failed = checks.run([job(header, generated) for header in headers])
    return tree.report(failed, 'does not compile alone')


if __name__ == '__main__':
    sys.exit(main())
