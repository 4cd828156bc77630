"""What looks across runs: scaling curves, a run's timeline, one run beside another."""

import dataclasses

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.suite.derive import timeline
from ftguide.suite.pages import data
from ftguide.suite.record.model import Cost, Observed
from ftguide.suite.words import steal_text
from tests import synthetic
from tests.sphinx_project import built_with, page
from tests.suite.derive.builder import make_block, make_plan, stored_of, with_binaries
from tests.suite.derive.test_scaling import run_of


def test_two_cpus_get_a_box_instead_of_a_curve(site, stored):
    built = built_with(site, [stored()], "```{bench:scaling} mandelbrot\n```")
    assert "none is drawn below 8 CPUs" in built.soup("overview").get_text()


def test_a_sweep_gets_its_curve_and_its_law(site):
    swept = run_of((1, 2, 3, 4, 6, 8, 16), 0.05, 0.0)
    named = dataclasses.replace(swept.run.machine, name=synthetic.MACHINE)
    site.run(dataclasses.replace(swept, run=dataclasses.replace(swept.run, machine=named)))
    page(site, "```{bench:scaling} mandelbrot\n```")
    built = site.build()
    assert [w for w in built.warnings if "overview" in w] == []
    soup = built.soup("overview")
    assert len(soup.select("tbody tr")) == 7
    assert "Amdahl's law fits" in soup.get_text()


def test_the_timeline_tells_slow_stretches_and_stolen_time():
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    blocks = [
        make_block(
            plan,
            index,
            {"gil-single": [time] * 2, "ft-single": [time] * 2},
            started=f"2026-11-23T00:{52 + index}:00Z",
            steal=0.2 if index == 3 else 0.0,
        )
        for index, time in enumerate((1e-5, 1e-5, 2e-5, 2e-5))
    ]
    stored = stored_of((plan, blocks), started="2026-11-23T00:52:00Z")
    stretches = timeline.timeline(stored)
    told = [one for one in stretches if one.blocks]
    assert [one.blocks for one in told] == [1, 1, 1, 1]
    assert told[0].slowness == pytest.approx(2**-0.5)
    assert told[-1].slowness == pytest.approx(2**0.5)
    assert [*map(steal_text, told[-1].steals)] == ["20 % stolen during nbody"]
    assert sum(one.blocks for one in stretches) == len(blocks)
    assert timeline.timeline(stored_of((plan, []))) == ()


def test_a_run_page_says_during_which_blocks_time_was_stolen(site, stored):
    run = stored()
    stolen = tuple(dataclasses.replace(block, steal=0.2) for block in run.blocks[:2])
    site.run(dataclasses.replace(run, blocks=(*stolen, *run.blocks[2:])))
    built = site.build()
    assert built.warnings == []
    text = built.soup(f"benchmarks/runs/{synthetic.RUN_ID}").select_one("#timeline").get_text()
    for block in stolen:
        assert f"20 % stolen during {block.workload}" in text


def test_a_workload_page_shows_ways_and_what_was_counted(site, stored):
    run = stored(plans={"mandelbrot": {"without": {"interpreters": "it <b>refuses</b> them"}}})
    planned = run.planned("mandelbrot")
    costs = tuple(
        Cost(
            workload="mandelbrot",
            version=planned.version,
            source_hash=planned.source_hash,
            arm=arm,
            start_seconds=(0.1, 0.2, 0.3),
            peak_pss_bytes=20 * 2**20,
            samples=4,
        )
        for arm in planned.arms
    )
    lost = Observed(key="lost", title="Lost updates", unit="share")
    workloads = tuple(
        dataclasses.replace(one, observes=(lost,)) if one.slug == "mandelbrot" else one
        for one in run.run.plan.workloads
    )
    blocks = tuple(
        dataclasses.replace(
            block,
            arms={
                name: dataclasses.replace(record, observed=((0.25,),) * len(record.spans))
                for name, record in block.arms.items()
            },
        )
        if block.workload == "mandelbrot"
        else block
        for block in run.blocks
    )
    plan = dataclasses.replace(run.run.plan, workloads=workloads)
    site.run(
        dataclasses.replace(
            run, run=dataclasses.replace(run.run, plan=plan), blocks=blocks, costs=costs
        )
    )
    built = site.build()
    assert built.warnings == []
    soup = built.soup("benchmarks/mandelbrot")
    ways = soup.select_one("#bench-ways")
    assert "20.0 MiB" in ways.get_text()
    assert "200 ms" in ways.get_text()
    assert "Not run in interpreters, because it <b>refuses</b> them." in ways.get_text()
    assert "25\N{NO-BREAK SPACE}%" in soup.select_one("#bench-counted").get_text()


def test_my_run_stands_beside_the_published_one(site, stored):
    site.run(stored())
    mine = stored("20261124T120000Z-0badcafe", name="local", compiler="GCC 14.2.0")
    site.run(with_binaries(mine, "c"))
    built = site.build()
    assert built.warnings == []
    part = built.soup("benchmarks/nbody").select_one("#bench-local").get_text()
    assert "Your run beside the published one" in part
    assert "GCC 12.2.0 published" in part
    assert "GCC 14.2.0 yours" in part
    run_page = built.soup("benchmarks/runs/local-20261124T120000Z-0badcafe")
    assert run_page.select_one("#beside") is not None
    assert Build.GIL.words in part


def of_few(stored, *slugs, **changes):
    """Return a later run of some of the workloads, with some of their declaration changed."""
    plan = stored.run.plan
    few = tuple(dataclasses.replace(one, **changes) for one in plan.workloads if one.slug in slugs)
    blocks = tuple(
        dataclasses.replace(one, version=few[0].version, source_hash=few[0].source_hash)
        for one in stored.blocks
        if one.workload in slugs
    )
    run = dataclasses.replace(stored.run, plan=dataclasses.replace(plan, workloads=few))
    return dataclasses.replace(stored, run=run, blocks=blocks)


def test_a_run_of_a_few_workloads_does_not_speak_for_all(site, stored):
    whole, few = stored(synthetic.OLDER), of_few(stored(), "nbody")
    for one in (whole, few):
        site.run(one)
    results = data.Results(site.results)
    assert [one.run.run_id for one in results.newest()] == [synthetic.OLDER, synthetic.RUN_ID]


def test_a_page_shows_todays_version_of_its_workload(site, stored, declared):
    site.run(stored(synthetic.OLDER))
    site.run(of_few(stored(), "nbody", version=2))
    results = data.Results(site.results)
    assert results.newest_of("nbody").run.run_id == synthetic.OLDER
    declared["nbody"] = dataclasses.replace(declared["nbody"], version=2)
    assert results.newest_of("nbody").run.run_id == synthetic.RUN_ID


def test_a_better_title_is_shown_for_older_runs_of_the_same_code(site, stored, declared):
    site.run(stored())
    declared["nbody"] = dataclasses.replace(declared["nbody"], title="Five bodies, said better")
    built = site.build()
    assert built.warnings == []
    assert "Five bodies, said better" in built.soup("index").get_text()
    assert "Nbody" not in built.soup("index").get_text()


def test_a_run_of_other_code_keeps_the_title_it_recorded(site, stored, declared):
    site.run(stored())
    declared["nbody"] = dataclasses.replace(declared["nbody"], title="Six bodies", version=2)
    text = site.build().soup("index").get_text()
    assert "Nbody" in text
    assert "Six bodies" not in text
