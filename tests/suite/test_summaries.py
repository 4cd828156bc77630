"""What a run says is kept as derived, and never believed for other code or other data."""

import dataclasses
import json
import lzma
import math
import zlib

import msgspec
import pytest

from ftguide.ground import sources
from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Arm
from ftguide.suite import summaries
from ftguide.suite.derive import analysis, summary
from ftguide.suite.derive.compare import compare
from ftguide.suite.derive.mode_tables import ways
from ftguide.suite.derive.observed import observed
from ftguide.suite.derive.timeline import timeline
from ftguide.suite.derive.verdicts import ArmPair, ComparisonKind
from ftguide.suite.record import store
from ftguide.suite.record.model import Failure
from ftguide.suite.results_csv import results_csv
from tests import synthetic


@pytest.fixture
def folder(tmp_path):
    return synthetic.write(tmp_path / "results", synthetic.stored())


def test_a_summary_says_what_the_report_says():
    stored = synthetic.stored(plans={"mandelbrot": {"scaling": "strong"}})
    report = analysis.report(stored)
    kept = summary.decode(summary.encode(summary.summarise(report)), stored.run)
    assert kept.rows == report.rows
    assert (kept.means, kept.line_means) == (report.means, report.line_means)
    assert kept.timeline == timeline(stored)
    assert results_csv(kept) == results_csv(report)
    for slug, series in report.series.items():
        beside = kept.beside(slug)
        assert beside.counts == observed(series)
        assert beside.ways == ways(report, slug)
        assert beside.loops == 10
        arms = [name for name in series.arms if not Arm.parse(name).replicate]
        for arm in arms:
            for base in arms:
                for kind in ComparisonKind:
                    pair = ArmPair(arm, base, kind)
                    assert kept.logs(slug, pair) == report.logs(slug, pair)


def test_two_summaries_compare_as_their_reports_do():
    reports = [analysis.report(synthetic.stored(seed=seed)) for seed in (1, 2)]
    assert compare(*map(summary.summarise, reports)) == compare(*reports)


def test_what_is_not_kept_is_refused_and_what_was_not_planned_is_unknown():
    kept = summary.summarise(analysis.report(synthetic.stored()))
    with pytest.raises(ValueError, match="keeps no logarithms of ft-single-again"):
        kept.logs("nbody", ArmPair("ft-single-again", "ft-single"))
    assert kept.logs("nbody", ArmPair("ft-threads-2", "gil-single")) == []
    with pytest.raises(KeyError):
        kept.row("nothing")


def test_what_has_no_value_survives():
    failure = Failure(workload="nbody", index=0, arm="ft-single", kind="crashed", message="boom")
    stored = synthetic.stored(blocks=1, failures=[failure])
    report = analysis.report(stored)
    kept = summary.decode(summary.encode(summary.summarise(report)), stored.run)
    assert kept.row("nbody").failure == failure
    single = kept.row("mandelbrot").single
    assert single is not None
    assert (single.low, single.high) == (0.0, math.inf)
    assert kept.stored.failures == (failure,)


def test_a_summary_is_written_the_same_twice(folder):
    path = folder / summaries.NAME
    first = path.read_bytes()
    summaries.write(folder)
    assert path.read_bytes() == first
    summaries.check(folder)


def _changed(folder, name, change):
    path = folder / name
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("run.json", lambda raw: raw + b"\n", "was derived from another run.json"),
        (
            "blocks.xz",
            lambda raw: lzma.compress(lzma.decompress(raw)),
            "was derived from another blocks.xz",
        ),
        (summaries.NAME, lambda raw: raw[:-20], "it is cut off"),
        (summaries.NAME, lambda _: b"not ours", "is not there"),
        (summaries.NAME, lambda raw: raw.partition(b"\n")[0] + b"\n", "it is cut off"),
        (summaries.NAME, lambda raw: raw.partition(b"\n")[0] + b"\nzzz", "header check"),
    ],
)
def test_what_does_not_match_names_the_file_and_the_command(folder, name, change, told):
    _changed(folder, name, change)
    with pytest.raises(summaries.SummaryError) as raised:
        summaries.load(folder)
    message = str(raised.value)
    assert message.startswith(str(folder / summaries.NAME))
    assert told in message
    assert f"`python -m ftguide summarise {synthetic.RUN_ID}`" in message
    summaries.write(folder)
    summaries.load(folder)


def test_a_summary_of_other_code_is_not_believed(folder, monkeypatch):
    monkeypatch.setattr(sources, "fingerprint", lambda *_, **__: "other")
    with pytest.raises(summaries.SummaryError, match="was derived by other code"):
        summaries.load(folder)


def test_a_superseded_run_keeps_its_summary_and_is_not_derived_without_its_blocks(folder):
    blocks = (folder / "blocks.xz").rename(folder.parent / "kept")
    assert summaries.load(folder).row("nbody").single is not None
    before = (folder / summaries.NAME).read_bytes()
    with pytest.raises(summaries.SummaryError, match="repository's history"):
        summaries.write(folder)
    assert (folder / summaries.NAME).read_bytes() == before
    blocks.rename(folder / "blocks.xz")
    summaries.check(folder)


def _forged(folder, **changes):
    """Replace parts of a summary the way somebody would who contributes a wrong one."""
    head, _, data = (folder / summaries.NAME).read_bytes().partition(b"\n")
    parts = msgspec.msgpack.decode(zlib.decompress(data)) | changes
    packed = zlib.compress(msgspec.msgpack.encode(parts))
    (folder / summaries.NAME).write_bytes(head + b"\n" + packed)
    return parts


def test_a_forged_summary_is_refused_or_found(folder):
    rows = _forged(folder)["rows"]
    foreign = rows | {"nbody": rows["mandelbrot"]}
    for forged in ({"rows": {}}, {"rows": foreign}, {"rows": rows | {"nbody": "text"}}):
        _forged(folder, **forged)
        with pytest.raises(summaries.SummaryError, match="Derive it again"):
            summaries.load(folder)
    wrong = json.loads(json.dumps(rows))
    wrong["nbody"]["single"]["ratio"] = 0.5
    _forged(folder, rows=wrong)
    with pytest.raises(summaries.SummaryError, match="says something else than the run"):
        summaries.check(folder)


def test_a_summary_that_unpacks_without_end_is_refused(folder, monkeypatch):
    monkeypatch.setattr(summary, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(summaries.SummaryError, match="unpacks to more than 1000 bytes"):
        summaries.load(folder)


def test_last_digits_do_not_matter_and_others_do():
    kept = summary.summarise(analysis.report(synthetic.stored()))
    assert summaries.same(kept, kept)
    for factor, alike in ((1 + 1e-12, True), (1 + 1e-6, False)):
        mean = kept.means[0]
        moved = dataclasses.replace(mean, ratio=mean.ratio * factor)
        parts = dataclasses.replace(kept._kept, means=(moved, *kept.means[1:]))
        other = dataclasses.replace(kept, _kept=parts)
        assert summaries.same(kept, other) is alike


def test_a_published_run_is_derived_anew():
    """CI derives all of them: `python -m ftguide summarise --check`."""
    results = ROOT / store.RESULTS
    folders = [store.folder_of(results, entry) for entry in store.read_index(results).runs]
    there = [path for path in map(store.blocks_path, folders) if path.exists()]
    smallest = min(there, key=lambda path: path.stat().st_size).parent
    summaries.check(smallest)
