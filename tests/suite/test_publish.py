"""Publication: what must hold is checked, what must not be seen is refused, the index comes last."""

import dataclasses
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ftguide.cli import runs
from ftguide.cli.main import main
from ftguide.ground import files, redact
from ftguide.ground.files import ROOT
from ftguide.ground.vocabulary import Arm, Build
from ftguide.suite import publish, summaries, words
from ftguide.suite.history import HistoryError
from ftguide.suite.record import packing, store, stubs
from ftguide.suite.record.writer import RunFolder
from tests.slow import slow_but
from tests.suite.derive.builder import make_stored


@pytest.fixture
def root(tmp_path):
    (tmp_path / "source" / "benchmarks" / "runs").mkdir(parents=True)
    return tmp_path


def write(root, **changes):
    """Store a publishable run locally; return its folder."""
    stored = make_stored(blocks=10)
    gil, ft = stored.run.interpreters[Build.GIL], stored.run.interpreters[Build.FREE_THREADED]
    run = dataclasses.replace(
        stored.run,
        finished=None,
        differences=(),
        pinned=True,
        plan=dataclasses.replace(stored.run.plan, preset="full", blocks=10),
        suite=dataclasses.replace(stored.run.suite, commit="0" * 40, dirty=False),
        interpreters={
            Build.GIL: dataclasses.replace(gil, pgo=True),
            Build.FREE_THREADED: dataclasses.replace(ft, pgo=True),
        },
    )
    run = dataclasses.replace(run, **changes)
    with RunFolder.create(root / store.RESULTS / "local", run) as held:
        for block in stored.blocks:
            held.append(store.Line(block=block))
        held.finish("2026-11-23T01:00:00Z")
    return root / store.RESULTS / "local" / run.run_id


def test_a_published_run_has_data_page_and_index_entry(root):
    source = write(root)
    target = publish.publish(source, machine="test-2vcpu", root=root)
    assert target == root / store.RESULTS / "test-2vcpu" / source.name
    assert store.load(target).run.machine.name == "test-2vcpu"
    assert (root / "source" / "benchmarks" / "runs" / f"{source.name}.md").exists()
    (entry,) = store.read_index(root / store.RESULTS).runs
    assert store.folder_of(root / store.RESULTS, entry) == target
    assert not source.exists()
    assert store.read_index(source.parent).runs == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"differences": ("compiler: a, b",)}, "not like for like: compiler: a, b"),
        ({"pinned": False}, "not pinned"),
    ],
)
def test_what_must_hold_is_checked(root, changes, told):
    source = write(root, **changes)
    with pytest.raises(publish.PublishError, match=told):
        publish.publish(source, machine="test-2vcpu", root=root)
    assert not (root / store.RESULTS / "index.json").exists()
    assert [p.name for p in (root / store.RESULTS).iterdir()] == ["local"]


def test_all_objections_are_told_at_once():
    stored = make_stored(blocks=2)
    run = dataclasses.replace(
        stored.run,
        finished=None,
        plan=dataclasses.replace(stored.run.plan, preset="quick"),
        suite=dataclasses.replace(stored.run.suite, dirty=True),
    )
    objections = publish.objections(dataclasses.replace(stored, run=run))
    found = " ".join(map(words.objection_text, objections))
    for word in ("unfinished", "preset is quick", "working tree", "has 2 blocks"):
        assert word in found


@pytest.mark.parametrize("name", ["local", "../x", "My Machine", "", "a/b"])
def test_a_machine_needs_a_plain_name(root, name):
    with pytest.raises(publish.PublishError, match="cannot name a machine"):
        publish.publish(write(root), machine=name, root=root)


def older(folder):
    """Pack the values of a run as suites up to 2026.12 did; return its lines."""
    lines = store.text_of(folder / store.BLOCKS)
    (folder / store.GZIP).write_bytes(files.pack(lines))
    (folder / store.BLOCKS).unlink()
    return lines


def test_a_run_of_an_earlier_suite_is_published_as_it_is_packed_today(root):
    source = write(root)
    lines = older(source)
    copy = shutil.copytree(source, root / "copy" / source.name)
    target = publish.publish(source, machine="test-2vcpu", root=root)
    names = {"run.json", "blocks.xz", summaries.NAME}
    assert {path.name for path in target.iterdir()} == names
    assert store.text_of(target / store.BLOCKS) == lines
    before = {path: path.read_bytes() for path in target.iterdir()}
    assert publish.publish(copy, machine="test-2vcpu", root=root) == target
    assert {path: path.read_bytes() for path in target.iterdir()} == before


