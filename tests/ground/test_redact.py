"""Nothing that tells where and by whom this was run gets through."""

import getpass
import platform
import tempfile
from pathlib import Path

import pytest

from ftguide.ground import redact


def test_places_become_names_and_the_longest_go_first():
    places = {"/opt/py": "<prefix>", "/opt/py/lib/python3.14": "<stdlib>", "/": "<root>"}
    text = "/opt/py/lib/python3.14/abc.py and /opt/py/bin/python"
    assert redact.replace_places(text, places) == "<stdlib>/abc.py and <prefix>/bin/python"


def test_anybody_s_home_and_the_temporary_folder_go():
    text = f"{tempfile.gettempdir()}/x {Path.home()}/y /home/anna/z /Users/bob/w"
    assert redact.anonymous(text, {}) == "<tmp>/x <home>/y <home>/z <home>/w"


@pytest.mark.parametrize("steering", ["\x1b[31m", "\x07", "\r", "\u202e", "\x9b"])
def test_what_a_terminal_obeys_becomes_visible(steering):
    shown = redact.anonymous(f"a{steering}b", {})
    assert steering not in shown
    assert shown.startswith("a")
    assert shown.endswith("b")


def test_leaks_are_found_in_files(tmp_path, monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "seven-of-nine.example")
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    (tmp_path / "run.json").write_text('{"host": "seven-of-nine"}')
    (tmp_path / "blocks.jsonl").write_text("by anna in /home/anna/")
    (tmp_path / "clean.json").write_text("nothing")
    assert redact.leaks(sorted(tmp_path.iterdir())) == [
        "blocks.jsonl contains '/home/'",
        "blocks.jsonl contains 'anna'",
        "run.json contains 'seven-of-nine'",
    ]


def test_unremarkable_names_are_no_leak(tmp_path, monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: "localhost")
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert {"root", "localhost"} & set(redact.private_words()) == set()


def test_a_home_at_the_root_makes_no_slash_private(monkeypatch):
    monkeypatch.setenv("HOME", "/")
    assert "/" not in set(redact.private_words())
