"""The store: corrupt and foreign files are named, writing is whole or not at all."""

import json
from dataclasses import replace

import msgspec
import pytest

from ftguide.ground import files
from ftguide.ground.vocabulary import Build, UnknownNameError
from ftguide.suite.record import store
from ftguide.suite.record.model import SCHEMA, Cost, Failure, IndexEntry, Line
from ftguide.suite.record.writer import RunFolder
from tests.suite.derive.builder import make_blocks, make_plan, make_run
from tests.synthetic import facts

FAILURE = Line(
    failure=Failure(workload="nbody", index=0, arm="ft-single", kind="raised", message="no")
)


@pytest.fixture
def folder(tmp_path):
    run = make_run()
    with RunFolder.create(tmp_path, run) as held:
        held.append(FAILURE)
        held.append(Line(loops={"nbody": 3}))
    return tmp_path / run.run_id


def test_what_is_written_is_read_back(folder):
    assert store.load(folder).failures == (FAILURE.failure,)
    assert store.read_lines(folder)[1].loops == {"nbody": 3}
    assert store.read_run(folder).run_id == folder.name


def test_an_unfinished_last_line_is_left_out_and_cut_off_on_resume(folder):
    path = folder / "blocks.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"block": {"work')
    assert len(store.read_lines(folder)) == 2
    with RunFolder.resume(folder) as held:
        assert path.read_bytes() == whole
        held.append(FAILURE)
    assert len(store.read_lines(folder)) == 3


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda raw: raw[:100], "truncated"),
        (lambda raw: b"", "truncated"),
        (lambda raw: raw.replace(b'"pinned": true', b'"pinned": "yes"'), r"\$\.pinned"),
        (lambda raw: raw.replace(b'"run_id"', b'"id"'), "run_id"),
        (lambda raw: b"\x80\x04pickle", "truncated or not one of ours"),
    ],
)
def test_a_damaged_run_is_named_with_place_and_remedy(folder, damage, told):
    path = folder / "run.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(store.StoreError, match=told) as caught:
        store.load(folder)
    assert str(path) in str(caught.value)
    assert "restore it" in str(caught.value)


def test_a_damaged_line_is_named_by_number(folder):
    path = folder / "blocks.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"nbody":3}', b'{"nbody":"3"}'))
    with pytest.raises(store.StoreError, match=r"blocks\.jsonl, line 2: Expected `int`"):
        store.load(folder)


def test_a_run_of_another_schema_is_refused(folder):
    path = folder / "run.json"
    data = json.loads(path.read_text()) | {"schema": SCHEMA + 1}
    path.write_text(json.dumps(data))
    with pytest.raises(store.StoreError, match=f"schema {SCHEMA + 1}"):
        store.load(folder)


def test_a_run_in_a_folder_of_another_name_is_refused(folder):
    with pytest.raises(store.StoreError, match="does not match its folder"):
        store.load(folder.rename(folder.with_name("20260101T000000Z-00000000")))


def test_a_broken_archive_is_named(folder):
    (folder / "blocks.jsonl.gz").write_bytes(files.pack(b"{}\n")[:-4])
    with pytest.raises(store.StoreError, match=r"blocks\.jsonl\.gz: cannot be unpacked"):
        store.load(folder)


def test_an_archive_that_unpacks_to_too_much_is_refused(folder, monkeypatch):
    monkeypatch.setattr(store, "MAX_UNPACKED_BYTES", 1000)
    (folder / "blocks.jsonl.gz").write_bytes(files.pack(b"\n" * 2000))
    with pytest.raises(store.StoreError, match="more than 1000 bytes"):
        store.load(folder)


@pytest.mark.parametrize("machine", ["../../etc", "", "A", "a/b", ".hidden"])
def test_an_index_cannot_lead_out_of_its_folder(tmp_path, machine):
    entry = IndexEntry(
        run_id="20260101T000000Z-00000000",
        machine=machine,
        started="",
        preset="full",
        python="3.14.7",
        compiler="GCC",
        citable=True,
    )
    (tmp_path / "index.json").write_bytes(
        msgspec.json.encode({"schema": SCHEMA, "runs": [msgspec.to_builtins(entry)]})
    )
    with pytest.raises(store.StoreError, match=r"\$\.runs\[0\]"):
        store.read_index(tmp_path)


def test_a_folder_without_an_index_has_no_runs(tmp_path):
    assert store.read_index(tmp_path).runs == ()


def test_a_run_folder_has_one_writer(folder):
    with (
        RunFolder.resume(folder),
        pytest.raises(store.StoreError, match="another process"),
        RunFolder.resume(folder),
    ):
        pass


