"""Observations made up for tests of what is derived and drawn."""

from ftguide.ground.vocabulary import Build
from ftguide.outcomes.record.model import SCHEMA, Configuration, Observation, Ran, Subject

PINNED = Configuration(pinned=True, short_switch=True, warm=True)
FREE = Configuration(pinned=False, short_switch=False, warm=True)


def subject(name: str) -> Subject:
    """Make an interpreter from its column: 3.14.7, 3.14.7t, 3.14.7t-gil-on."""
    version = name.removesuffix("-gil-on").removesuffix("t")
    free = name.removesuffix("-gil-on").endswith("t")
    return Subject(
        version=version,
        build=Build.FREE_THREADED if free else Build.GIL,
        gil=not free or name.endswith("-gil-on"),
        compiler="GCC 12.2.0",
        optimised=True,
        binary_sha256="0" * 64,
    )


def observation(test, on="3.14.7t", *, counts=(), ending="", **changes):
    """Make an observation; `counts` are dictionaries, one per process."""
    processes = [
        Ran(configuration=(PINNED, FREE)[n % 2], samples=sum(seen.values()), counts=dict(seen))
        for n, seen in enumerate(counts)
    ]
    if ending:
        processes.append(Ran(configuration=PINNED, samples=0, counts={}, ending=ending))
    values = {
        "schema": SCHEMA,
        "run": "20261128T000000Z-00000000",
        "preset": "default",
        "test": test.slug,
        "hash": test.hash,
        "subject": subject(on),
        "observed_at": "2026-11-28T00:00:00Z",
        "seconds": 1.0,
        "processes": tuple(processes),
        "overlapping": 60,
        "stamped": 100,
    }
    return Observation(**{**values, **changes})
