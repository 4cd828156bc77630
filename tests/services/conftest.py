"""Services that behave or misbehave, and a stage to measure them on: no package, no wrk."""

import contextlib
import dataclasses
import itertools
import os
import socket
import sys
from pathlib import Path

import pytest

from ftguide.ground.machine import Platform
from ftguide.ground.process import clean_environment
from ftguide.ground.process.keeper import Keeper
from ftguide.ground.vocabulary import Build
from ftguide.services.declare.presets import PRESETS
from ftguide.services.declare.stacks import Route, Stack
from ftguide.services.observe import block, load
from ftguide.services.observe import run as runs
from ftguide.services.observe.block import Stage
from ftguide.services.observe.load import Generator
from ftguide.services.observe.server import HOST

HERE = Path(__file__).parent


def right(body: bytes) -> str | None:
    return None if body == b"right" else "another answer"


def stack_of(way: str, slug: str = "specimen", *, about: str = "/about") -> Stack:
    return Stack(
        slug=slug,
        title=f"A specimen that is {way}",
        interface="WSGI",
        command=("{python}", str(HERE / "specimen.py"), "{port}", way, "{processes}", "{threads}"),
        because="It has threads.",
        routes=tuple(
            Route(slug=name, path=f"/{name}", title=f"route {name}", check=right)
            for name in ("one", "two")
        ),
        about=about,
    )


_NUMBERS = itertools.count(os.getpid() * 128)


def own_port():
    """Return a free port, and one that the other processes of the tests are not told is free as well.

    Whoever starts a service first would have it. The system gives no program such a port by itself.
    """
    for number in _NUMBERS:
        port = 10_000 + number % 20_000
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return port
    raise AssertionError


@pytest.fixture
def stage(tmp_path, pair, monkeypatch):
    # What stands for wrk is a Python program, which a busy machine starts slowly.
    monkeypatch.setattr(load, "_GRACE_SECONDS", 120.0)
    monkeypatch.setattr(block, "free_port", own_port)
    folder = tmp_path / "stage"
    folder.mkdir()
    environ = clean_environment(folder, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    with Keeper(folder) as keeper:
        yield Stage(
            pythons={build: python.executable for build, python in pair.builds.items()},
            environ=dict.fromkeys(Build, environ),
            generator=Generator(program=str(HERE / "wrk.py"), version="wrk 9.9.9"),
            on=Platform(),
            folder=folder,
            work=folder,
            mark=keeper.mark,
            patience=120.0,
        )


@pytest.fixture
def measured(pair, stage, tmp_path):
    """Return what measures some stacks into a file of their own, and hears what happens."""

    def measure(*stacks, preset="smoke"):
        size = PRESETS[preset]
        # Slices of whole seconds, because the stand-in for wrk is a Python program, which a SIGINT may
        # meet too early; and few blocks, because that program takes its time to start.
        size = dataclasses.replace(size, seconds=float(size.slices), passes=min(size.passes, 2))
        head = runs.new_head(
            runs.make_plan(stacks, size, seed=1, cpus=2),
            pair,
            on=stage.on,
            packages={"flask": "3.1.3"},
            generator=stage.generator.version,
            database="none was asked for",
            flags=(),
        )
        path = runs.store.begin(head, tmp_path)
        events = []
        stored = runs.Execution(path, stacks, stage, database=False).run(events.append)
        return stored, events, path

    return measure
