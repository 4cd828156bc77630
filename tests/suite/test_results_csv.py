"""A run as one table for other programs: every number of the report, nothing that a spreadsheet runs."""

import csv
import dataclasses
import io

import pytest

from ftguide.suite.derive.analysis import report
from ftguide.suite.record.model import Failure
from ftguide.suite.results_csv import COLUMNS, results_csv
from tests.suite.derive.builder import RUN_ID, make_plan, make_stored, stored_of


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_a_line_per_comparison_with_the_numbers_of_the_report():
    derived = report(make_stored())
    text = results_csv(derived)
    rows = rows_of(text)
    assert tuple(rows[0]) == COLUMNS
    times = [line for line in rows if line["quantity"] == "seconds"]
    assert len(times) == sum(len(row.times) for row in derived.rows)
    assert len(rows) - len(times) == sum(len(row.comparisons) for row in derived.rows)
    for line in rows:
        assert (line["run_id"], line["version"]) == (RUN_ID, "1")
        row = derived.row(line["workload"])
        if line in times:
            (time,) = [one for one in row.times if one.arm == line["arm"]]
            for column, value in (("value", time.mean), ("low", time.low), ("high", time.high)):
                assert float(line[column]) == pytest.approx(value, rel=1e-8)
            assert (line["base"], line["blocks"], line["q"]) == ("", "10", "")
            continue
        one = row.comparison(line["arm"], line["base"])
        assert float(line["value"]) == pytest.approx(one.ratio, rel=1e-8)
        for column in ("low", "high", "p", "q"):
            assert float(line[column]) == pytest.approx(getattr(one, column), rel=1e-8)
        assert (line["quantity"], line["verdict"], line["blocks"]) == (
            one.kind,
            str(one.verdict),
            str(one.k),
        )
        floor = row.floor_of(one)
        assert line["noise_floor_ln"] == (f"{floor:.9g}" if floor else "")
    assert results_csv(report(make_stored())) == text
    assert "\r" not in text


def test_csv_leaves_what_does_not_exist_empty():
    derived = report(make_stored(1))
    *times, line = [one for one in rows_of(results_csv(derived)) if one["workload"] == "nbody"]
    assert {(one["low"], one["high"], one["noise_floor_ln"]) for one in (*times, line)} == {
        ("", "", "")
    }
    assert line["verdict"] == "not enough blocks"
    assert float(line["value"]) > 1


def test_csv_names_a_failed_workload():
    plan = make_plan("nbody", ["gil-single", "ft-single"])
    failure = Failure(workload="nbody", index=0, arm="ft-single", kind="hung", message="no answer")
    (line,) = rows_of(results_csv(report(stored_of((plan, []), failures=[failure]))))
    assert (line["workload"], line["arm"], line["verdict"]) == (
        "nbody",
        "ft-single",
        "failed: hung",
    )
    assert (line["value"], line["base"], line["flags"]) == ("", "", "")


def test_csv_carries_the_flags():
    stored = make_stored(2)
    unpinned = dataclasses.replace(stored, run=dataclasses.replace(stored.run, pinned=False))
    assert {line["flags"] for line in rows_of(results_csv(report(unpinned)))} == {"unpinned"}


def test_csv_defuses_formulas():
    plan = make_plan("nbody", ["gil-single", "ft-single"], group="=cmd()")
    failure = Failure(workload="nbody", index=0, arm="ft-single", kind="hung", message="no answer")
    derived = report(stored_of((plan, []), failures=[failure]))
    assert ",'=cmd()," in results_csv(derived)
    assert derived.row("nbody").group == "=cmd()"
