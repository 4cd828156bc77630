"""Services that misbehave are named and contained; what was started is gone afterwards."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ftguide.ground.process.memory import MARK, is_alive, marked
from ftguide.ground.vocabulary import Arm, Build
from ftguide.services.observe import block as blocks
from ftguide.services.observe import load
from ftguide.services.observe.server import Server, ServiceFailedError, cpu_seconds, free_port
from ftguide.services.record.model import Turn
from tests.chance import seen
from tests.services.conftest import HERE, own_port, stack_of
from tests.slow import slow_but

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.interpreters


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a minute, and on a busy machine many times that
def test_all_arms_are_served_and_loaded(measured):
    stored, events, _ = measured(stack_of("right"), preset="full")
    assert stored.finished
    assert stored.failures == ()
    block = stored.blocks[0]
    assert len(stored.blocks) == stored.head.plan.passes
    assert stored.head.plan.slices == 3
    assert [len(arms) for arms in block.order] == [6] * 6 + [4] * 6  # slices of two routes
    assert len(set(block.order[:6])) > 1
    assert list(block.arms) == [
        "gil-single",
        "ft-single",
        "gil-processes-2",
        "gil-threads-2",
        "ft-threads-2",
        "ft-threads-2-again",
    ]
    for name, served in block.arms.items():
        apart = name not in {"gil-threads-2", "ft-threads-2-again"}
        assert [(t.route, t.placement) for t in served.turns] == [
            ("one", "together"),
            ("two", "together"),
            *([("one", "apart"), ("two", "apart")] if apart else []),
        ]
        assert all(t.requests == 15 and t.p99_us == 2100 for t in served.turns)
        assert all(0 < t.cpu_seconds < 5 for t in served.turns)
        assert served.memory.held > 2**20
        assert served.processes == 1
        assert served.threads >= 1
        assert served.start_seconds > 0
    assert events[-1].done == events[-1].total


@pytest.mark.parametrize(
    ("way", "kind", "said"),
    slow_but(
        {("wrong", "wrong-answer", "another answer")},
        [
            ("status", "wrong-answer", "status 500"),
            ("wrong", "wrong-answer", "another answer"),
            ("dies", "refused", "/two"),
        ],
    ),
)
def test_a_route_that_fails_leaves_the_others_alone(measured, way, kind, said):
    stored, _, _ = measured(stack_of(way))
    (failure,) = stored.failures
    assert (failure.route, failure.kind) == ("two", kind)
    assert said in failure.message
    (block,) = stored.blocks
    assert {t.route for served in block.arms.values() for t in served.turns} == {"one"}


def test_a_route_that_is_never_answered(measured, monkeypatch):
    ask_on = Server.ask_on

    def impatient(server, connection, route):
        """Wait half a second for what never comes; for what does, as long as a busy machine needs."""
        if route.slug == "two":
            connection.sock or connection.connect()
            connection.sock.settimeout(0.5)
        ask_on(server, connection, route)

    monkeypatch.setattr(Server, "ask_on", impatient)
    stored, _, _ = measured(stack_of("silent"))
    (failure,) = stored.failures
    assert (failure.route, failure.kind) == ("two", "silent")
    assert len(stored.blocks) == 1


@pytest.mark.parametrize(
    ("way", "kind", "said"),
    slow_but(
        {("lies", "gil-enabled", "GIL")},
        [
            ("ends", "did-not-start", "ended with status 1"),
            ("lies", "gil-enabled", "GIL"),
            ("flood", "flood", "MiB"),
        ],
    ),
)
def test_a_stack_that_fails_leaves_the_others_alone(measured, way, kind, said):
    stored, events, _ = measured(stack_of(way, "bad"), stack_of("right", "good"))
    (failure,) = stored.failures
    assert (failure.stack, failure.route, failure.kind) == ("bad", failure.route, kind)
    assert said in failure.message
    assert [block.stack for block in stored.blocks if block.stack == "good"]
    if way == "ends":
        assert any("could not read its settings" in event.tail for event in events)


def test_a_service_that_never_listens(stage):
    with pytest.raises(blocks.ArmFailedError) as raised:
        stack = stack_of("never")
        blocks.measure(
            stack,
            stack.routes,
            index=0,
            plan=_plan_of(stack),
            stage=replace(stage, patience=1.0),
            now="",
            tick=lambda _words: None,
        )
    assert raised.value.why.kind in {"did-not-start", "refused"}


def started(stage, port):
    """A service that behaves, if it gets its port."""
    return Server(
        stack_of("right").words(
            Arm(Build.GIL, "single"), python=stage.pythons[Build.GIL], port=port
        ),
        port=port,
        folder=stage.folder,
        work=stage.folder,
        environ={**stage.environ[Build.GIL], MARK: stage.mark},
    )


@contextlib.contextmanager
def serving(stage):
    """A service that behaves; its address."""
    port = own_port()
    with started(stage, port) as server:
        server.ready(stack_of("right").routes[0], 120.0)
        yield f"http://127.0.0.1:{port}/one"


def _plan_of(stack):
    from ftguide.services.declare.presets import PRESETS
    from ftguide.services.observe.run import make_plan

    return make_plan([stack], PRESETS["smoke"], seed=1, cpus=2)


@pytest.mark.slow
def test_what_a_service_prints_is_never_stored(measured, monkeypatch):
    monkeypatch.setenv("SECRET", "of-the-caller")
    stored, events, path = measured(stack_of("secret"))
    assert stored.failures
    text = path.read_text()
    assert "password" not in text
    assert "of-the-caller" not in text
    said = "".join(event.tail for event in events)
    assert "hunter2" in said  # what is there to be seen on the terminal
    assert "of-the-caller" not in said  # the service never had it


@pytest.mark.slow
def test_a_port_that_is_taken(stage):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(stage, port) as server, pytest.raises(ServiceFailedError) as raised:
            server.ready(stack_of("right").routes[0], 120.0)
    assert raised.value.kind == "did-not-start"
    assert "Address already in use" in raised.value.tail


@pytest.mark.slow
def test_children_of_a_service_end_with_the_block(measured, stage):
    measured(stack_of("child"))
    seen(lambda: _alive(stage.mark), lambda number: number == 0)


def _alive(mark):
    """Return how many processes with a mark are alive; between two looks something may happen."""
    time.sleep(0.05)
    return sum(map(is_alive, marked(mark)))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_nothing_running_and_no_folder(tmp_path, pair, number):
    program = f"""
