"""packages.toml: what is written by hand is checked before it becomes a name, an address or an argument."""

import pytest

from ftguide.ground.files import ROOT
from ftguide.tracker.declare import packages
from ftguide.tracker.observe.probe import SMOKE
from ftguide.tracker.record.model import CompatError

ENTRY = '[[package]]\nname = "lxml"\nimports = ["lxml"]\nfield = "parsing"\n'


def test_the_checkout_describes_its_packages():
    found = packages.read(ROOT / packages.PACKAGES)
    assert len(found) == 32
    for package in found:
        assert package.field
        assert not package.smoke or (ROOT / SMOKE / package.smoke).is_file()


def test_every_smoke_script_is_used():
    used = {package.smoke for package in packages.read(ROOT / packages.PACKAGES)}
    assert {path.name for path in (ROOT / SMOKE).glob("*.py")} <= used


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"lxml"\nimp', '"LXML"\nimp', "package 'LXML': the name is not normalised"),
        ('"lxml"\nimp', '"<script>"\nimp', "package '<script>': the name is not normalised"),
        ('"lxml"\nimp', '"../lxml"\nimp', "package '../lxml': the name is not normalised"),
        ('["lxml"]', '["lxml; rm -rf /"]', "'lxml; rm -rf /' is not an import name"),
        ('["lxml"]', "[]", "no import names"),
        ('["lxml"]', '"lxml"', r"Expected `array`, got `str` - at `\$\.package\[0\]\.imports`"),
        ('field = "parsing"', "", "missing required field `field`"),
        ('"parsing"', '"p"\nsmoke = "../../setup.py"', "is not a file name"),
        ('"parsing"', '"p"\nupstream = "javascript:alert(1)"', "is not an https address"),
        ('"parsing"', '"p"\nissue = "https://x/\\"onload"', "is not an https address"),
        ('"parsing"', '"p"\nsuite = {modules = ["--evil"]}', "is not a module name"),
        (
            '"parsing"',
            '"p"\nsuite = {modules = ["m"], requires = ["x @ http://y"]}',
            "distribution",
        ),
        ("[[package]]", "[[package", "at line 1"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, old, new, says):
    path = tmp_path / "packages.toml"
    assert old in ENTRY
    path.write_text(ENTRY.replace(old, new))
    with pytest.raises(CompatError, match=says) as caught:
        packages.read(path)
    assert str(path) in str(caught.value)


def test_described_twice_or_not_at_all(tmp_path):
    path = tmp_path / "packages.toml"
    path.write_text(ENTRY * 2)
    with pytest.raises(CompatError, match="lxml described twice"):
        packages.read(path)
    with pytest.raises(CompatError, match="No such file"):
        packages.read(tmp_path / "nowhere.toml")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CompatError, match=r"packages\.toml"):
        packages.read(path)


def test_choosing(tmp_path):
    path = tmp_path / "packages.toml"
    path.write_text(ENTRY + ENTRY.replace("lxml", "regex"))
    known = packages.read(path)
    assert packages.choose(known, []) == known
    assert [one.name for one in packages.choose(known, ["regex", "regex"])] == ["regex"]
    with pytest.raises(CompatError, match=r"'lxmm' is not described.*lxml, regex"):
        packages.choose(known, ["lxmm"])


def test_nesting_without_end_is_an_error_and_no_crash(tmp_path):
    """Found by the fuzzer on 2026-11-28."""
    path = tmp_path / "packages.toml"
    path.write_text("package = " + "[" * 5000)
    with pytest.raises(CompatError, match=r"packages\.toml: .*Correct the entry"):
        packages.read(path)
