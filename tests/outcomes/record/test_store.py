"""Observations on disk: appended, read back, and what is damaged named with its remedy."""

import json
import re
from dataclasses import replace

import pytest

from ftguide.ground.machine import Platform, describe
from ftguide.ground.vocabulary import Build
from ftguide.outcomes.record import store
from ftguide.outcomes.record.model import SCHEMA, Configuration, Observation, Ran, Subject
from ftguide.outcomes.record.store import StoreError

HERE = Configuration(pinned=True, short_switch=True, warm=True)
SUBJECT = Subject(
    version="3.14.7",
    build=Build.FREE_THREADED,
    gil=False,
    compiler="GCC 12.2.0",
    optimised=True,
    binary_sha256="0" * 64,
)


def made(**changes):
    values = {
        "schema": SCHEMA,
        "run": "20261128T000000Z-00000000",
        "preset": "default",
        "test": "fine",
        "hash": "f" * 64,
        "subject": SUBJECT,
        "observed_at": "2026-11-28T00:00:00Z",
        "seconds": 1.0,
        "processes": (Ran(configuration=HERE, samples=3, counts={"2": 2, "1": 1}),),
    }
    return Observation(**{**values, **changes})


def test_what_is_appended_is_read_back(tmp_path):
    one, other = made(), made(observed_at="2026-11-29T00:00:00Z")
    path = store.append("local", other, "family", tmp_path)
    store.append("local", one, "family", tmp_path)
    assert path == tmp_path / "outcomes" / "observed" / "local" / "3.14.7t" / "family.jsonl"
    stored = store.read("local", tmp_path)
    assert stored.observations == (one, other)  # the oldest first
    assert stored.problems == ()
    assert [file.name for file in path.parent.iterdir() if file.suffix != ".lock"] == [path.name]


def test_a_line_that_a_killed_run_left_is_cut_off(tmp_path):
    path = store.append("local", made(), "family", tmp_path)
    with path.open("ab") as stream:
        stream.write(b'{"schema": 1, "ru')
    store.append("local", made(test="other"), "family", tmp_path)
    assert [seen.test for seen in store.read("local", tmp_path).observations] == ["fine", "other"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda line: line[: len(line) // 2], "truncated"),
        (lambda line: line.replace(b'"schema":1', b'"schema":99'), "schema 99"),
        (lambda line: line.replace(b'"samples":3', b'"samples":4'), "do not add up"),
        (
            lambda line: line.replace(b'"samples":3', b'"samples":"many"'),
            r"\$\.processes\[0\]\.samples",
        ),
        (lambda line: line.replace(b'"3.14.7"', b'"3.15.1"'), "lies in the folder of 3.14.7t"),
        (lambda line: b"[1, 2]", "object"),
    ],
)
def test_a_damaged_line_is_named_and_the_others_are_used(tmp_path, change, what):
    path = store.append("local", made(), "family", tmp_path)
    store.append("local", made(test="other"), "family", tmp_path)
    first, second, _ = path.read_bytes().split(b"\n")
    path.write_bytes(change(first) + b"\n" + second + b"\n")
    stored = store.read("local", tmp_path)
    assert [seen.test for seen in stored.observations] == ["other"]
    (problem,) = stored.problems
    assert problem.where == "outcomes/observed/local/3.14.7t/family.jsonl:1"
    assert re.search(what, str(problem)), problem
    assert "Restore the file" in str(problem) or "newer one" in str(problem)


def test_a_folder_that_names_no_interpreter_is_named(tmp_path):
    folder = tmp_path / "outcomes" / "observed" / "local" / "snake"
    folder.mkdir(parents=True)
    (folder / "family.jsonl").write_text("{}\n")
    (problem,) = store.read("local", tmp_path).problems
    assert "'snake' names no interpreter" in str(problem)


@pytest.mark.parametrize("name", ["", "../up", "Big", "a b"])
def test_a_machine_has_a_name_that_can_be_a_folder(name, tmp_path):
    with pytest.raises(StoreError, match="cannot name a machine"):
        store.folder_of(name, tmp_path)


def test_two_machines_do_not_share_a_name(tmp_path):
    machine = replace(describe(Platform()), name="epyc")
    store.write_machine(machine, tmp_path)
    store.write_machine(machine, tmp_path)
    assert store.read_machine("epyc", tmp_path) == machine
    with pytest.raises(StoreError, match="is another machine"):
        store.write_machine(replace(machine, fingerprint="0" * 64), tmp_path)


def test_a_damaged_machine_file_is_named(tmp_path):
    path = store.folder_of("epyc", tmp_path) / store.MACHINE_FILE
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"name": 3}))
    with pytest.raises(StoreError, match=r"machine\.json.*Restore"):
        store.read_machine("epyc", tmp_path)


def test_columns_are_in_the_order_of_lines_and_builds():
    subjects = [
        Subject(**{**vars_of(SUBJECT), "version": version, "build": build, "gil": gil})
        for version, build, gil in (
            ("3.15.0rc2", Build.FREE_THREADED, False),
            ("3.14.7", Build.FREE_THREADED, True),
            ("3.14.7", Build.FREE_THREADED, False),
            ("3.9.1", Build.GIL, True),
            ("3.14.7", Build.GIL, True),
        )
    ]
    assert store.interpreters([made(subject=subject) for subject in subjects]) == [
        "3.9.1",
        "3.14.7",
        "3.14.7t",
        "3.14.7t-gil-on",
        "3.15.0rc2t",
    ]


def vars_of(record):
    return {name: getattr(record, name) for name in record.__slots__}
