"""Commands of the arms, and what is refused of a reader's own."""

import functools

import pytest

from benchmarks.services import work
from ftguide.ground.vocabulary import Arm, UnknownNameError
from ftguide.services.declare import stacks
from ftguide.services.declare.presets import preset
from ftguide.services.declare.stacks import CommandError, own, select

BY_SLUG = {stack.slug: stack for stack in stacks.STACKS}


def words(slug: str, arm: str) -> list[str]:
    return BY_SLUG[slug].words(Arm.parse(arm), python="PY", port=80)


@pytest.mark.parametrize(
    ("arm", "workers", "threads"),
    [
        ("gil-single", "1", "1"),
        ("gil-processes-2", "2", "1"),
        ("gil-threads-2", "1", "2"),
        ("ft-threads-2", "1", "2"),
        ("ft-threads-2-again", "1", "2"),
    ],
)
def test_gunicorn_gets_processes_and_threads(arm, workers, threads):
    command = words("flask-gunicorn", arm)
    assert command[:3] == ["PY", "-m", "gunicorn"]
    assert command[command.index("--workers") + 1] == workers
    assert command[command.index("--threads") + 1] == threads
    assert "127.0.0.1:80" in command


@pytest.mark.parametrize("arm", ["gil-processes-2", "ft-threads-2"])
def test_granian_gets_workers_whatever_they_are(arm):
    for slug in ("flask-granian", "starlette-granian"):
        command = words(slug, arm)
        assert command[command.index("--workers") + 1] == "2"


def test_arms_are_those_that_the_server_has():
    everything = [str(arm) for arm in stacks.ARMS]
    assert [str(arm) for arm in BY_SLUG["flask-gunicorn"].arms] == everything
    # Its workers are processes with the GIL, so there are no two threads to compare with.
    assert [str(arm) for arm in BY_SLUG["flask-granian"].arms] == [
        name for name in everything if name != "gil-threads-2"
    ]


def test_nothing_listens_outside_the_loopback():
    for stack in stacks.STACKS:
        text = " ".join(stack.command)
        assert "127.0.0.1" in text
        assert "0.0.0.0" not in text  # noqa: S104


def test_a_command_without_spreading_has_single_arms():
    stack = own("{python} app.py {port}", ["/"])
    assert [str(arm) for arm in stack.arms] == ["gil-single", "ft-single"]
    stack = own("{python} app.py {port} {threads}", ["/", "/x"])
    assert [str(arm) for arm in stack.arms] == [
        "gil-single",
        "ft-single",
        "gil-threads-2",
        "ft-threads-2",
        "ft-threads-2-again",
    ]
    assert [route.slug for route in stack.routes] == ["url-1", "url-2"]


@pytest.mark.parametrize(
    ("command", "paths", "said"),
    [
        ("python app.py {port}", ["/"], "{python}"),
        ("{python} app.py", ["/"], "{port}"),
        ("{python} {port} {cores}", ["/"], "{cores}"),
        ("{python} {port}", [], "--url"),
        ("{python} {port}", ["items"], "'items'"),
        ("{python} {port}", ["/a b"], "'/a b'"),
        ("{python} {port}", ["/\x1b[31m"], "--url"),
    ],
)
def test_what_is_no_service_is_refused(command, paths, said):
    with pytest.raises(CommandError) as raised:
        own(command, paths)
    assert said in str(raised.value)


def test_names_that_do_not_exist():
    with pytest.raises(UnknownNameError, match="flask-gunicorn"):
        select(["flask-gunicron"])
    with pytest.raises(UnknownNameError, match="quick"):
        preset("quik")
    assert [stack.slug for stack in select(["starlette-uvicorn"])] == ["starlette-uvicorn"]


def test_the_distance_is_the_one_known_another_way():
    @functools.cache
    def far(i, j):
        if not i or not j:
            return i + j
        same = work.LEFT[i - 1] == work.RIGHT[j - 1]
        return min(far(i - 1, j) + 1, far(i, j - 1) + 1, far(i - 1, j - 1) + (not same))

    for i in range(0, len(work.LEFT) + 1, 50):  # so that the recursion stays shallow
        for j in range(0, len(work.RIGHT) + 1, 50):
            far(i, j)
    assert far(len(work.LEFT), len(work.RIGHT)) == work.DISTANCE
    assert work.distance("kitten", "sitting") == 3
    assert work.distance("", "abc") == 3


def test_answers_are_judged():
    assert work.refusal("compute", b'{"distance": %d}' % work.DISTANCE) is None
    assert work.refusal("compute", b'{"distance": 1}') == "another answer than the route's"
    assert work.refusal("json", b"<html>") == "not JSON"
    assert work.refusal("template", b"<tr>") == "not the page of twenty items"
    with pytest.raises(KeyError):
        work.refusal("nothing", b"")