import sys, tempfile
from pathlib import Path
from ftguide.ground.process.keeper import Keeper
from ftguide.ground.process import clean_environment
from ftguide.ground.process.memory import MARK
from ftguide.ground.vocabulary import Arm, Build
from ftguide.services.observe.server import Server, free_port
from tests.services.conftest import stack_of
folder = Path({str(tmp_path)!r}) / "stage"
folder.mkdir()
with Keeper(folder) as keeper:
    port = free_port()
    stack = stack_of("child")
    command = stack.words(Arm(Build.GIL, "single"), python={pair.gil.executable!r}, port=port)
    with Server(command, port=port, folder=folder, work=folder,
                environ={{**clean_environment(folder), MARK: keeper.mark}}) as server:
        server.ready(stack.routes[0], 120)
        print(keeper.mark, flush=True)
        sys.stdin.read()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    mark = process.stdout.readline().decode().strip()
    assert mark
    # The service and its child, which may not have its environment yet.
    seen(lambda: _alive(mark), lambda number: number == 2)
    process.send_signal(number)
    process.wait(60)
    process.stdin.close()
    process.stdout.close()
    seen(lambda: (_alive(mark), (tmp_path / "stage").exists()), lambda left: left == (0, False))


@pytest.mark.parametrize(
    ("spends", "looks"),
    [
        ([0.005, 0.004, 0, 0, 0, 0.005], 5),  # the rest of a load, then nothing
        ([0.005, 0, 0, 0.005, 0, 0, 0, 0.005], 7),  # it only waited for a CPU
        ([0.005] * 1000, 100),  # it never rests, and is not waited for: half a second
    ],
)
def test_what_is_left_of_a_load_is_waited_for(monkeypatch, spends, looks):
    clock = iter(range(1000))
    spent = iter([0.0, *itertools.accumulate(spends)])
    server = Server.__new__(Server)
    seen = []
    monkeypatch.setattr(server, "cpu_seconds", lambda: seen.append(next(spent)) or seen[-1])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock) * 0.005)
    monkeypatch.setattr(time, "sleep", lambda seconds: seconds)
    server.settle()
    assert len(seen) - 1 == looks


