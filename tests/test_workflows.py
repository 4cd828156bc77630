"""The workflows give no rights away, and call only what there is."""

import os
import re

import pytest
import yaml

from benchmarks.workloads.declare import Group
from ftguide.cli import main
from ftguide.ground.files import ROOT

FOLDER = ROOT / ".github" / "workflows"
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


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_a_job_can_write_only_where_no_foreign_code_runs(name, job):
    writes = {right for right, level in job.get("permissions", {}).items() if level == "write"}
    assert not writes or job["name"] in WRITERS, (name, writes)
    if writes:
        commands = " ".join(step.get("run", "") for step in job["steps"])
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
    for step in job["steps"]:
        assert "${{" not in step.get("run", ""), name


def test_only_actions_of_the_code_host_are_used():
    used = set(re.findall(r"uses: (\S+)", " ".join(p.read_text() for p in FOLDER.glob("*.yml"))))
    assert all(action.startswith("actions/") for action in used), used


def test_every_session_and_verb_that_is_called_exists():
    text = " ".join(path.read_text() for path in FOLDER.glob("*.yml"))
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
