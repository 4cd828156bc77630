"""What is told of a run while it goes on, where there is no terminal to draw on."""

import io

import pytest
from rich.console import Console

from ftguide.cli.progress import FEW_BLOCKS, Progress
from ftguide.suite.record.model import Failure
from tests.suite.derive.builder import make_plan


def told(blocks, events):
    out = io.StringIO()
    with Progress(Console(file=out, width=200, soft_wrap=True)) as progress:
        progress.planned(blocks, 0)
        events(progress)
    return out.getvalue()


@pytest.mark.parametrize(("blocks", "words"), [(6, True), (FEW_BLOCKS + 1, False)])
def test_a_short_run_is_never_silent_for_long(blocks, words):
    plan = make_plan("nbody")
    text = told(blocks, lambda progress: (progress.block(plan, -1), progress.block(plan, 0)))
    assert (text == "nbody: calibrating\nnbody: block 1\n") is words
    assert words or text == ""


@pytest.mark.parametrize(("index", "told_at_once"), [(-1, True), (2, False)])
def test_a_failure_is_explained_once(index, told_at_once):
    failure = Failure(
        workload="nbody",
        index=index,
        arm="ft-single",
        kind="raised",
        message="KeyError: 'x'",
    )
    text = told(30, lambda progress: progress.failed(failure))
    assert "nbody failed in ft-single (raised)" in text
    assert ("KeyError" in text) is told_at_once  # only that of the costs has no row that says it
