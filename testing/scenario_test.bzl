"""Tests that are written in YAML alone."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def gatehouse_scenario_test(name, scenarios, data = [], **kwargs):
    """Declares a test that runs scenarios; README.md says what is in one.

    Args:
      name: of the test.
      scenarios: the files, at least one.
      data: the manifests that they name.
      **kwargs: goes to cc_test.
    """
    if not scenarios:
        fail("%s: no scenarios, so that nothing would be tested" % name)
    cc_test(
        name = name,
        size = kwargs.pop("size", "small"),
        args = ["$(rootpath %s)" % scenario for scenario in scenarios],
        data = scenarios + data,
        deps = [Label("//testing:scenario_main")],
        **kwargs
    )
