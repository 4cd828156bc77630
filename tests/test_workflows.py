"""The workflows give no rights away, and call only what there is."""

import itertools
import os
import re
import subprocess

import pytest
import yaml

from benchmarks.workloads.declare import Group
from ftguide.cli import main
from ftguide.cli.accept import parts
from ftguide.ground.files import ROOT

FOLDER = ROOT / ".github" / "workflows"
MERGE = yaml.safe_load((ROOT / ".github" / "actions" / "merge" / "action.yml").read_text())
MERGED = ("bench", "outcomes", "probe")
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yml"))}
JOBS = [
    pytest.param(name, job, id=f"{name}-{key}")
    for name, workflow in WORKFLOWS.items()
    for key, job in workflow["jobs"].items()
]
#: Jobs that may write: they run our own code only, on data that `accept` checks.
WRITERS = {"accept the shards", "propose the evidence", "deploy"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_grants_nothing_to_all_its_jobs(name):
    assert WORKFLOWS[name]["permissions"] == {}
    assert "pull_request_target" not in WORKFLOWS[name][True]  # YAML reads `on` as a truth value


def steps_of(job):
    """Return the steps of a job, with those of our own action in its place."""
    for step in job["steps"]:
        yield from MERGE["runs"]["steps"] if step.get("uses", "").startswith("./") else [step]


def texts():
    """Return all that workflows and actions say."""
    paths = (ROOT / ".github").rglob("*.yml")
    return " ".join(path.read_text() for path in sorted(paths))


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_a_job_can_write_only_where_no_foreign_code_runs(name, job):
    writes = {right for right, level in job.get("permissions", {}).items() if level == "write"}
    assert not writes or job["name"] in WRITERS, (name, writes)
    if writes:
        commands = " ".join(step.get("run", "") for step in steps_of(job))
        assert "nox -s probe" not in commands
        assert "nox -s bench" not in commands
    assert job["timeout-minutes"] <= 120


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_no_checkout_leaves_credentials_behind(name, job):
    for step in job["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, name


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_text_from_outside_reaches_a_shell_through_the_environment_only(name, job):
    for step in steps_of(job):
        assert "${{" not in step.get("run", ""), name


def test_only_actions_of_the_code_host_are_used():
    used = set(re.findall(r"uses: (\S+)", texts())) - {"./.github/actions/merge"}
    assert all(action.startswith("actions/") for action in used), used


def test_every_session_and_verb_that_is_called_exists():
    text = texts()
    sessions = re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE)
    assert set(re.findall(r"nox -s ([a-z]+)", text)) <= set(sessions)
    assert set(re.findall(r"python -m ftguide ([a-z]+)", text)) <= main.VERBS.keys()


def test_the_shards_of_bench_are_the_groups_of_the_suite():
    shards = WORKFLOWS["bench"]["jobs"]["measure"]["strategy"]["matrix"]["group"]
    assert set(shards) == {str(group) for group in Group} - {str(Group.MINE)}


def test_the_parts_of_a_job_are_all_there():
    for name in ("outcomes", "probe"):
        (matrix,) = [
            job["strategy"]["matrix"]
            for job in WORKFLOWS[name]["jobs"].values()
            if "strategy" in job
        ]
        assert matrix["part"] == [1, 2, 3, 4]
        assert "$PART/4" in (FOLDER / f"{name}.yml").read_text()


def test_what_proposes_changes_can_be_run():
    assert os.access(ROOT / ".github" / "propose", os.X_OK)


@pytest.mark.parametrize("name", MERGED)
def test_the_parts_that_a_merge_expects_are_those_that_are_uploaded(name):
    jobs = WORKFLOWS[name]["jobs"]
    (measuring,) = (job for job in jobs.values() if "strategy" in job)
    (upload,) = (step for step in measuring["steps"] if "upload-artifact" in step.get("uses", ""))
    matrix = {
        key: values
        for key, values in measuring["strategy"]["matrix"].items()
        if isinstance(values, list)
    }
    uploaded = []
    for values in itertools.product(*matrix.values()):
        name_of = upload["with"]["name"]
        for key, value in zip(matrix, values, strict=True):
            name_of = name_of.replace(f"${{{{ matrix.{key} }}}}", str(value))
        uploaded.append(name_of)
    (merge,) = (step for step in jobs["merge"]["steps"] if step.get("uses", "").startswith("./"))
    assert sorted(parts(merge["with"]["parts"])) == sorted(uploaded)
    assert set(merge["with"]) == set(MERGE["inputs"])


def test_a_merge_fails_after_it_has_kept_what_it_took(tmp_path):
    """Run the steps of the action with programs that fail as they would: the last one tells, and only it."""
    for refused in (False, True):
        place = tmp_path / str(refused)
        place.mkdir()
        (place / "python").write_text(
            f'#!/bin/sh\necho "$@" >> calls\n[ $3 != accept ] || exit {int(refused)}\n'
        )
        (place / "python").chmod(0o755)
        (place / "output").touch()
        statuses = []
        for step in MERGE["runs"]["steps"]:
            if "run" not in step or "propose" in step["run"]:
                continue
            told = dict(re.findall(r"(\w+)=(\w+)", (place / "output").read_text()))
            env = {
                key: told.get("status", "") if "status" in value else "part-{1,2}"
                for key, value in step.get("env", {}).items()
            }
            done = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
                cwd=place,
                env={
                    **env,
                    "PATH": f"{place}:{os.environ['PATH']}",
                    "GITHUB_OUTPUT": str(place / "output"),
                },
                check=False,
            )
            statuses.append(done.returncode)
        assert statuses == [0, 0, 0, int(refused)]
        assert "accept arrived --expect part-{1,2}" in (place / "calls").read_text()
        assert "summarise" in (place / "calls").read_text()


def test_collected_parts_that_fail_are_told_after_the_proposal():
    steps = WORKFLOWS["collect"]["jobs"]["merge"]["steps"]
    last = steps[-1]
    assert last["if"] == "always()"
    assert "propose" in steps[-2]["run"]
    assert last["run"] == 'test "$PARTS $STATUS" = "success 0"'
