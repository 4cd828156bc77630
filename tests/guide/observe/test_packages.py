"""What has a wheel is installed, what has none is left out by name, and nothing at all is an error."""

from pathlib import Path

import pytest

from ftguide.ground import files
from ftguide.ground.vocabulary import Build
from ftguide.guide.observe import packages
from ftguide.guide.observe.packages import Environments
from ftguide.interpreters.model import InterpreterError
from ftguide.interpreters.tools import ToolError

LOCK = """\
# written by uv
hypothesis==6.1 \\
    --hash=sha256:00
pytest-timeout==2.4.0 \\
    --hash=sha256:11
pytest==9.2.0 ; python_version > '3' \\
    --hash=sha256:22 \\
    --hash=sha256:33
"""


@pytest.fixture
def uv(monkeypatch):
    """Stand for uv: `without` are the packages that have no wheel, `calls` what was asked."""
    without, calls = set(), []

    def ask(*words, **_options):
        calls.append(words)
        if "install" in words:
            lock = Path(words[-1]).read_text()
            if any(f"\n{name}==" in f"\n{lock}" for name in without):
                raise ToolError("no wheel")
        elif "venv" in words:
            (Path(words[-1]) / "bin").mkdir(parents=True)

    monkeypatch.setattr(packages.tools, "ask_uv", ask)
    return without, calls


@pytest.fixture
def made(root, pair, uv):
    """Make the environments of the pair and return them."""
    (root / packages.REQUIREMENTS).write_text(LOCK)

    def make(snippet):
        environments = Environments({Build.GIL: pair.gil}, root)
        environments.prepare(snippet)
        return environments

    return make


@pytest.fixture(autouse=True)
def described(monkeypatch):
    """Ask no interpreter of an environment where it is: none was made."""
    monkeypatch.setattr(packages.execute, "target", lambda one, path: (one.executable, path))


@pytest.mark.interpreters
def test_a_lock_that_installs_is_installed_once(made, snippet, uv):
    one = snippet("x", ":needs: hypothesis pytest")
    assert made(one).lacking(one, Build.GIL) == ()
    assert len(uv[1]) == 2
    assert made(one).lacking(one, Build.GIL) == ()
    assert len(uv[1]) == 2
    assert all("--only-binary=:all:" in words for words in uv[1] if "install" in words)


@pytest.mark.interpreters
def test_a_package_without_a_wheel_is_left_out_and_remembered(made, snippet, uv):
    uv[0].add("hypothesis")
    one = snippet("x", ":needs: hypothesis pytest")
    other = snippet("x", ":needs: pytest-timeout")
    for _ in range(2):  # the second time from what the first one wrote
        environments = made(one)
        assert environments.lacking(one, Build.GIL) == ("hypothesis",)
        assert environments.lacking(other, Build.GIL) == ()
    assert len([words for words in uv[1] if "install" in words]) == 1 + 3


@pytest.mark.interpreters
def test_nothing_at_all_is_an_error(made, snippet, uv):
    uv[0].update({"hypothesis", "pytest", "pytest-timeout"})
    with pytest.raises(InterpreterError, match="could not be installed"):
        made(snippet("x", ":needs: pytest"))


@pytest.mark.interpreters
def test_what_another_process_makes_is_not_taken_away(made, root, snippet, uv, monkeypatch):
    monkeypatch.setattr(packages, "_WAIT_SECONDS", 0)
    one = snippet("x", ":needs: pytest")
    made(one)
    (ready,) = root.glob("_build/snippets/*/ready")
    ready.unlink()  # as it looks while it is made
    lock = ready.parent.with_name(f"{ready.parent.name}.lock")
    with files.held(lock), pytest.raises(InterpreterError, match="another process") as raised:
        made(one)
    assert str(lock) in str(raised.value)
    assert (ready.parent / "bin").is_dir()
    assert len(uv[1]) == 2
    made(one)
    assert len(uv[1]) == 4
