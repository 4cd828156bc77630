"""Means over workloads: one per family, a range over pairs of binaries, never one number for all."""

import dataclasses

import pytest

from ftguide.suite.derive import analysis, builds
from ftguide.suite.derive.families import PYTHON_CODE
from ftguide.suite.pages import means
from tests import synthetic
from tests.sphinx_project import built_with, page
from tests.suite.derive.builder import with_binaries

#: One row of every family; the group is that of the interpreter for all but the last.
MIXED = {
    "nbody": synthetic.SINGLE,
    "call-function": synthetic.SINGLE,
    "startup": {**synthetic.SINGLE, "ft-single": 0.015},
    "startup-imports": {**synthetic.SINGLE, "ft-single": 0.013},
    "gc-living-tree": {**synthetic.SINGLE, "ft-single": 0.006},
    "mandelbrot": synthetic.SCALES,
}


@pytest.fixture
def two_pairs(stored):
    old = with_binaries(stored(synthetic.OLDER, compiler="GCC 11.3.0"), "a")
    new = with_binaries(stored(), "b")
    return old, new


@pytest.fixture
def mixed(stored):
    """Make a run that has every family, stored with the group alone."""
    apart = {slug: {"group": "interpreter"} for slug in MIXED if slug != "mandelbrot"}
    return lambda *args, **kwargs: stored(*args, truth=MIXED, plans=apart, **kwargs)


def said(built, selector=".bench-headline"):
    return built.soup("overview").select_one(selector).get_text()


def test_the_headline_is_a_range_over_binaries(site, two_pairs):
    built = built_with(site, two_pairs, "```{bench:builds} interpreter\n```")
    found = builds.sensitivity(
        [analysis.report(two_pairs[1]), analysis.report(two_pairs[0])], "interpreter"
    )
    (means,) = found.means
    assert f"between {means.low:.2f} and {means.high:.2f} times" in said(built)
    assert "of 2 workloads of Python code" in said(built)
    assert "on the 2 pairs of binaries measured here" in said(built)
    soup = built.soup("overview")
    heads = [cell.get_text() for cell in soup.select("thead th")]
    assert [("GCC 12" in h, "GCC 11" in h) for h in heads[1:]] == [(True, False), (False, True)]
    assert len(soup.select("tbody tr.bench-mean")) == 1


@pytest.mark.slow
def test_one_pair_on_two_machines_is_counted_once(site, stored):
    here = stored(synthetic.OLDER)
    there = stored(name="elsewhere-2vcpu")
    built = built_with(site, [here, there], "```{bench:builds} interpreter\n:headline:\n```")
    assert "on the 1 pair of binaries and 2 machines measured here" in said(built)


def test_one_pair_has_no_range_and_says_so(site, stored):
    built = built_with(site, [stored()], "```{bench:builds} interpreter\n:headline:\n```")
    assert "these two binaries" in said(built)
    assert not built.soup("overview").select("table")


def test_an_undivided_group_is_named(site, stored):
    built = built_with(site, [stored()], "```{bench:builds} parallel\n:headline:\n```")
    assert "of 1 workload of the parallel group" in said(built)


def test_the_headline_is_of_python_code_and_the_others_stand_apart(site, mixed):
    runs = [with_binaries(mixed(synthetic.OLDER), "a"), with_binaries(mixed(), "b")]
    built = built_with(site, runs, "```{bench:builds} interpreter\n```")
    first, starting, collector = builds.sensitivity(
        [*map(analysis.report, runs[::-1])], "interpreter"
    ).means
    assert first.family is PYTHON_CODE
    assert first.high < 1.1 < starting.low, "the slow starts are not in the headline"
    assert first.low > 1.05 > collector.high, "nor is the fast collector"
    text = said(built)
    assert text.startswith("Geometric mean of 2 workloads of Python code, one thread: between 1.0")
    assert (
        f"between {starting.low:.2f} and {starting.high:.2f} for 2 workloads about starting a process"
        in text
    )
    assert f"{collector.high:.2f} for 1 workload about the garbage collector" in text
    lines = [line.get_text(" ", strip=True) for line in built.soup("overview").select("tbody tr")]
    assert [line for line in lines if line.startswith("Interpreter")] == [
        "Interpreter: Python code",
        "Interpreter: starting a process",
        "Interpreter: garbage collector",
    ]
    assert sum(line.startswith("geometric mean of 2") for line in lines) == 2


def test_every_overview_shows_a_mean_per_family(site, mixed):
    """Runs that were stored before the split have nothing but the group."""
    built = built_with(site, [mixed()], "```{bench:table}\n:group: interpreter\n```")
    lines = [line.get_text(" ", strip=True) for line in built.soup("overview").select("tbody tr")]
    heads = [n for n, line in enumerate(lines) if line.startswith("Interpreter: ")]
    means = [n for n, line in enumerate(lines) if line.startswith("geometric mean of 2")]
    assert [lines[n] for n in heads] == [
        "Interpreter: Python code",
        "Interpreter: starting a process",
        "Interpreter: garbage collector",
    ]
    assert means == [heads[1] - 1, heads[2] - 1]
    assert len(lines) == 5 + len(heads) + len(means)


