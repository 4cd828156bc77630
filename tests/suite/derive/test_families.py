"""Which rows have a mean in common."""

from benchmarks.workloads.declare import Group
from ftguide.suite import words
from ftguide.suite.declare.catalogue import catalogue
from ftguide.suite.derive import families
from tests.suite.derive.builder import make_plan


def test_each_workload_of_the_interpreter_group_is_in_the_family_of_its_module():
    """Fails when a workload is added that starts processes or collects, and nobody said so."""
    found = {
        slug: families.family(entry.workload)
        for slug, entry in catalogue().items()
        if entry.workload.group is Group.INTERPRETER
    }
    apart = {
        slug
        for slug in found
        if catalogue()[slug].module == "benchmarks.workloads.interpreter_process"
    }
    assert {slug for slug, one in found.items() if one is not families.PYTHON_CODE} == apart
    assert set(families._APART) <= set(found), "a slug is permanent"


def test_other_groups_are_families_as_a_whole():
    one, two = (make_plan(slug, group="stdlib") for slug in ("startup", "json-roundtrip"))
    assert families.family(one) == families.family(two)
    assert families.family(one).part is None


def test_keys_are_names_and_differ():
    groups = [families.family(make_plan("x", group=str(group))) for group in Group]
    every = {*groups, families.PYTHON_CODE, families.COLLECTOR, families.START_UP}
    assert len({one.key for one in every}) == len(every)


def test_rows_are_grouped_in_the_order_in_which_they_appear():
    slugs = ["startup", "nbody", "gc-living-tree", "startup-imports", "exceptions"]
    found = families.grouped([make_plan(slug) for slug in slugs])
    assert [[row.slug for row in rows] for rows in found.values()] == [
        ["startup", "startup-imports"],
        ["nbody", "exceptions"],
        ["gc-living-tree"],
    ]


def test_a_number_of_workloads_reads_well():
    whole = families.family(make_plan("x", group="stdlib"))
    assert (words.workloads_text(whole, 1), words.workloads_text(whole, 2)) == (
        "1 workload",
        "2 workloads",
    )
    assert words.workloads_text(families.PYTHON_CODE, 8) == "8 workloads of Python code"