def test_a_full_disk_keeps_the_finished_blocks(folder):
    """RLIMIT_FSIZE stands in for a full disk: write() fails in the same place."""
    resource = pytest.importorskip("resource")
    before = (folder / "blocks.jsonl").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with RunFolder.resume(folder) as held:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
        try:
            with pytest.raises(
                store.StoreError, match=r"jsonl: [A-Z][a-z ]+\. The finished blocks are safe"
            ):
                held.append(FAILURE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert (folder / "blocks.jsonl").read_bytes() == before
        held.append(FAILURE)
    assert len(store.read_lines(folder)) == 3


def test_a_run_folder_without_its_run_is_named(tmp_path):
    with pytest.raises(
        store.StoreError,
        match=r"run\.json: No such file or directory\. Is the run folder complete\?",
    ):
        store.read_run(tmp_path / "20260101T000000Z-00000000")


def test_an_archive_is_whole_and_its_last_line_too(folder):
    """What a killed run leaves is forgiven in `blocks.jsonl` only: an archive is made of a whole one."""
    lines = (folder / "blocks.jsonl").read_bytes()
    packed = folder / "blocks.jsonl.gz"
    packed.write_bytes(files.pack(lines.replace(b"\n", b"\n\n")))
    assert len(store.read_lines(folder)) == 2
    packed.write_bytes(files.pack(lines[:-1]))
    with pytest.raises(store.StoreError, match=r"blocks\.jsonl\.gz: its last line is cut off"):
        store.read_lines(folder)


def test_what_was_written_twice_counts_once_and_the_first_time(folder):
    plan = make_plan("nbody", ["gil-single"])
    blocks = make_blocks(plan, {"gil-single": [1e-5, 2e-5]})
    costs = [
        Cost(
            workload="nbody",
            version=1,
            source_hash="ab" * 32,
            arm=arm,
            start_seconds=(seconds,),
            peak_pss_bytes=None,
            samples=1,
        )
        for arm, seconds in (("gil-single", 0.1), ("ft-single", 0.2), ("gil-single", 0.3))
    ]
    with RunFolder.resume(folder) as held:
        for block in (*blocks, replace(blocks[0], seconds=99.0)):
            held.append(Line(block=block))
        for cost in costs:
            held.append(Line(cost=cost))
        held.append(Line(failure=replace(FAILURE.failure, message="later")))
    stored = store.load(folder)
    assert stored.blocks == tuple(blocks)
    assert stored.costs == tuple(costs[:2])
    assert stored.failures == (FAILURE.failure,)


def entry(run_id="20260101T000000Z-00000000", **changes):
    made = IndexEntry(
        run_id=run_id,
        machine="epyc",
        started="2026-01-01T00:00:00Z",
        preset="full",
        python="3.14.7",
        compiler="GCC",
        citable=True,
        workloads=96,
    )
    return replace(made, **changes)


@pytest.mark.parametrize("run_id", ["../../etc", "", "20260101T000000Z-0000000g"])
def test_an_index_names_runs_by_their_ids(tmp_path, run_id):
    store.write_index(tmp_path, [entry(), entry(run_id)])
    with pytest.raises(store.StoreError, match=r"\$\.runs\[[01]\] names run"):
        store.read_index(tmp_path)


def test_an_index_is_written_newest_first_and_read_back(tmp_path):
    old, new = entry(), entry("20260202T000000Z-00000000", started="2026-02-02T00:00:00Z")
    twin = replace(new, run_id="20260202T000000Z-00000001")
    for results in (tmp_path / "made" / "now", tmp_path):
        for order in ([old, new, twin], [twin, old, new]):
            store.write_index(results, order)
            assert store.read_index(results).runs == (twin, new, old)


def test_a_local_run_lies_beside_its_index_and_a_published_one_below_its_machine(tmp_path):
    one = entry()
    assert store.folder_of(tmp_path, one) == tmp_path / "epyc" / one.run_id
    assert store.folder_of(tmp_path, replace(one, machine="local")) == tmp_path / one.run_id


def test_a_run_is_citable_when_the_pair_is_alike_optimised_and_pinned():
    run = make_run([make_plan("nbody"), make_plan("richards")])
    found = store.entry_of(run)
    assert (found.run_id, found.machine, found.python) == (run.run_id, "local", "3.14.7")
    assert (found.preset, found.compiler, found.workloads) == ("full", "GCC 12.2.0", 2)
    assert found.citable
    slow = {
        build: {**run.interpreters, build: replace(facts, pgo=False)}
        for build, facts in run.interpreters.items()
    }
    for changes in (
        {"differences": ("compiler",)},
        {"pinned": False},
        *({"interpreters": interpreters} for interpreters in slow.values()),
    ):
        assert not store.entry_of(replace(run, **changes)).citable


def test_the_runs_that_stand_come_whole_citable_and_full_ones_first():
    """Withdrawn ones are out; less than half of the workloads of the largest is not whole."""
    names = {
        "quick": entry(preset="quick"),
        "withdrawn": entry(withdrawn="wrong CPU", workloads=1000),
        "not citable": entry(citable=False),
        "part": entry(workloads=47),
        "half": entry(workloads=48),
        "full": entry(),
    }
    named = {id(one): name for name, one in names.items()}
    found = [named[id(one)] for one in store.standing(names.values())]
    assert found == ["half", "full", "quick", "part", "not citable"]
    assert store.standing([]) == []


def test_a_run_is_found_by_path_and_by_id_and_a_misspelt_one_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROOT", tmp_path)
    results, run_id = tmp_path / store.RESULTS, "20260101T000000Z-00000000"
    folder = results / "local" / run_id
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    assert store.find(str(folder)) == store.find(run_id) == store.find(run_id, "local") == folder
    with pytest.raises(UnknownNameError, match=run_id):
        store.find(run_id[:-1])
    with pytest.raises(UnknownNameError):
        store.find(run_id, "epyc")


@pytest.mark.parametrize("machine", "abcdyz")
def test_of_a_published_run_the_public_folder_is_found(tmp_path, monkeypatch, machine):
    """Whatever the order in which the file system lists them."""
    monkeypatch.setattr(files, "ROOT", tmp_path)
    results, run_id = tmp_path / store.RESULTS, "20260101T000000Z-00000000"
    for name in (machine, "local"):
        (results / name / run_id).mkdir(parents=True)
        (results / name / run_id / "run.json").write_text("{}")
    assert store.find(run_id) == results / machine / run_id
    assert store.folders(results)[0].parent.name == machine


def test_what_is_being_published_is_no_run_and_a_local_run_is_not_published(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROOT", tmp_path)
    results, run_id = tmp_path / store.RESULTS, "20260101T000000Z-00000000"
    for parent in ("zen", "local", "alder", ".publish-1.kept", "local/.publish-2.kept"):
        (results / parent / run_id).mkdir(parents=True)
        (results / parent / run_id / "run.json").write_text("{}")
    (results / "zen" / f".{run_id}").mkdir()
    (results / "zen" / f".{run_id}" / "run.json").write_text("{}")
    named = [folder.parent.name for folder in store.folders(results)]
    assert named == ["alder", "zen", "local"]
    assert [folder.parent.name for folder in store.published(results)] == ["alder", "zen"]
    assert [folder.parent.name for folder in store.folders(results, "zen")] == ["zen"]


@pytest.mark.parametrize(
    ("lines", "arm", "told"),
    [
        ({"3.15t": ("gil", "ft")}, "ft-single", r"\$\.lines\['3\.15t'\] is not a line"),
        ({"../x": ("gil", "ft")}, "ft-single", r"is not a line, such as 3\.15"),
        ({"3.15": ("gil",)}, "ft-single", "with both of its builds"),
        ({"3.15": ("gil", "ft")}, "ft-single@3.16", r"nbody has the arm 'ft-single@3\.16'"),
        ({}, "ft-single@3.15", r"\$\.lines has no '3\.15'"),
    ],
)
def test_lines_of_a_foreign_run_are_checked(tmp_path, lines, arm, told):
    pairs = {
        line: {Build(name): facts(Build(name), version=f"{line}.0") for name in pair}
        for line, pair in lines.items()
    }
    run = make_run([make_plan("nbody", ["gil-single", arm])], lines=pairs)
    with RunFolder.create(tmp_path, run) as held:
        pass
    with pytest.raises(store.StoreError, match=told):
        store.read_run(held.folder)


@pytest.mark.parametrize(("line", "version"), [("3.15", "3.14.7"), ("3.14", "3.14.6")])
def test_a_line_with_the_interpreters_of_another_is_refused(tmp_path, line, version):
    """Nobody may call one interpreter by two lines, or two by the main line."""
    pair = {build: facts(build, version=version) for build in Build}
    run = make_run([make_plan("nbody", ["gil-single"])], lines={line: pair})
    with RunFolder.create(tmp_path, run) as held:
        pass
    with pytest.raises(
        store.StoreError, match=rf"\['{line}'\] has an interpreter of version '{version}'"
    ):
        store.read_run(held.folder)


def test_a_run_without_lines_reads_as_one_of_its_line(folder):
    path = folder / "run.json"
    run = store.read_run(folder)
    assert (run.lines, run.line_differences, run.in_order) == ({}, (), {"3.14": ""})
    old = json.loads(path.read_bytes())
    del old["lines"], old["line_differences"]
    path.write_text(json.dumps(old))
    assert store.read_run(folder) == run
    assert [str(target) for target in run.targets] == ["gil", "ft"]


def test_lines_that_differ_make_a_run_not_citable():
    entry = store.entry_of(make_run())
    assert entry.citable
    assert not store.entry_of(make_run(line_differences=("compiler",))).citable
    slow = {"3.15": {build: facts(build, pgo=False) for build in Build}}
    assert not store.entry_of(make_run(lines=slow)).citable