@pytest.fixture
def old(root):
    """Publish a run as suites up to 2026.12 did; return its folder."""
    folder = publish.publish(write(root), machine="test-2vcpu", root=root)
    older(folder)
    return Path(summaries.write(folder)).parent


def test_a_published_run_is_packed_anew_with_the_same_values(old):
    before, said = store.load(old), summaries.load(old)
    lines, size = store.text_of(old / store.GZIP), (old / store.GZIP).stat().st_size
    sizes = publish.repack(old)
    assert sizes == (size, (old / store.BLOCKS).stat().st_size)
    assert not (old / store.GZIP).exists()
    assert store.text_of(old / store.BLOCKS) == lines
    assert store.load(old) == before
    assert summaries.same(summaries.load(old), said)
    summaries.check(old)
    content = {path: path.read_bytes() for path in old.iterdir()}
    assert publish.repack(old) is None
    assert {path: path.read_bytes() for path in old.iterdir()} == content


@pytest.mark.parametrize("step", ["repoint", "unlink"])
def test_a_repack_that_was_killed_is_completed_by_the_next(old, monkeypatch, step):
    before = store.load(old)

    class Killed(BaseException):
        pass

    def kill(*_, **__):
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(summaries if step == "repoint" else Path, step, kill)
        with pytest.raises(Killed):
            publish.repack(old)
    assert (old / store.GZIP).exists()
    assert store.load(old) == before
    assert publish.repack(old) is not None
    assert {path.name for path in old.iterdir()} == {"run.json", "blocks.xz", summaries.NAME}
    assert store.load(old) == before
    summaries.check(old)


def test_what_must_not_be_packed_anew_stays_as_it_is(old, root):
    results = root / store.RESULTS
    (entry,) = store.read_index(results).runs
    content = {path: path.read_bytes() for path in old.iterdir()}

    def unchanged():
        return {path: path.read_bytes() for path in old.iterdir()} == content

    store.write_index(results, [dataclasses.replace(entry, values_in="0" * 40)])
    assert publish.repack(old) is None  # fetched: the commit has its SHA-256
    assert unchanged()
    store.write_index(results, [])
    with pytest.raises(HistoryError, match="not among the published runs"):
        publish.repack(old)
    assert unchanged()
    store.write_index(results, [entry])
    (old / store.GZIP).write_bytes(files.pack(store.text_of(old / store.GZIP) + b"{}\n"))
    content = {path: path.read_bytes() for path in old.iterdir()}
    with pytest.raises(summaries.SummaryError, match="was not derived from this blocks file"):
        publish.repack(old)
    assert unchanged()
    (old / store.GZIP).write_bytes(b"damaged")
    content = {path: path.read_bytes() for path in old.iterdir()}
    with pytest.raises(store.StoreError, match=r"blocks\.jsonl\.gz: cannot be unpacked"):
        publish.repack(old)
    assert unchanged()


def test_the_command_packs_every_published_run(old, root, monkeypatch, capsys):
    monkeypatch.setattr(runs, "ROOT", root)
    before = store.load(old)
    assert main(["repack"]) == 0
    assert f"{old.name}: " in (told := capsys.readouterr().out)
    assert "the same values" in told
    assert store.load(old) == before
    assert main(["repack", str(old)]) == 0
    assert capsys.readouterr().out == ""


def test_private_words_are_found_in_packed_files_too(root, monkeypatch):
    source = write(root)
    monkeypatch.setattr(redact.platform, "node", lambda: "secrethost.example")
    lines = store.text_of(source / store.BLOCKS)
    (source / store.BLOCKS).write_bytes(
        packing.pack(lines.replace(b'"started":"', b'"started":"secrethost ', 1))
    )
    with pytest.raises(publish.PublishError, match=r"blocks\.xz contains 'secrethost'"):
        publish.publish(source, machine="test-2vcpu", root=root)
    assert not (root / store.RESULTS / "test-2vcpu" / source.name).exists()


