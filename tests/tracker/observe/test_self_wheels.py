"""Each way a package can behave lands on its level, through the real probes on the real interpreters."""

import pytest

from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.model import Cell
from ftguide.tracker.observe.probe import cell_key
from ftguide.tracker.observe.survey import Report, Survey, cell_of
from ftguide.tracker.pages import words
from ftguide.tracker.record.findings import Claim, Declarations, DeepImport, Imports, Kind
from ftguide.tracker.record.model import TOOL
from tests.slow import slow_but
from tests.tracker.conftest import NAMES, package

pytestmark = [pytest.mark.interpreters, pytest.mark.timeout(300)]

EXPECTED = {
    "declares": ({Level.GIL_OFF}, set()),
    "undeclared": ({Level.GIL_ON}, set()),
    "lazy": ({Level.GIL_ON}, {Flag.LAZY}),
    "single": ({Level.GIL_ON}, set()),
    "single-declared": ({Level.GIL_OFF}, set()),
    "crashes": ({Level.CRASHES}, set()),
    "needy": ({Level.GIL_ON_DEPENDENCY}, set()),
    "orphan": ({Level.NO_WHEEL}, set()),
    "abi3": ({Level.NO_WHEEL}, set()),
    # What memory of another layout does is undefined; nothing good, in any case.
    "mistagged": ({Level.CRASHES, Level.FAILS_TO_IMPORT}, set()),
    "wrong-suffix": ({Level.FAILS_TO_IMPORT}, set()),
    "fallback": ({Level.PURE}, {Flag.FALLBACK}),
    "pure": ({Level.PURE}, set()),
}


def cell(survey: Survey, name: str) -> Cell:
    facts = survey.pair.ft.facts
    return cell_of(package(f"specimen-{name}"), survey.log, "3.14t", cell_key(facts)[1])


def results(report: Report) -> dict[Kind, object]:
    return {item.kind: item.result for item in report.items}


@pytest.mark.parametrize("name", slow_but({"undeclared"}, NAMES))
def test_specimen_lands_on_its_level(name, reports, survey):
    assert reports[name].problem == ""
    found = cell(survey, name)
    levels, flags = EXPECTED[name]
    assert found.level in levels, found
    if name not in {"mistagged", "wrong-suffix"}:
        assert set(found.flags) == flags, found
    assert found.proof


@pytest.mark.slow
def test_every_module_is_asked_by_itself(reports):
    declared = results(reports["single"])[Kind.DECLARE]
    assert isinstance(declared, Declarations)
    (core,) = declared.modules
    assert (core.module, core.declares, core.init) == ("specimen_single._core", "used", "single")
    declared = results(reports["declares"])[Kind.DECLARE]
    assert isinstance(declared, Declarations)
    assert [(one.declares, one.init) for one in declared.modules] == [("not-used", "multi")]


@pytest.mark.slow
def test_every_observation_names_the_version_of_the_probe(reports):
    assert {item.kind for item in reports["declares"].items} >= {Kind.DECLARE, Kind.SMOKE}
    assert {item.tool for item in reports["declares"].items} == {TOOL}


@pytest.mark.slow
def test_a_crash_has_a_signal_and_a_culprit(reports):
    declared, imports = (results(reports["crashes"])[kind] for kind in (Kind.DECLARE, Kind.IMPORT))
    assert isinstance(declared, Declarations)
    assert isinstance(imports, Imports)
    assert declared.modules[0].declares == "not-used"  # created, not executed
    assert imports.names[0].ended == "signal SIGSEGV"


@pytest.mark.slow
def test_a_lazy_import_is_found_by_the_submodules(reports, survey):
    imports, deep = (results(reports["lazy"])[kind] for kind in (Kind.IMPORT, Kind.DEEP))
    assert isinstance(imports, Imports)
    assert isinstance(deep, DeepImport)
    assert not imports.names[0].gil_enabled
    assert set(deep.gil_on) == {"specimen_lazy._core", "specimen_lazy.api"}
    assert [(one.module, one.owner) for one in deep.culprits] == [
        ("specimen_lazy._core", "specimen-lazy")
    ]


@pytest.mark.slow
def test_a_dependency_is_blamed_by_name(reports, survey):
    imports = results(reports["needy"])[Kind.IMPORT]
    assert isinstance(imports, Imports)
    (name,) = imports.names
    assert [(one.module, one.owner) for one in name.culprits] == [
        ("specimen_undeclared._core", "specimen-undeclared")
    ]
    assert words.reasons(cell(survey, "needy").reasons) == [
        "specimen_undeclared._core of specimen-undeclared turns the GIL on",
    ]
    env = reports["needy"].items[0].env
    assert env is not None
    assert env.dependencies == ("specimen-undeclared==1.0",)


@pytest.mark.slow
def test_a_dependency_without_a_wheel_is_named(reports, survey):
    assert reports["orphan"].problem == ""
    assert words.reasons(cell(survey, "orphan").reasons) == [
        "it requires specimen-nowhere==2, which has no file",
    ]


@pytest.mark.slow
def test_the_artifact_is_pinned_by_its_hash(reports, wright):
    import hashlib

    artifact = reports["declares"].items[0].artifact
    assert artifact is not None
    data = (wright.shelf / artifact.file).read_bytes()
    assert artifact.sha256 == hashlib.sha256(data).hexdigest()


def test_claims_are_read_and_do_not_raise_the_level(reports, survey):
    claim = results(reports["pure"])[Kind.CLAIM]
    assert isinstance(claim, Claim)
    assert claim.classifiers == ("Programming Language :: Python :: Free Threading :: 3 - Stable",)
    assert cell(survey, "pure").level is Level.PURE


@pytest.mark.slow
def test_probing_again_adds_only_sightings(reports, survey):
    assert reports["pure"].problem == ""
    path = survey.log / "specimen-pure.jsonl"
    before = path.read_bytes()
    again = survey.one(package("specimen-pure"))
    assert again.problem == ""
    added = path.read_bytes().removeprefix(before).splitlines()
    assert added
    assert all(line.startswith(b'{"seen":') for line in added)