def test_means_count_only_what_all_pairs_have_in_common(stored):
    one = with_binaries(stored(), "a")
    other = with_binaries(stored(synthetic.OLDER), "b")
    changed = [
        dataclasses.replace(w, source_hash="0" * 64) if w.slug == "nbody" else w
        for w in other.run.plan.workloads
    ]
    plan = dataclasses.replace(other.run.plan, workloads=tuple(changed))
    other = dataclasses.replace(other, run=dataclasses.replace(other.run, plan=plan))
    found = builds.sensitivity([analysis.report(one), analysis.report(other)], "interpreter")
    assert [mean.slugs for mean in found.means] == [("call-function",)]
    assert list(found.ratios) == ["call-function"]
    assert builds.sensitivity([], "interpreter") is None
    assert builds.sensitivity([analysis.report(one)], "asyncio") is None


@pytest.mark.slow
def test_a_newer_run_of_other_groups_takes_no_mean_away(site, two_pairs, stored):
    """Such a run on another machine is a pair of its own, and has nothing in common with the others."""
    parallel = {"mandelbrot": synthetic.TRUTH["mandelbrot"]}
    other = stored("20261201T120000Z-0badcafe", truth=parallel, name="third-2vcpu")
    built = built_with(
        site, (*two_pairs, other), "{bench:mean}`python-code`\n\n```{bench:builds} interpreter\n```"
    )
    assert built.warnings == []
    assert "2 workloads of Python code, 2 pairs of binaries" in said(built, ".bench-value")
    assert "on the 2 pairs of binaries measured here" in said(built)


@pytest.fixture
def speaking(site, looked_into):
    """Publish runs; return the ids of those that speak for their pairs, and of those that were loaded."""

    def among(*runs, group="interpreter", damaged=()):
        for run in runs:
            site.run(run)
        for run_id in damaged:
            (site.results / synthetic.MACHINE / run_id / "summary.bin").write_bytes(b"{}")
        results, loaded, _ = looked_into()
        return [one.run.run_id for one in means.of_each_pair(results, group)], loaded

    return among


def test_the_newest_run_speaks_for_its_pair_and_no_other_is_loaded(speaking, two_pairs, stored):
    old, new = two_pairs
    newest = with_binaries(stored("20261201T120000Z-0badcafe"), "b")
    speak = [newest.run.run_id, old.run.run_id]
    assert speaking(old, new, newest) == (speak, speak)


def test_a_pair_on_another_machine_speaks_for_itself(speaking, stored):
    here, there = stored(synthetic.OLDER), stored(name="elsewhere-2vcpu")
    found, _ = speaking(here, there)
    assert found == [synthetic.RUN_ID, synthetic.OLDER]


def test_where_the_newest_run_of_a_pair_is_damaged_the_one_before_speaks(speaking, stored):
    found, loaded = speaking(stored(synthetic.OLDER), stored(), damaged=[synthetic.RUN_ID])
    assert found == [synthetic.OLDER]
    assert loaded == [synthetic.RUN_ID, synthetic.OLDER]


def test_runs_of_older_suites_and_of_other_groups_do_not_speak(speaking, two_pairs):
    old, new = two_pairs
    suite = dataclasses.replace(new.run.suite, version="2027.01")
    newer = dataclasses.replace(new, run=dataclasses.replace(new.run, suite=suite))
    assert speaking(old, newer) == ([synthetic.RUN_ID], [synthetic.RUN_ID])
    assert speaking(group="asyncio") == ([], [])


# --- the role -----------------------------------------------------------------------------------


def test_a_mean_in_prose_is_a_range_linked_to_a_run(site, two_pairs):
    built = built_with(site, two_pairs, "About {bench:mean}`python-code` times.")
    (means,) = builds.sensitivity(
        [analysis.report(two_pairs[1]), analysis.report(two_pairs[0])], "interpreter"
    ).means
    value = built.soup("overview").select_one(".bench-value")
    assert value.get_text() == (
        f"between {means.low:.2f} and {means.high:.2f} "
        "(geometric mean of 2 workloads of Python code, 2 pairs of binaries)"
    )
    assert value.select_one("a")["href"].endswith(f"{synthetic.RUN_ID}.html")


def test_a_mean_of_one_run_has_its_interval(site, two_pairs):
    text = f"{{bench:mean}}`python-code@{synthetic.OLDER}` and {{bench:mean}}`parallel@{synthetic.OLDER}`"
    built = built_with(site, two_pairs, text)
    values = [one.get_text() for one in built.soup("overview").select(".bench-value")]
    for value, mean in zip(values, analysis.report(two_pairs[0]).means, strict=False):
        assert value.startswith(f"{mean.ratio:.2f}")
        assert "[" in value
    assert (
        built.soup("overview")
        .select_one(".bench-value a")["href"]
        .endswith(f"{synthetic.OLDER}.html")
    )


def test_a_mean_that_no_run_has_is_a_warning(site, stored):
    site.run(stored())
    page(site, "{bench:mean}`nonsense` {bench:mean}`start-up` {bench:mean}`Bad!` {bench:mean}`x@y`")
    built = site.build()
    assert len([w for w in built.warnings if "no published run has such a mean" in w]) == 3
    assert len([w for w in built.warnings if "does not name a mean" in w]) == 1
    assert len(built.soup("overview").select(".bench-missing")) == 4


def test_without_any_run_a_mean_is_not_measured_yet(site):
    built = built_with(site, [], "{bench:mean}`python-code`")
    assert built.soup("overview").select_one(".bench-missing").get_text() == "not measured yet"
