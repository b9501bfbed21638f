#!/usr/bin/env python3
"""Checks the arrows between rooms, read as XML from `bazel query`.

A room is a folder at the top. The table below says which rooms each may look
into; what it does not say is forbidden. Tests may also look into testing/.
"""

import sys
import xml.etree.ElementTree
from typing import Iterable, List, NamedTuple

# Room: the rooms and the external repositories that it may depend on.
ARROWS = {
    'base': {'@com_google_absl'},
    'proto': {'@com_google_protobuf'},
    'objects': {'base', 'proto', '@com_google_absl', '@com_google_protobuf',
                '@com_github_simdjson', '@com_github_yaml_libyaml'},
    'pki': {'base', 'proto', 'objects', 'authz', '@boringssl', '@sqlite3',
            '@com_google_absl', '@com_google_protobuf'},
    'authn': {'base', 'pki', 'proto', 'objects', '@boringssl',
              '@com_github_simdjson', '@com_google_absl',
              '@com_google_protobuf', '@com_googlesource_code_re2'},
    'authz': {'base', 'proto', 'objects', '@com_google_absl',
              '@com_google_protobuf', '@com_googlesource_code_re2'},
    'rbac': {'base', 'proto', 'objects', 'authz', '@com_google_absl',
             '@com_google_protobuf', '@com_googlesource_code_re2'},
    'net': {'base', '@boringssl', '@boost', '@com_google_absl'},
    'server': {'base', 'proto', 'objects', 'authn', 'authz', 'rbac',
               '@com_google_absl', '@com_google_protobuf'},
}
# Look into every room above, and nobody looks into them but their tests, which
# may run what another builds.
CONSUMERS = {'examples', 'benchmarks', 'fuzz', 'conformance', 'cli'}
# Looks into every room above. Only tests and consumers look into it, or into a
# folder of this name in a room.
TESTING = 'testing'
TEST_ONLY_REPOSITORIES = {'@com_github_cliutils_cli11',
                          '@com_github_google_benchmark',
                          '@com_google_googletest'}
# Bazel's own, behind every rule.
IGNORED = {'@bazel_tools', '@local_config_cc', '@rules_cc', '@rules_proto',
           '@platforms', '@rules_java', '@remote_coverage_tools'}
# Folders without code that is linked.
UNBOUND = {'', 'tools', 'docs', 'third_party'}


class Edge(NamedTuple):
    """`source` depends on `target`; both are labels."""
    source: str
    target: str
    test: bool  # The source is a test, or may be used by tests only.


def room_of(label: str) -> str:
    """Returns the top folder, or "@repository" of a label."""
    if label.startswith('@'):
        return label.split('//')[0]
    return label[2:].split(':')[0].split('/')[0]


def package_of(label: str) -> str:
    return label.split('//')[1].split(':')[0]


def is_testing(label: str) -> bool:
    """Returns whether a label is what only tests link: [room/]testing/."""
    return not label.startswith('@') and \
        TESTING in package_of(label).split('/')


def wrong(edge: Edge) -> str:
    """Returns what is wrong with an edge; "" if it is allowed."""
    source, target = room_of(edge.source), room_of(edge.target)
    if source in UNBOUND or target in IGNORED:
        return ''
    if is_testing(edge.target) and not (
            edge.test or is_testing(edge.source) or source in CONSUMERS):
        return f'only tests may depend on {package_of(edge.target)}/'
    if source == target:
        return ''
    if '/internal' in '/' + package_of(edge.target):
        return f'{edge.target} is internal to {target}/'
    if target in CONSUMERS and not (edge.test and source in CONSUMERS):
        return f'nothing may depend on {target}/'
    if source in CONSUMERS:
        return ''
    if target == TESTING:
        return ''
    if target in TEST_ONLY_REPOSITORIES:
        return '' if edge.test or source == TESTING \
            else f'only tests may depend on {target}'
    if source == TESTING:
        return ''
    if source not in ARROWS:
        return f'{source}/ is not in the table of {__file__}'
    if target in ARROWS[source]:
        return ''
    return f'{source}/ may not depend on {target}'


def edges(text: str) -> Iterable[Edge]:
    """Yields the edges of the output of `bazel query --output=xml`."""
    # Bazel says XML 1.1, which the parser does not know; nothing of it is used.
    body = text[text.find('<query'):] if '<query' in text else '<query/>'
    root = xml.etree.ElementTree.fromstring(body)
    for rule in root.iter('rule'):
        only_tests = rule.find("boolean[@name='testonly']")
        test = rule.get('class', '').endswith('_test') or (
            only_tests is not None and only_tests.get('value') == 'true')
        for target in rule.findall('rule-input'):
            yield Edge(rule.get('name', ''), target.get('name', ''), test)


def cycles() -> List[str]:
    """Returns the rooms from which the table leads back to themselves."""
    def reachable(room, seen):
        for target in ARROWS.get(room, ()):
            if target not in seen:
                seen.add(target)
                reachable(target, seen)
        return seen
    return [room for room in ARROWS if room in reachable(room, set())]


def main() -> int:
    bad = [f'{room}/ is in a cycle of the table' for room in cycles()]
    count = 0
    for edge in edges(sys.stdin.read()):
        count += 1
        problem = wrong(edge)
        if problem:
            bad.append(f'{edge.source} -> {edge.target}: {problem}')
    if count == 0:
        bad.append('bazel query printed no dependency')
    print('\n'.join(bad))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
