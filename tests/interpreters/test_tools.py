"""A tool that fails, hangs or is not there is an error in its own words."""

import os
import sys

import pytest

from ftguide.interpreters import tools
from ftguide.interpreters.tools import ToolError
from tests.interpreters.conftest import script


def ask(code, **options):
    return tools.ask([sys.executable, "-I", "-c", code], environ=os.environ, **options)


def test_an_answer():
    assert ask("import sys; print(sys.stdin.read().upper())", request="yes").strip() == "YES"


def test_a_failure_has_the_words_of_the_tool():
    code = "import sys\nfor n in range(9): print('line', n, file=sys.stderr)\nsys.exit(2)"
    with pytest.raises(ToolError) as caught:
        ask(code)
    assert caught.value.reason == "line 8"
    assert caught.value.tail().splitlines() == [f"line {n}" for n in range(3, 9)]
    with pytest.raises(ToolError, match="ended with status 2, without a word"):
        ask("raise SystemExit(2)")


def test_a_tool_that_hangs_is_stopped():
    with pytest.raises(ToolError, match="stopped after 1 s"):
        ask("import time; time.sleep(600)", seconds=1)


def test_a_tool_that_is_not_there_is_named():
    with pytest.raises(ToolError, match=r"/nowhere/cc: .*(No such file|cannot find)"):
        tools.ask(["/nowhere/cc"], environ=os.environ)


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_uv_works_in_the_given_environment_and_never_in_the_caller_s(tmp_path, monkeypatch):
    program = script(tmp_path / "uv", 'echo "$VIRTUAL_ENV|$1"')
    monkeypatch.setattr(tools.uv, "find_uv_bin", lambda: str(program))
    environ = {**os.environ, "VIRTUAL_ENV": "/caller"}
    assert tools.ask_uv("build", environ=environ, seconds=60) == "|build\n"
    given = tools.ask_uv("build", environ=environ, seconds=60, virtual_env=tmp_path)
    assert given == f"{tmp_path}|build\n"
