"""The domain: numbers in prose, links, the inventory, rebuilding, damage."""

import dataclasses

import msgspec
import pytest
from sphinx.util.inventory import InventoryFile

from ftguide.suite import summaries
from ftguide.suite.derive import analysis
from ftguide.suite.pages import data
from ftguide.suite.record import packing
from ftguide.suite.record.model import Line
from tests import synthetic
from tests.sphinx_project import declare

RUN = f"benchmarks/runs/{synthetic.RUN_ID}"
HOSTILE = "<script>alert(1)</script>"


def prose(site, *lines):
    site.page("prose", "# Prose\n\n" + "\n\n".join(lines) + "\n")
    site.page("index", (site.source / "index.md").read_text().replace("plain\n", "plain\nprose\n"))


def test_value_prints_the_number_with_its_interval(site, stored):
    run = stored()
    site.run(run)
    prose(
        site,
        "It took {bench:value}`nbody:ft-single/gil-single` of the time.",
        "It took {bench:value}`nbody:ft-single`.",
        f"Once it took {{bench:value}}`mandelbrot:ft-threads-2/gil-single@{synthetic.RUN_ID}`.",
    )
    built = site.build()
    assert built.warnings == []
    ratio, time, pinned = built.soup("prose").select(".bench-value")
    one = analysis.report(run).row("nbody").single
    assert ratio.get_text() == (
        f"{one.ratio:.3f} (95 % interval {one.low:.3f}\N{EN DASH}{one.high:.3f})"
    )
    assert ratio.a["href"] == "benchmarks/nbody.html#nbody-ft-single-vs-gil-single"
    assert time.get_text().split(" (")[0].endswith("ms")
    assert time.a["href"] == "benchmarks/nbody.html#nbody-ft-single"
    assert pinned.a["href"] == f"{RUN}.html#mandelbrot-ft-threads-2-vs-gil-single"


def test_value_uses_the_newest_run_that_has_the_number(site, stored):
    site.run(stored(synthetic.OLDER))
    slower = {"gil-single": 0.01, "ft-single": 0.012}
    site.run(stored(truth={"nbody": slower, "call-function": slower}))
    prose(
        site,
        "{bench:value}`mandelbrot:ft-single/gil-single` {bench:value}`nbody:ft-single/gil-single`",
    )
    built = site.build()
    assert built.warnings == []
    old, new = built.soup("prose").select(".bench-value")
    assert new.get_text().startswith("1.2")
    assert old.get_text().startswith("1.0")


def test_missing_numbers_are_warnings(site, stored):
    warnings = {
        "nbody:ft-threads-2/gil-single": (
            "'nbody:ft-threads-2/gil-single': any published run has no such number [bench.missing]"
        ),
        "nobody:ft-single": (
            "'nobody:ft-single': any published run has no such number [bench.missing]"
        ),
        f"nbody:ft-single@{synthetic.OLDER}": (
            f"'nbody:ft-single@{synthetic.OLDER}': run {synthetic.OLDER} has no such number [bench.missing]"
        ),
        "nbody ft-single": (
            "'nbody ft-single' does not name a number; write slug:arm/base, slug:arm, "
            "and @run-id after either for one run [bench.syntax]"
        ),
    }
    site.run(stored())
    prose(site, "\n\n".join(f"{{bench:value}}`{target}`" for target in warnings))
    assert site.build("dummy").warnings == [
        f"prose.md:{line}: WARNING: {warning}"
        for line, warning in zip(range(3, 11, 2), warnings.values(), strict=True)
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 2}, "run has version 1, the declaration is version 2"),
        (
            {"source_hash": "cd" * 32},
            "run has source hash abababababab, the declaration has cdcdcdcdcdcd",
        ),
        (None, "the workload is no longer declared"),
    ],
)
def test_numbers_of_other_code_are_warnings(site, stored, declared, change, reason):
    site.run(stored())
    prose(site, "{bench:value}`nbody:ft-single/gil-single`")
    del declared["nbody"]
    if change is not None:
        declared["nbody"] = declare("nbody", **change)
    built = site.build("text")
    assert built.warnings == [
        (
            f"prose.md:3: WARNING: 'nbody:ft-single/gil-single': {reason} "
            f"(run {synthetic.RUN_ID}); measure again [bench.mismatch]"
        )
    ]
    assert "95 % interval" in (built.out / "prose.txt").read_text()


