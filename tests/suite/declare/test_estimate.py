"""How long a reader's own code will take, before it does."""

import dataclasses

import pytest

from ftguide.suite.declare import estimate, plan, presets, user_code


@pytest.fixture
def planned(tmp_path):
    (tmp_path / "code.py").write_text("def work():\n    pass\n")

    def make(preset):
        entries = user_code.read(["code.py:work"], None, folder=tmp_path, cpus=2).entries
        return plan.make_plan(entries, size=presets.preset(preset), threads=2, seed=1)

    return make


@pytest.mark.parametrize(
    ("call", "least", "most"),
    [
        (0.001, 5, 40),  # short calls fill the time that the preset has for a block
        (2.5, 200, 400),  # a function of 2.5 s was measured to take four minutes
        (20.0, 1600, 3200),
    ],
)
def test_a_long_call_is_announced(planned, call, least, most):
    made = planned("quick")
    assert least < estimate.seconds(made, made.workloads[0], call) < most


def test_more_blocks_and_costs_take_longer(planned):
    quick, full = planned("quick"), planned("full")
    of_quick = estimate.seconds(quick, quick.workloads[0], 0.5)
    assert estimate.seconds(full, full.workloads[0], 0.5) > of_quick
    cheap = dataclasses.replace(full, costs=False)
    assert estimate.seconds(cheap, cheap.workloads[0], 0.5) < estimate.seconds(
        full, full.workloads[0], 0.5
    )
