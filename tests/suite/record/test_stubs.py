"""Pages of runs: a stub per run, where Sphinx finds it, written whole."""

import pytest

from ftguide.suite.record import stubs

RUN_ID = "20261123T005100Z-1a2b3c4d"


@pytest.mark.parametrize(
    ("options", "name", "text"),
    [
        ({}, RUN_ID, f"# Run {RUN_ID}\n\n```{{bench:run}} {RUN_ID}\n```\n"),
        (
            {"local": True},
            f"local-{RUN_ID}",
            f"# Local run {RUN_ID}\n\n```{{bench:run}} {RUN_ID}\n:local:\n```\n",
        ),
    ],
)
def test_a_stub_is_one_directive_in_a_file_named_after_the_run(tmp_path, options, name, text):
    assert stubs.docname(RUN_ID, **options) == f"benchmarks/runs/{name}"
    for _ in range(2):  # the second time it is there already
        stubs.write(tmp_path, RUN_ID, **options)
        (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert path == tmp_path / "source" / "benchmarks" / "runs" / f"{name}.md"
        assert path == tmp_path / stubs.stub_path(RUN_ID, **options)
        assert path.read_text() == text == stubs.stub(RUN_ID, **options)
