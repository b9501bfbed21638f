"""Tests of check_arrows: a case is a row."""

import unittest

from tools.boundary import check_arrows
from tools.boundary.check_arrows import Edge

# Source, target, source is a test, what is wrong ("" if nothing).
CASES = [
    ('//rbac:policy', '//objects:store', False, ''),
    ('//rbac:policy', '//rbac/internal:index', False, ''),
    ('//rbac:policy', '@com_google_absl//absl/strings:strings', False, ''),
    ('//rbac:policy', '@bazel_tools//tools/cpp:toolchain', False, ''),
    ('//rbac:policy', '//authn:x509', False, 'rbac/ may not depend on authn'),
    ('//rbac:policy', '@boringssl//:crypto', False,
     'rbac/ may not depend on @boringssl'),
    ('//rbac:rbac_test', '//authn:x509', True, 'rbac/ may not depend on authn'),
    ('//base:clock', '//objects:store', False, 'base/ may not depend on objects'),
    ('//base:clock', '@com_google_protobuf//:protobuf', False,
     'base/ may not depend on @com_google_protobuf'),
    ('//authz:union', '//rbac:rbac', False, 'authz/ may not depend on rbac'),
    # Only tests look into testing/, and nobody into the consumers.
    ('//rbac:rbac_test', '//testing:matchers', True, ''),
    ('//rbac:rbac_test', '//rbac/testing:reference', True, ''),
    ('//rbac/testing:generator', '//rbac/testing:reference', False, ''),
    ('//rbac/testing:reference', '//testing:fake_clock', False, ''),
    ('//benchmarks:bench', '//rbac/testing:reference', False, ''),
    ('//rbac:policy', '//rbac/testing:reference', False,
     'only tests may depend on rbac/testing/'),
    ('//rbac:policy', '//testing:matchers', False,
     'only tests may depend on testing/'),
    ('//rbac:policy', '@com_google_googletest//:gtest', False,
     'only tests may depend on @com_google_googletest'),
    ('//rbac:policy', '@com_github_cliutils_cli11//:cli11', False,
     'only tests may depend on @com_github_cliutils_cli11'),
    ('//rbac:differential', '@com_github_cliutils_cli11//:cli11', True, ''),
    ('//testing:matchers', '@com_google_googletest//:gtest', False, ''),
    ('//testing:matchers', '//rbac:rbac', False, ''),
    ('//testing:matchers', '//cli:main', False, 'nothing may depend on cli/'),
    ('//rbac:rbac_test', '//examples:demo', True,
     'nothing may depend on examples/'),
    ('//cli:gatehouse', '//conformance:runner', False,
     'nothing may depend on conformance/'),
    ('//examples:users_test', '//cli:gatehouse', True, ''),
    ('//cli:gatehouse', '//cli/internal:table', False, ''),
    ('//cli:gatehouse', '//rbac:rbac', False, ''),
    ('//cli:gatehouse', '@com_github_cliutils_cli11//:cli11', False, ''),
    # What is internal stays so, for consumers and tests too.
    ('//cli:gatehouse', '//rbac/internal:index', False,
     '//rbac/internal:index is internal to rbac/'),
    ('//benchmarks:bench', '//rbac/internal/deep:index', False,
     '//rbac/internal/deep:index is internal to rbac/'),
    ('//newroom:x', '//base:clock', False, 'newroom/ is not in the table'),
    ('//tools:x', '//rbac:rbac', False, ''),
]

XML = """<?xml version="1.1" encoding="UTF-8" standalone="no"?>
<query version="2">
  <rule class="cc_library" name="//base:a"><rule-input name="//base:b"/></rule>
  <rule class="cc_test" name="//base:t"><rule-input name="//base:a"/></rule>
  <rule class="cc_library" name="//base:o">
    <boolean name="testonly" value="true"/><rule-input name="//base:b"/></rule>
  <rule class="cc_library" name="//base:p">
    <boolean name="testonly" value="false"/><rule-input name="//base:b"/></rule>
</query>"""


class ArrowsTest(unittest.TestCase):

    def test_wrong(self):
        for source, target, test, expected in CASES:
            with self.subTest(source=source, target=target):
                problem = check_arrows.wrong(Edge(source, target, test))
                self.assertEqual(problem[:len(expected)] if expected else
                                 problem, expected)

    def test_edges(self):
        self.assertEqual(list(check_arrows.edges(XML)), [
            Edge('//base:a', '//base:b', False),
            Edge('//base:t', '//base:a', True),
            Edge('//base:o', '//base:b', True),
            Edge('//base:p', '//base:b', False),
        ])

    def test_nothing_read(self):
        self.assertEqual(list(check_arrows.edges('')), [])

    def test_table_has_no_cycle(self):
        self.assertEqual(check_arrows.cycles(), [])


if __name__ == '__main__':
    unittest.main()
