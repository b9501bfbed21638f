"""Fuzz targets that the ordinary tests run too."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def gatehouse_fuzz_test(name, srcs, deps, corpus = None, **kwargs):
    """Declares a fuzz target and a test that replays its corpus.

    `name` is the libFuzzer binary; it links with `--config=fuzz` only and is
    manual therefore (`make fuzz` runs it). `<name>_corpus_test` gives every
    file of the corpus to the same function in an ordinary build.

    Args:
      name: of the binary.
      srcs: the file that defines LLVMFuzzerTestOneInput.
      deps: what it needs.
      corpus: the folder of inputs, "corpus/<name>" if not said. It must hold
        at least one.
      **kwargs: goes to both targets.
    """
    corpus = corpus or "corpus/" + name
    cc_binary(
        name = name,
        testonly = True,
        srcs = srcs,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["fuzz-target", "manual"],
        deps = deps,
        **kwargs
    )
    cc_test(
        name = name + "_corpus_test",
        srcs = srcs + ["replay_main.cc"],
        args = [native.package_name() + "/" + corpus],
        data = native.glob([corpus + "/**"]),
        deps = deps,
        **kwargs
    )