def test_the_slices_of_a_turn_are_added_up():
    def part(requests, p99):
        return Turn(
            route="one",
            placement="together",
            requests=requests,
            seconds=0.5,
            cpu_seconds=0.25,
            generator_seconds=0.125,
            p50_us=10,
            p99_us=p99,
        )

    turn = blocks._turn([part(1, 100), part(2, 900), part(4, 200)])
    assert (turn.requests, turn.seconds, turn.cpu_seconds) == (7, 1.5, 0.75)
    assert (turn.generator_seconds, turn.p50_us, turn.p99_us) == (0.375, 10, 200)


def test_cpu_time_is_that_of_the_process(pair):
    program = (
        "import time\nuntil = time.process_time() + 0.3\nwhile time.process_time() < until: pass\n"
    )
    process = subprocess.Popen(
        [pair.gil.executable, "-c", program + "print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    used = cpu_seconds(psutil.Process(process.pid))
    process.communicate(b"\n")
    assert 0.3 <= used < 1.5


def test_free_ports_are_free():
    port = free_port()
    assert 1024 <= port < 65536


def test_a_generator_that_is_missing_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(load.GeneratorMissingError, match="apt install wrk"):
        load.find()


def test_wrong_answers_under_load_fail(stage, tmp_path):
    lines = {
        "status": {"status": 3},
        "timeout": {"timeout": 1},
        "read": {"read": 2},
    }
    for name, wrong in lines.items():
        figures = dict.fromkeys(("status", "connect", "read", "write", "timeout"), 0) | wrong
        figures |= {"requests": 10, "microseconds": 10, "p50": 1, "p99": 1}
        program = tmp_path / name
        program.write_text(
            f"#!/bin/sh\necho 'measured {json.dumps(figures, separators=(',', ':'))}'\n"
        )
        program.chmod(0o755)
        generator = load.Generator(program=str(program), version="")
        with pytest.raises(load.LoadError, match=f"{next(iter(wrong.values()))} "):
            generator.load("u", connections=1, seconds=1, folder=tmp_path, environ=dict(os.environ))


def test_a_short_load_that_missed_the_start_of_the_generator_is_tried_again(stage, tmp_path):
    """The next one has a minute: what stands for wrk ends by itself, when it has asked."""
    program = tmp_path / "late"
    program.write_text(
        "#!/bin/sh\n"
        "if mkdir here 2>/dev/null; then kill -INT $$; sleep 60; fi\n"
        f"exec {stage.generator.program} ADDRESS\n"
    )
    program.chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    with serving(stage) as url:
        program.write_text(program.read_text().replace("ADDRESS", url))
        generator = load.Generator(program=str(program), version="")
        loaded = generator.load(
            url, connections=1, seconds=60.9, folder=folder, environ=stage.environ[Build.GIL]
        )
    assert loaded.requests == 5
    assert (folder / "here").is_dir()


def test_the_stand_in_is_found_as_wrk_is(monkeypatch, tmp_path):
    (tmp_path / "wrk").symlink_to(HERE / "wrk.py")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert load.find().version == "wrk 9.9.9"
