"""A head of a run that nobody measured."""

from ftguide.ground.machine import Platform, describe
from ftguide.ground.vocabulary import Build
from ftguide.services.declare.presets import PRESETS
from ftguide.services.declare.stacks import STACKS
from ftguide.services.observe.run import make_plan
from ftguide.services.record.model import SCHEMA, Head
from tests.synthetic import facts


def head_of(**changes) -> Head:
    values = {
        "schema": SCHEMA,
        "run_id": "20261128T150000Z-0a1b2c3d",
        "started": "2026-11-28T15:00:00Z",
        "commit": "0" * 40,
        "dirty": False,
        "machine": describe(Platform()),
        "interpreters": {build: facts(build) for build in Build},
        "differences": (),
        "packages": {"flask": "3.1.3"},
        "generator": "wrk 4.1.0",
        "database": "PostgreSQL 18.1",
        "plan": make_plan(STACKS, PRESETS["full"], seed=1, cpus=2),
    }
    return Head(**{**values, **changes})
