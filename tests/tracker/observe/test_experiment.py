"""Fresh probes agree with the experiment the tracker began with: 12 packages, pinned, on 3.14t.

Asks the package index and installs other people's code, so it runs only on request:
`python -m pytest tests/tracker/observe/test_experiment.py -m registry -s`.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ftguide.ground.files import ROOT
from ftguide.interpreters.model import Pair
from ftguide.tracker.declare import packages
from ftguide.tracker.observe import collect
from ftguide.tracker.observe.index import Index, address
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.probe import Request, probe
from ftguide.tracker.record.findings import Backfill, Declarations, DeepImport, Imports, Kind, Suite
from ftguide.tracker.record.model import CompatError

pytestmark = [pytest.mark.registry, pytest.mark.interpreters, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the experiment saw on 2026-11-23, on an optimised CPython 3.14.7t."""

    modules: int  #: extension modules
    declaring: int  #: those that leave the GIL off
    imports: dict[str, bool] = field(default_factory=dict)  #: whether the GIL is on afterwards
    submodules: bool | None = None  #: whether importing them turned the GIL on; None: not tried


EXPECTED = {
    "numpy==2.5.5": Seen(19, 19, {"numpy": False, "numpy.random": False}),
    "cffi==2.1.1": Seen(1, 1, {"cffi": False, "_cffi_backend": False}, submodules=False),
    "pyyaml==6.0.3": Seen(1, 1, {"yaml": False, "yaml._yaml": False}, submodules=False),
    "msgpack==1.2.4": Seen(1, 1, {"msgpack": False}, submodules=False),
    "lxml==6.1.3": Seen(7, 0, {"lxml": False, "lxml.etree": True}, submodules=True),
    "lxml==7.0.0b1": Seen(7, 7, {"lxml.etree": False}),
    "pydantic-core==2.50.4": Seen(1, 1),
    "cryptography==50.0.2": Seen(
        1, 1, {"cryptography": False, "cryptography.hazmat.bindings._rust": False}
    ),
    "greenlet==3.5.6": Seen(3, 3, {"greenlet": False}, submodules=False),
    "psutil==7.2.2": Seen(1, 1, {"psutil": False}, submodules=False),
    "pillow==13.0.0": Seen(8, 8, {"PIL": False, "PIL.Image": False}, submodules=False),
    "regex==2026.11.15": Seen(1, 1, {"regex": False}, submodules=False),
}

#: The final release with the first wheel for manylinux x86_64, by line.
FIRST = {
    "numpy": {"3.13t": "2.1.0", "3.14t": "2.3.2", "3.15t": "2.5.2"},
    "cffi": {"3.14t": "2.0.0", "3.15t": "2.1.0"},
    "pyyaml": {"3.14t": "6.0.3"},
    "msgpack": {"3.14t": "1.1.2", "3.15t": "1.2.2"},
    "lxml": {"3.14t": "6.0.2", "3.15t": "6.1.2"},
    "pydantic-core": {"3.13t": "2.29.0", "3.14t": "2.35.0", "3.15t": "2.48.0"},
    "cryptography": {"3.14t": "46.0.0", "3.15t": "50.0.2"},
    "orjson": {},
    "greenlet": {"3.13t": "3.1.1", "3.14t": "3.3.0", "3.15t": "3.5.1"},
    "psutil": {"3.13t": "7.1.2", "3.14t": "7.1.2"},
    "pillow": {"3.13t": "11.0.0", "3.14t": "11.3.0", "3.15t": "12.3.0"},
    "regex": {"3.13t": "2025.9.18", "3.14t": "2025.9.18", "3.15t": "2026.9.3"},
}


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="ftguide-experiment-") as scratch:
        yield Workshop(scratch=Path(scratch).resolve(), source=Source(index=address()))


@pytest.fixture(scope="module")
def described() -> dict[str, packages.Package]:
    return {one.name: one for one in packages.read(ROOT / packages.PACKAGES)}


@pytest.mark.parametrize("pin", EXPECTED)
def test_probe(pin: str, pair: Pair, workshop: Workshop, described) -> None:
    name, _, version = pin.partition("==")
    seen = EXPECTED[pin]
    seconds = 60.0 if seen.submodules is not None else 0.0
    request = Request(
        package=described[name],
        version=version,
        deep_seconds=seconds,
        smoke=ROOT / "compatibility/smoke",
    )
    results = {item.kind: item.result for item in probe(request, pair, workshop)}
    declared, imports = results[Kind.DECLARE], results[Kind.IMPORT]
    assert isinstance(declared, Declarations)
    assert isinstance(imports, Imports)
    declaring = [one for one in declared.modules if one.declares == "not-used"]
    after = {one.name: one.gil_enabled for one in imports.names}
    deep = results.get(Kind.DEEP)
    line = f"{pin}: {len(declaring)}/{len(declared.modules)} declare"
    line += "".join(f", {one} {'ON' if on else 'off'}" for one, on in after.items())
    if isinstance(deep, DeepImport):
        line += f", GIL on in {len(deep.gil_on)} of {deep.modules} submodules"
    print(f"\n{line}")
    assert (len(declared.modules), len(declaring)) == (seen.modules, seen.declaring)
    assert {one: after[one] for one in seen.imports} == seen.imports
    assert [one for one in imports.names if one.error or one.ended] == []
    if isinstance(deep, DeepImport):
        assert bool(deep.gil_on) is seen.submodules
        assert deep.complete


def test_upstream_tests_are_counted_by_how_they_ran(
    pair: Pair, workshop: Workshop, described
) -> None:
    request = Request(
        package=described["numpy"],
        version="2.5.5",
        deep_seconds=0.0,
        suite_seconds=300.0,
        smoke=ROOT / "compatibility/smoke",
    )
    results = {item.kind: item.result for item in probe(request, pair, workshop)}
    suite = results[Kind.SUITE]
    assert isinstance(suite, Suite)
    print(f"\n{suite}")
    assert (suite.ended, suite.plain_failed, suite.new_failures) == ("", 0, ())
    assert suite.ran_in_parallel > suite.not_in_parallel
    assert suite.ran_in_parallel + suite.not_in_parallel == suite.plain_passed


def test_orjson_has_no_wheel(pair: Pair, workshop: Workshop, described) -> None:
    request = Request(package=described["orjson"], version="3.13.0")
    with pytest.raises(CompatError, match=r"orjson==3\.13\.0 cannot be downloaded"):
        probe(request, pair, workshop)


@pytest.mark.parametrize("name", FIRST)
def test_first_wheels(name: str) -> None:
    history = collect.collect(name, Index(address=address()))[1].result
    assert isinstance(history, Backfill)
    first: dict[str, str] = {}
    for one in history.transitions:
        if one.present and one.platform == "manylinux_x86_64":
            first.setdefault(one.line, one.version)
    print(f"\n{name}: {first}")
    assert {line: first.get(line) for line in FIRST[name]} == FIRST[name]
