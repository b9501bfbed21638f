"""Tests in Python, run by the system's python3."""

def python_test(name, data = []):
    """Declares a test of the file `name`.py; `data` is what it imports."""
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["//tools:python_test.sh"],
        args = ["%s/%s.py" % (native.package_name(), name)],
        data = [name + ".py"] + data,
    )
