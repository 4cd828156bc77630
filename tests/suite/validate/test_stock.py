"""Stock pyperf asked the usual way: all of one build before the other, process means kept."""

import json
from types import SimpleNamespace

import pyperf

from ftguide.ground.vocabulary import Build
from ftguide.suite.declare.catalogue import select
from ftguide.suite.validate import (
    stock,
)
from tests.suite.validate.scripts import called


def test_stock_pyperf_is_asked_the_usual_way_and_its_process_means_are_kept(monkeypatch):
    entry = select(["nbody"])[0]

    def run(command, *, cwd, env, **_):
        assert command[:5] == ["gil-python", "-m", entry.module, "--workload", "nbody"]
        assert not [word for word in command if word.startswith(("-p", "--process", "--value"))]
        assert str(cwd) == env["PYTHONPATH"].split(":")[0]
        assert env["PYTHONPATH"].endswith(":packages")
        runs = [
            pyperf.Run([], warmups=[(1, 9.0)], metadata={"name": "nbody"}, collect_metadata=False),
            *(
                pyperf.Run(values, metadata={"name": "nbody"}, collect_metadata=False)
                for values in ([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
            ),
        ]
        pyperf.Benchmark(runs).dump(command[command.index("-o") + 1])

    monkeypatch.setattr(stock.subprocess, "run", run)
    found = stock.measure(SimpleNamespace(executable="gil-python"), entry, "packages")
    assert found.pop("wall_seconds") >= 0
    assert found == {"process_means": [2.0, 4.0], "values": [1.0, 2.0, 3.0, 2.0, 4.0, 6.0]}


def test_stock_measures_all_of_one_build_before_the_other_and_each_twice(
    pair, tmp_path, monkeypatch
):
    order = []

    def measure(interpreter, entry, packages):
        order.append((interpreter.executable, entry.slug, packages))
        return {"process_means": [float(len(order))]}

    known = {build: f"packages of {build}" for build in Build}
    monkeypatch.setattr(stock.requirements, "install", lambda *_: known)
    monkeypatch.setattr(stock, "measure", measure)
    monkeypatch.setattr(stock, "FOLDER", tmp_path)
    assert called(monkeypatch, stock) == 0
    entries = select(groups=["interpreter"])
    assert order == [
        (python, entry.slug, f"packages of {build}")
        for python, build in 2 * [("gil-python", Build.GIL), ("ft-python", Build.FREE_THREADED)]
        for entry in entries
    ]
    found = json.loads((tmp_path / "stock-00000000.json").read_text())
    assert found["versions"] == {entry.slug: entry.workload.version for entry in entries}
    first = found["passes"][entries[0].slug]
    assert [first[name]["process_means"] for name in ("gil", "ft", "gil-again", "ft-again")] == [
        [1.0 + turn * len(entries)] for turn in range(4)
    ]
