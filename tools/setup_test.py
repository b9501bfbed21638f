"""Tests of setup.sh on made-up systems: a case is a row."""

import os
import shutil
import subprocess
import tempfile
import unittest
from typing import NamedTuple, Tuple

# What the script may use of the real system.
REAL = ['bash', 'cat', 'dirname', 'env', 'ln', 'mkdir', 'mktemp', 'rm', 'sed',
        'tr', 'uname']

FAKES = {
    'apt-cache': 'case " $UNKNOWN " in *" $3 "*) ;; *) echo "$3 | 1.0" ;; esac',
    'apt-get': 'echo apt-get "$@" >>"$LOG"; case " $* " in *" $BROKEN "*) '
               'exit 100 ;; esac',
    'dpkg-query': 'while [ "$1" != "" ]; do case " $INSTALLED " in '
                  '*" $1 "*|*" ALL "*) echo "installed $1" ;; esac; shift; done',
    'id': 'echo "$FAKE_UID"',
    'npm': 'echo npm "$@" >>"$LOG"; [ "$BROKEN" = npm ] && exit 1; '
           'dir=$3/node_modules/@bazel/buildifier; mkdir -p $dir; '
           'for a in amd64 arm64; do ln -s /bin/true $dir/buildifier-linux_$a; '
           'done',
    'sudo': 'echo sudo "$@" >>"$LOG"; [ "$BROKEN" = sudo ] && exit 1; '
            '[ "$1" = -n ] && shift; [ "$1" = true ] || exec "$@"',
}

DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\n'
TOO_FEW = 'ca-certificates make'


class Case(NamedTuple):
    name: str
    said: str  # The end of what is said; "" if nothing is.
    profiles: Tuple[str, ...] = ()
    release: str = DEBIAN_12
    installed: str = 'ALL'
    without: Tuple[str, ...] = ()  # Commands that are missing.
    uid: str = '0'
    broken: str = ''  # The command, or the word of apt-get's, that fails.
    unknown: str = ''  # Packages that the system does not have.
    folder: str = 'clone'
    passes: bool = False
    ran: Tuple[str, ...] = ()  # What was run, in order.


UPDATE = 'apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 update'

CASES = [
    Case('nothing missing costs nothing', '', passes=True),
    Case('nothing missing needs no sudo', '', uid='1000', without=('sudo',),
         passes=True),
    Case('missing, as root', '', installed=TOO_FEW, passes=True,
         ran=(UPDATE, 'install')),
    Case('missing, with sudo', '', installed=TOO_FEW, uid='1000', passes=True,
         ran=('sudo -n true', 'sudo -n env', UPDATE, 'sudo -n env', 'install')),
    Case('missing, no sudo', 'as root, run: apt-get install',
         installed=TOO_FEW, uid='1000', without=('sudo',)),
    Case('missing, sudo asks for a password', 'run: sudo apt-get install',
         installed=TOO_FEW, uid='1000', broken='sudo', ran=('sudo -n true',)),
    Case('Debian 11', 'Debian 11 is too old: use Debian 12 or newer',
         release='ID=debian\nVERSION_ID="11"\n'),
    Case('Debian 13', '', release='ID=debian\nVERSION_ID="13"\n', passes=True),
    Case('Debian without a number', '', release='ID=debian\n', passes=True),
    Case('another system of the family', '',
         release='ID=ubuntu\nVERSION_ID="22.04"\n', passes=True),
    Case('no apt-get', 'this system has no apt-get: use Debian 12',
         release='ID=fedora\nVERSION_ID=40\n', without=('apt-get',)),
    Case('a package that the system does not know',
         'no package bazel-bootstrap for this system', installed=TOO_FEW,
         unknown='bazel-bootstrap', ran=(UPDATE,)),
    Case('no network', 'apt-get update failed: check the network',
         installed=TOO_FEW, broken='update', ran=(UPDATE,)),
    Case('installation fails', 'apt-get could not install them: see',
         installed=TOO_FEW, broken='install', ran=(UPDATE, 'install')),
    Case('the formatters', '', profiles=('format',), passes=True,
         ran=('npm install --prefix .cache/buildifier/',)),
    Case('npm fails', 'npm could not fetch', profiles=('format',),
         broken='npm', ran=('npm install',)),
    Case('a path with a space', 'move this folder to another',
         folder='a clone'),
    Case('unknown profile', "unknown profile 'x'", profiles=('x',)),
]


class SetupTest(unittest.TestCase):

    def run_case(self, case, root):
        bin_dir, log = os.path.join(root, 'bin'), os.path.join(root, 'log')
        shutil.rmtree(root, ignore_errors=True)
        os.makedirs(bin_dir)
        os.makedirs(os.path.join(root, 'tools'))
        for script in ('lib.sh', 'setup.sh'):
            shutil.copy(os.path.join('tools', script), os.path.join(root, 'tools'))
        for name in REAL:
            os.symlink(shutil.which(name), os.path.join(bin_dir, name))
        for name, body in FAKES.items():
            if name not in case.without:
                path = os.path.join(bin_dir, name)
                with open(path, 'w') as file:
                    file.write('#!/bin/bash\n' + body + '\n')
                os.chmod(path, 0o755)
        with open(os.path.join(root, 'os-release'), 'w') as file:
            file.write(case.release)
        done = subprocess.run(
            ['bash', os.path.join(root, 'tools', 'setup.sh'), *case.profiles],
            env={'PATH': bin_dir, 'LOG': log, 'FAKE_UID': case.uid,
                 'OS_RELEASE': os.path.join(root, 'os-release'),
                 'INSTALLED': case.installed, 'BROKEN': case.broken or '-',
                 'UNKNOWN': case.unknown, 'TMPDIR': root},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        ran = []
        if os.path.exists(log):
            with open(log) as file:
                ran = file.read().splitlines()
        return done, ran

    def test_cases(self):
        with tempfile.TemporaryDirectory() as directory:
            for case in CASES:
                with self.subTest(case.name):
                    done, ran = self.run_case(
                        case, os.path.join(directory, case.folder))
                    said = [line for line in done.stderr.splitlines()
                            if not line.startswith('gatehouse: installing ')]
                    self.assertEqual(done.returncode == 0, case.passes, said)
                    self.assertEqual(done.stdout, '')
                    self.assertEqual(len(said), 1 if case.said else 0, said)
                    self.assertIn(case.said, ''.join(said))
                    self.assertEqual(len(ran), len(case.ran), ran)
                    for line, expected in zip(ran, case.ran):
                        self.assertIn(expected, line)

    def test_second_time_fetches_nothing(self):
        with tempfile.TemporaryDirectory() as root:
            case = Case('', '', profiles=('format',))
            self.run_case(case, root + '/clone')
            os.remove(root + '/clone/bin/npm')
            done = subprocess.run(
                ['bash', root + '/clone/tools/setup.sh', 'format'],
                env={'PATH': root + '/clone/bin', 'INSTALLED': 'ALL',
                     'OS_RELEASE': root + '/clone/os-release'},
                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ''))


if __name__ == '__main__':
    unittest.main()