def test_old_numbers_are_no_warning(site, stored):
    site.run(stored("20010101T000000Z-00000000"))
    prose(site, "{bench:value}`nbody:ft-single/gil-single`")
    assert site.build("dummy").warnings == []


def test_references_lead_to_pages_runs_and_rows(site, stored):
    site.run(stored())
    targets = (
        "nbody",
        synthetic.RUN_ID,
        "nbody:ft-single/gil-single",
        "nbody-ft-single",
        "[text](<x>)",
    )
    prose(
        site,
        *(f"{{bench:ref}}`{t}`" for t in targets[:-1]),
        "{bench:ref}`the row <nbody:ft-single>`",
    )
    built = site.build()
    assert built.warnings == []
    links = [(a.get_text(), a["href"]) for a in built.soup("prose").select("p a.reference")]
    assert links == [
        ("Nbody", "benchmarks/nbody.html"),
        (f"run {synthetic.RUN_ID}", f"{RUN}.html"),
        ("nbody:ft-single/gil-single", "benchmarks/nbody.html#nbody-ft-single-vs-gil-single"),
        ("nbody:ft-single", "benchmarks/nbody.html#nbody-ft-single"),
        ("the row", "benchmarks/nbody.html#nbody-ft-single"),
    ]


def test_references_to_nothing_are_warnings(site, stored):
    site.run(stored())
    prose(site, "{bench:ref}`nobody`")
    assert site.build("dummy").warnings == [
        "prose.md:3: WARNING: no workload, run or row is called 'nobody' [ref.ref]"
    ]


def test_without_results_everything_builds_and_says_how_to_get_some(site):
    prose(site, "{bench:value}`nbody:ft-single/gil-single`, {bench:ref}`nbody:ft-single`")
    site.page(RUN, f"# Leftover\n\n```{{bench:run}} {synthetic.RUN_ID}\n```\n")
    built = site.build()
    assert built.warnings == []
    assert "nox -s bench" in built.soup("benchmarks/nbody").get_text()
    assert "nox -s bench" in built.soup("index").get_text()
    assert "not measured yet" in built.soup("prose").get_text()
    assert built.soup("prose").find("a", href="benchmarks/nbody.html")


def test_unknown_names_in_directives_are_warnings(site, stored):
    site.run(stored())
    site.page("benchmarks/nobody", "# Nobody\n\n```{bench:workload} nobody\n```\n")
    site.page("plain", f"# Plain\n\n```{{bench:table}}\n:run: {synthetic.OLDER}\n```\n")
    assert site.build("dummy").warnings == [
        "benchmarks/nobody.md:3: WARNING: no workload is called 'nobody', and no run has one [bench.missing]",
        f"plain.md:3: WARNING: no published run is called '{synthetic.OLDER}' [bench.missing]",
    ]


