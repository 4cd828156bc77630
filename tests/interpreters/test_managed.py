"""uv is asked in a way that fails fast and leaves PATH alone."""

import pytest

from ftguide.interpreters import managed, tools
from ftguide.interpreters.model import Route
from tests.interpreters.conftest import Machine, script

#: Notes what it is asked; manages two builds, the GIL-enabled one older until asked by version.
UV = """
echo "$* retries=$UV_HTTP_RETRIES venv=$VIRTUAL_ENV" >> "$DIARY"
for last; do :; done
case "$*" in
  *install*) test -z "$UV_FAILS" || { printf "error: no\n  cause: dns error\n" >&2; exit 2; } ;;
  *--show-version*) case "$last" in *t) echo 3.97.10 ;; *) echo 3.97.9 ;; esac ;;
  *find*) echo "/managed/$last" ;;
esac
"""


@pytest.fixture
def diary(machine: Machine, monkeypatch):
    uv = script(machine.root / "uv", UV)
    monkeypatch.setattr(tools.uv, "find_uv_bin", lambda: str(uv))
    machine.environ |= {"DIARY": str(machine.root / "asked"), "VIRTUAL_ENV": "/some/venv"}
    return machine.root / "asked"


def test_both_builds_are_installed_in_one_version(machine: Machine, diary):
    found = managed.download("3.97", say=machine.say, environ=machine.environ)
    assert [one.path for one in found] == ["/managed/3.97.10", "/managed/3.97.10t"]
    assert {one.route for one in found} == {Route.UV}
    asked = diary.read_text().splitlines()
    installs = [line for line in asked if " install " in line]
    assert installs == [
        "python install --no-bin 3.97 3.97t retries=0 venv=",
        "python install --no-bin 3.97.10 3.97.10t retries=0 venv=",
    ]
    assert all("--managed-python --system" in line for line in asked if " find " in line)


def test_a_failure_is_one_line_with_its_cause(machine: Machine, diary):
    environ = {**machine.environ, "UV_FAILS": "1"}
    assert managed.download("3.97", say=machine.say, environ=environ) == []
    assert machine.said[-1] == "uv brought nothing: cause: dns error"


def test_without_uv_it_says_so(machine: Machine, monkeypatch):
    def missing() -> str:
        raise FileNotFoundError("no uv here")

    monkeypatch.setattr(tools.uv, "find_uv_bin", missing)
    assert managed.download("3.97", say=machine.say, environ=machine.environ) == []
    assert machine.told("uv brought nothing", "no uv here")