def test_a_published_run_is_never_changed(root):
    source = write(root)
    copy = shutil.copytree(source, root / "copy" / source.name)
    run = store.read_run(copy)
    (copy / "run.json").write_bytes(files.to_json(dataclasses.replace(run, flags=("another",))))
    publish.publish(source, machine="test-2vcpu", root=root)
    with pytest.raises(publish.PublishError, match="never changed"):
        publish.publish(copy, machine="test-2vcpu", root=root)
    assert copy.exists()


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from ftguide.suite import publish, summaries
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
{} = die
publish.publish(Path(sys.argv[1]), machine="test-2vcpu", root=Path(sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there, and stay")
@pytest.mark.parametrize("at", ["summaries.write", "publish._enter", "shutil.rmtree"])
def test_what_a_killed_publication_left_goes_with_the_next(root, at):
    source, results = write(root), root / store.RESULTS
    program = [sys.executable, "-c", KILLED.format(at), str(source), str(root)]
    assert subprocess.run(program, cwd=ROOT, check=False).returncode == -signal.SIGKILL

    def hidden():
        return [path for path in results.rglob(".*") if path.is_dir()]

    assert hidden()
    if not source.exists():
        source = write(root, run_id=source.name.replace("20", "21", 1))
    publish.publish(source, machine="test-2vcpu", root=root)
    assert hidden() == []


def test_an_index_can_be_rebuilt_and_keeps_withdrawals(root):
    publish.publish(write(root), machine="test-2vcpu", root=root)
    results = root / store.RESULTS
    (entry,) = store.read_index(results).runs
    store.write_index(results, [dataclasses.replace(entry, withdrawn="wrong clock")])
    damaged = write(root, run_id="20261124T000000Z-00000000")
    (damaged / "run.json").write_text("{")  # a local one, which no index of published runs has
    assert publish.reindex(results) == 1
    assert store.read_index(results).runs[0].withdrawn == "wrong clock"


def entry_of(folder):
    (entry,) = [e for e in store.read_index(ROOT / store.RESULTS).runs if e.run_id == folder.name]
    return entry


RUNS = [
    store.folder_of(ROOT / store.RESULTS, entry)
    for entry in store.read_index(ROOT / store.RESULTS).runs
]


@pytest.mark.parametrize("folder", slow_but(RUNS[-3:], RUNS), ids=lambda folder: folder.name)
class TestPublishedData:
    """What this repository has published."""

    def test_it_names_nobody(self, folder):
        blocks = store.blocks_path(folder)
        rest = [path for path in sorted(folder.iterdir()) if path != blocks]
        assert redact.leaks(rest) == []
        if blocks.exists():
            assert redact.leaks_in([("the blocks", store.text_of(blocks))]) == []

    def test_its_summary_is_of_this_run_and_of_this_code(self, folder):
        assert summaries.load(folder).run.run_id == folder.name

    def test_it_has_its_page(self, folder):
        assert (ROOT / stubs.stub_path(folder.name)).read_text() == stubs.stub(folder.name)

    def test_every_gil_state_is_the_expected_one(self, folder):
        if entry_of(folder).values_in:
            pytest.skip("its values lie in the repository's history (`fetch` brings them back)")
        for block in store.load(folder).blocks:
            for name, record in block.arms.items():
                expected = Arm.parse(name).gil_expected
                assert (record.gil_before, record.gil_after) == (expected, expected)


def test_limits_hold_per_line(root, monkeypatch):
    source = write(root)
    files_of = len(list(source.iterdir())) + 1  # its summary
    monkeypatch.setattr(publish, "MOST_FILES", files_of - 1)
    with pytest.raises(publish.PublishError, match=rf"a published run has at most {files_of - 1}"):
        publish.publish(source, machine="test-2vcpu", root=root)
    shutil.rmtree(source)
    interpreters = {
        build: dataclasses.replace(facts, version="3.15.0")
        for build, facts in make_stored(blocks=2).run.interpreters.items()
    }
    source = write(root, lines={"3.15": interpreters})
    monkeypatch.setattr(publish, "MOST_BYTES", 1000)
    with pytest.raises(
        publish.PublishError, match=rf"over 2 lines has at most {2 * files_of - 2} files and 2000"
    ):
        publish.publish(source, machine="test-2vcpu", root=root)
    monkeypatch.setattr(publish, "MOST_BYTES", 10**6)
    target = publish.publish(source, machine="test-2vcpu", root=root)
    assert [*store.read_run(target).lines] == ["3.15"]


def test_lines_that_are_not_alike_are_not_published(root):
    source = write(root, line_differences=("3.13: lto: GIL-enabled True, free-threaded False",))
    with pytest.raises(publish.PublishError, match=r"not like for like: 3\.13: lto"):
        publish.publish(source, machine="test-2vcpu", root=root)