def test_hostile_strings_stay_strings(site, stored):
    run = stored(
        plans={
            "nbody": {"title": HOSTILE, "question": HOSTILE, "group": HOSTILE, "because": HOSTILE}
        },
        compiler=HOSTILE,
        flags=(HOSTILE,),
        differences=(HOSTILE,),
        failures=[
            synthetic.Failure(
                workload="mandelbrot",
                index=0,
                arm=HOSTILE,
                kind=HOSTILE,
                message=HOSTILE,
                tail=HOSTILE,
            )
        ],
    )
    hostile = dataclasses.replace(
        run.run, machine=synthetic.machine(cpu_model=HOSTILE, mitigations={HOSTILE: HOSTILE})
    )
    site.run(dataclasses.replace(run, run=hostile), withdrawn=HOSTILE)
    site.page("plain", f"# Plain\n\n```{{bench:table}}\n:run: {synthetic.RUN_ID}\n```\n")
    site.overrides["html_theme"] = "furo"
    built = site.build()
    assert built.warnings == []
    pages = [p.read_text() for p in built.out.rglob("*.html")]
    assert not [page for page in pages if "<script>alert" in page]
    assert any("&lt;script&gt;alert" in page for page in pages)
    for page in ("plain", RUN):
        for script in built.soup(page).find_all("script"):
            assert "alert" not in script.get_text()


def test_hostile_slugs_and_arms_are_refused(site, stored):
    folder = site.run(stored())
    path = folder / "run.json"
    path.write_text(path.read_text().replace('"slug": "nbody"', '"slug": "../../x"'))
    (warning, *rest) = site.build("dummy").warnings
    assert f"results/{synthetic.MACHINE}/{synthetic.RUN_ID}/run.json" in warning
    assert "'../../x' cannot be a workload's slug" in warning
    assert rest == []


@pytest.mark.slow
def test_a_truncated_run_is_named_and_the_rest_is_built(site, stored):
    site.run(stored(synthetic.OLDER))
    folder = site.run(stored())
    path = folder / "run.json"
    path.write_bytes(path.read_bytes()[:300])
    built = site.build()
    (warning,) = built.warnings
    assert f"results/{synthetic.MACHINE}/{synthetic.RUN_ID}/run.json: " in warning
    assert "truncated" in warning
    assert warning.endswith("[bench.unreadable]")
    assert synthetic.OLDER in built.soup("benchmarks/nbody").get_text()
    assert "cannot be read" in built.soup(RUN).get_text()


def test_a_damaged_index_is_named(site, stored):
    site.run(stored())
    (site.results / "index.json").write_text('{"schema": 1, "runs": [{')
    built = site.build("dummy")
    warnings = [w for w in built.warnings if "bench.unreadable" in w]
    assert len(warnings) == 1
    assert "results/index.json: " in warnings[0]


def test_inventory_holds_workloads_runs_and_rows(ordinary):
    found = InventoryFile.loads((ordinary.out / "objects.inv").read_bytes(), uri="").data
    assert set(found["bench:workload"]) == set(synthetic.TRUTH)
    assert set(found["bench:run"]) == {synthetic.RUN_ID}
    ratios = found["bench:ratio"]
    assert (
        ratios["nbody:ft-single/gil-single"].uri
        == "benchmarks/nbody.html#nbody-ft-single-vs-gil-single"
    )
    assert ratios[f"nbody:ft-single/gil-single@{synthetic.RUN_ID}"].uri == (
        f"{RUN}.html#nbody-ft-single-vs-gil-single"
    )
    assert found["bench:time"]["nbody:ft-single"].uri == "benchmarks/nbody.html#nbody-ft-single"


@pytest.mark.slow
def test_two_processes_read_the_same_site(site, stored, tmp_path):
    site.run(stored())
    prose(site, "{bench:value}`nbody:ft-single/gil-single`")
    serial = site.build()
    one = (serial.out / "objects.inv").read_bytes()
    text = (serial.out / "prose.html").read_text()
    for page in site.source.rglob("*.md"):
        page.touch()
    (site.root / "build").rename(site.root / "build-serial")
    parallel = site.build(jobs=2)
    assert parallel.warnings == []
    assert (parallel.out / "objects.inv").read_bytes() == one
    assert (parallel.out / "prose.html").read_text() == text
    assert (parallel.out / "benchmarks" / "data" / synthetic.RUN_ID / "results.csv.gz").exists()


