"""Fixtures of the tracker's tests: specimen wheels, probed once per session, and records made by hand."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftguide.interpreters.model import Pair
from ftguide.tracker.check import environment
from ftguide.tracker.observe import ask, index
from ftguide.tracker.observe.install import Source, Workshop
from ftguide.tracker.observe.survey import Report, Survey
from ftguide.tracker.record.model import Package
from tests.chance import PATIENCE
from tests.tracker.wheelwright import Wheelwright, specimens

NAMES = (
    "declares",
    "undeclared",
    "lazy",
    "single",
    "single-declared",
    "crashes",
    "needy",
    "orphan",
    "abi3",
    "mistagged",
    "wrong-suffix",
    "fallback",
    "pure",
)


def package(name: str, *imports: str, smoke: str = "") -> Package:
    """Describe a specimen."""
    return Package(
        name=name, imports=imports or (name.replace("-", "_"),), field="specimens", smoke=smoke
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Ask the package index only for who asked: `-m registry`."""
    if "registry" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("registry"):
            item.add_marker(pytest.mark.skip("asks the package index: -m registry"))


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """Give what ends by itself the time that a busy machine may take: only tests about time have less."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (
            (ask, "DECLARE_SECONDS"),
            (ask, "IMPORT_SECONDS"),
            (ask, "SUBMODULE_SECONDS"),
            (environment, "_SECONDS"),
            (index, "_ASK_SECONDS"),
        ):
            patch.setattr(module, name, PATIENCE)
        yield


@pytest.fixture(scope="session")
def wright(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Wheelwright:
    """Build all specimen wheels."""
    made = Wheelwright(pair, tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("shelf"))
    specimens(made)
    return made


@pytest.fixture(scope="session")
def workshop(wright: Wheelwright) -> Iterator[Workshop]:
    """Give a place to install into from the shelf, with the package clients made once."""
    with tempfile.TemporaryDirectory(prefix="ftguide-test-") as scratch:
        yield Workshop(scratch=Path(scratch).resolve(), source=Source(folder=wright.shelf))


@pytest.fixture(scope="session")
def survey(
    pair: Pair, wright: Wheelwright, workshop: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> Survey:
    """Prepare probing from the shelf into a log of its own."""
    smoke = tmp_path_factory.mktemp("smoke")
    (smoke / "declares.py").write_text(
        "import specimen_declares\n\ndef work(number):\n    return specimen_declares.answer() + number\n"
    )
    return Survey(
        pair=pair,
        workshop=workshop,
        log=tmp_path_factory.mktemp("log"),
        smoke=smoke,
        deep_seconds=PATIENCE,
    )


class Reports(dict[str, Report]):
    """The report of each specimen, probed when it is first asked for."""

    def __init__(self, survey: Survey) -> None:
        super().__init__()
        self._survey = survey

    def __missing__(self, name: str) -> Report:
        smoke = "declares.py" if name == "declares" else ""
        self[name] = self._survey.one(package(f"specimen-{name}", smoke=smoke))
        return self[name]


@pytest.fixture(scope="session")
def reports(survey: Survey) -> Reports:
    """Probe specimens, each once, by the code that probes real packages."""
    return Reports(survey)
