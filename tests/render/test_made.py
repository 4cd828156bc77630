"""What a build need not make again: only a file that is as it was made, from the same, by the same code."""

import os
from pathlib import Path

import pytest

from ftguide.render import made
from ftguide.render.made import Made


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file that was made with the key `a`, and noted in made.json."""
    path = tmp_path / "page.md"
    path.write_text("made", encoding="utf-8")
    known = Made(tmp_path / made.NAME)
    known.note(path, "a")
    known.write()
    return path


def test_a_file_that_was_made_is_held_by_the_next_build(target: Path) -> None:
    known = Made(target.with_name(made.NAME))
    assert known.holds(target, "a")
    assert not known.holds(target, "b")
    assert not known.holds(target.with_name("other.md"), "a")


def test_a_file_that_somebody_touched_is_made_again(target: Path) -> None:
    known = Made(target.with_name(made.NAME))
    target.write_text("Made", encoding="utf-8")
    os.utime(target, ns=(1, 1))
    assert not known.holds(target, "a")
    target.unlink()
    assert not known.holds(target, "a")


def test_other_code_makes_everything_again(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_code", lambda: "other")
    assert not Made(target.with_name(made.NAME)).holds(target, "a")


def test_the_key_of_the_code_follows_every_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.jinja").write_text("one", encoding="utf-8")
    monkeypatch.setattr(made, "_CODE", tmp_path)
    before = made._code()
    (tmp_path / "page.jinja").write_text("three", encoding="utf-8")
    assert made._code() != before


def test_a_file_that_is_as_it_was_is_not_looked_into_again(target: Path) -> None:
    looked: list[str] = []

    def look() -> tuple[str, ...]:
        looked.append(target.read_text(encoding="utf-8"))
        return ("found", looked[-1])

    known = Made(target.with_name(made.NAME))
    assert known.found_in(target, look) == ("found", "made")
    known.write()
    known = Made(target.with_name(made.NAME))
    assert known.found_in(target, look) == ("found", "made")
    assert looked == ["made"]
    target.write_text("touched", encoding="utf-8")
    assert known.found_in(target, look) == ("found", "touched")
    target.unlink()
    assert known.found_in(target, look) == ()
    assert looked == ["made", "touched"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"code": 1}', b"\xff", b"[]"])
def test_a_list_that_cannot_be_read_says_nothing(target: Path, content: bytes) -> None:
    path = target.with_name(made.NAME)
    path.write_bytes(content)
    assert not Made(path).holds(target, "a")


def test_parts_of_a_key_do_not_run_together() -> None:
    assert made.key_of("ab", "c") != made.key_of("a", "bc")
    assert made.key_of("ab") == made.key_of(b"ab")


def test_files_that_are_absent_have_a_key_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "absent"
    before = made.key_of_files([path])
    path.touch()
    assert made.key_of_files([path]) != before