def test_a_new_run_rereads_the_pages_that_show_runs(site, stored):
    prose(site, "{bench:value}`nbody:ft-single/gil-single`")
    site.build("text")
    assert site.build("text").read == []
    site.run(stored(synthetic.OLDER))
    first = site.build("text")  # the index did not exist before
    assert {"benchmarks/nbody", "benchmarks/runs/index", "prose"} <= set(first.read)
    assert "plain" not in first.read
    assert site.build("text").read == []
    site.run(stored())
    second = site.build("text")
    assert {"benchmarks/nbody", "benchmarks/runs/index", "prose", "index"} <= set(second.read)
    assert "plain" not in second.read
    assert synthetic.RUN_ID in (second.out / "benchmarks" / "nbody.txt").read_text()


def test_a_changed_run_rereads_its_pages(site, stored):
    folder = site.run(stored())
    site.build("text")
    (folder / "run.json").write_text(
        (folder / "run.json").read_text().replace("Synthetic CPU", "Corrected CPU")
    )
    summaries.write(folder)
    built = site.build("text")
    assert RUN in built.read
    assert "plain" not in built.read
    assert "Corrected CPU" in (built.out / f"{RUN}.txt").read_text()


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        (summaries.NAME, lambda path: path.unlink(), "is not there"),
        (
            summaries.NAME,
            lambda path: path.write_bytes(path.read_bytes().replace(b'"code":"', b'"code":"0', 1)),
            "was derived by other code",
        ),
        (
            "run.json",
            lambda path: path.write_bytes(path.read_bytes() + b"\n"),
            "was derived from another run.json",
        ),
        (
            "blocks.xz",
            lambda path: path.write_bytes(path.read_bytes() + b"\0"),
            "was derived from another blocks.xz",
        ),
    ],
)
def test_a_run_whose_summary_may_not_be_believed_is_named_and_left_out(
    site, stored, name, change, told
):
    site.run(stored(synthetic.OLDER))
    folder = site.run(stored())
    change(folder / name)
    built = site.build()
    (warning,) = built.warnings
    assert f"results/{synthetic.MACHINE}/{synthetic.RUN_ID}/{summaries.NAME}: {told}" in warning
    assert f"python -m ftguide summarise {synthetic.RUN_ID}" in warning
    assert "cannot be read" in built.soup(RUN).get_text()
    page = built.soup("benchmarks/nbody").get_text()
    assert synthetic.OLDER in page
    assert synthetic.RUN_ID not in page


@pytest.mark.slow
def test_a_local_run_is_derived_when_it_is_first_shown_and_when_it_has_grown(site, stored):
    run = stored(name="local")
    folder = site.run(dataclasses.replace(run, blocks=run.blocks[:-1]))
    assert not (folder / summaries.NAME).exists()
    assert site.build("dummy").warnings == []
    before = summaries.load(folder).row("counter-lock").blocks
    lines = b"".join(msgspec.json.encode(Line(block=block)) + b"\n" for block in run.blocks)
    (folder / "blocks.xz").write_bytes(packing.pack(lines))
    assert site.build("dummy").warnings == []
    assert summaries.load(folder).row("counter-lock").blocks == before + 1


def test_a_workload_described_twice_is_a_warning(site):
    site.page("plain", "# Plain\n\n```{bench:workload} nbody\n```\n")
    assert site.build("dummy").warnings == [
        "plain.md: WARNING: nbody is described twice; the other page is benchmarks/nbody [bench.duplicate]"
    ]


def test_declared_is_what_the_catalogue_says():
    from ftguide.suite.declare.catalogue import catalogue

    known = data.declared()
    assert list(known) == list(catalogue())
    for slug, entry in catalogue().items():
        assert (known[slug].source_hash, known[slug].version) == (
            entry.source_hash,
            entry.workload.version,
        )
        assert known[slug].path.name == f"{entry.module.rpartition('.')[2]}.py"
