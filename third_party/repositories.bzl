"""Repositories that map Debian 12's packages onto upstream's labels."""

_SYSTEM = [
    "boost",
    "com_github_cliutils_cli11",
    "com_github_google_benchmark",
    "com_github_simdjson",
    "com_github_yaml_libyaml",
    "com_google_absl",
    "com_google_googletest",
    "com_google_protobuf",
    "com_googlesource_code_re2",
    "remote_coverage_tools",
    "rules_cc",
    "sqlite3",
    "zlib",
]

def gatehouse_system_repositories(root = "."):
    """Declares every repository that Gatehouse needs, from the system's packages.

    A repository that the caller has declared before is left alone.

    Args:
      root: path from the calling workspace to Gatehouse's own directory.
    """
    for name in _SYSTEM:
        _local(name, root + "/third_party/" + name)

    # The headers are not where the compiler looks by itself (and must not be
    # taken for OpenSSL's), so their directory is a repository of its own.
    if not native.existing_rule("boringssl"):
        native.new_local_repository(
            name = "boringssl",
            path = "/usr/include/android",
            build_file = root + "/third_party/boringssl.BUILD.bazel",
        )
    _local("rules_java", "/usr/share/bazel/rules/java")
    _local("rules_proto", "/usr/share/bazel/rules/proto")
    _local("platforms", "/usr/share/bazel/tools/platforms")

def _local(name, path):
    if not native.existing_rule(name):
        native.local_repository(name = name, path = path)
