"""Sessions are read without a shell, and what a shell would do is refused."""

import pytest

from ftguide.ground.vocabulary import Build
from ftguide.guide.declare import console
from ftguide.guide.declare.finding import PageError, Place

SESSION = """\
$ PYTHON_GIL=1 python3.14t -c "print('a | b')"
a | b
$ python x.py
$ echo $?
1
"""


def test_commands_with_their_outputs():
    first, second, third = console.commands(SESSION, Place("page.md", 1))
    assert (first.build, first.env) == (Build.FREE_THREADED, (("PYTHON_GIL", "1"),))
    assert (first.words, first.output) == (("-c", "print('a | b')"), "a | b")
    assert (second.build, second.words, second.output) == (None, ("x.py",), "")
    assert (third.echo, third.output) == (True, "1")


def test_rendering_is_the_inverse():
    session = console.commands(SESSION, Place("page.md", 1))
    assert console.render(session, [one.output for one in session]) == SESSION


@pytest.mark.parametrize(
    ("name", "build"), [("python3.14", Build.GIL), ("python3.13t", Build.FREE_THREADED)]
)
def test_names_choose_builds(name, build):
    (one,) = console.commands(f"$ {name} x", Place("page.md", 1))
    assert one.build is build
    assert console.builds([one], tuple(Build)) == (build,)


def test_plain_python_runs_on_each():
    session = console.commands("$ python x\n$ python3.14t y", Place("page.md", 1))
    assert console.builds(session, tuple(Build)) == tuple(Build)


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("rm -rf /", "'rm -rf /' does not start with python"),
        ("python x | sh", "'|' is the shell's"),
        ("python x;rm y", "';' is the shell's"),
        ("python x && rm y", "'&&' is the shell's"),
        ("python x > /etc/passwd", "'>' is the shell's"),
        ("X=1", "'X=1' does not start with python"),
        ("pythonic", "'pythonic' does not start with python"),
        ("./python3.14", "does not start with python"),
        ("python 'x", "Close the quotes"),
        ("", "does not start with python"),
    ],
)
def test_what_only_a_shell_could_do_is_refused(command, what):
    with pytest.raises(PageError) as caught:
        console.commands(f"$ python ok\n$ {command}\n", Place("page.md", 9), first=11)
    assert str(caught.value).startswith("page.md:12: ")
    assert what in str(caught.value)


def test_a_session_begins_with_a_command():
    with pytest.raises(PageError, match=r"page\.md:4: a console session begins with"):
        console.commands("hello\n", Place("page.md", 3), first=4)
