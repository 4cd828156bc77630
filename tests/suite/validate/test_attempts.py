"""The log of attempts: appended whatever the outcome, with the commit that was measured."""

import json
import subprocess

import pytest

from ftguide.suite.validate import (
    attempts,
)


def test_an_attempt_is_logged_whether_it_reached_its_goals_or_not(log, capsys):
    assert attempts.record("precision", {"narrow": False, "quick": True}, {"half_width": 0.02}) == 1
    assert attempts.record("precision", {"narrow": True}, {"half_width": 0.01}) == 0
    first, second = map(json.loads, log.read_text().splitlines())
    assert (first["script"], first["commit"], first["figures"]) == (
        "precision",
        "c" * 40,
        {"half_width": 0.02},
    )
    assert (first["goals"], second["goals"]) == ({"narrow": False, "quick": True}, {"narrow": True})
    assert capsys.readouterr().out.splitlines() == [
        "MISSED   narrow",
        "reached  quick",
        "reached  narrow",
    ]


def test_a_commit_is_dirty_when_anything_but_the_log_differs(tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(attempts, "ROOT", tmp_path)
    monkeypatch.setattr(attempts, "LOG", tmp_path / "attempts.jsonl")

    def git(*words):
        author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ["git", "-C", tmp_path, *author, *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    (tmp_path / "code.py").write_text("1\n")
    attempts.LOG.write_text("{}\n")
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    head = git("rev-parse", "HEAD")
    assert attempts.commit() == head
    attempts.LOG.write_text("{}\n{}\n")
    assert attempts.commit() == head
    (tmp_path / "code.py").write_text("2\n")
    assert attempts.commit() == f"{head}-dirty"


@pytest.mark.parametrize(("head", "told"), [("a" * 40, f"{'a' * 40}-dirty"), (None, "")])
def test_a_tree_that_git_does_not_tell_about_is_not_called_that_of_its_commit(
    monkeypatch, head, told
):
    monkeypatch.undo()
    monkeypatch.setattr(attempts, "git", lambda _, word, *__: None if word == "status" else head)
    assert attempts.commit() == told
