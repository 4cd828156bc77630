"""Starting a child so that it takes nothing of the caller's along, and ending all that came of it."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import psutil

from ftguide.ground.process.memory import is_alive, look, session_members, tree

#: Without these some systems start no program at all; no secret is among them.
_PASSED_ON = ("LD_LIBRARY_PATH", "NIX_LD", "SYSTEMROOT")
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
#: What the kernel gets to end what was killed; it needs a millisecond.
_DEATH_SECONDS = 1.0
#: What goes on starting others is hunted for so long.
_END_SECONDS = 4.0
#: A program is loaded by then; what hides its arguments and its environment does so for ever.
_LOADING_SECONDS = 1.0
_PAUSE_SECONDS = 0.02


def passed_on(*names: str) -> dict[str, str]:
    """Return what every child needs of the caller's environment, and what is there of some `names`."""
    return {name: os.environ[name] for name in (*_PASSED_ON, *names) if name in os.environ}


def clean_environment(folder: Path, *, path: str | None = None, **more: str) -> dict[str, str]:
    """Return an environment in which home and temporary files are below `folder`.

    `path` is the child's PATH, the caller's without it. `more` are variables to add or to replace.
    """
    return {
        **passed_on(),
        "PATH": path if path is not None else os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **more,
    }


def without(environ: Mapping[str, str], *prefixes: str) -> dict[str, str]:
    """Return an environment without the variables whose names begin so, such as PYTHON."""
    return {name: value for name, value in environ.items() if not name.startswith(prefixes)}


@functools.cache
def dying_with_parent(signal_name: str = "KILL") -> tuple[str, ...]:
    """Return the prefix of a command that has the kernel signal it when this process dies.

    Empty where the system has no such thing (not Linux, or no setpriv). A prefix and not a function to
    call in the child: forking with hooks is not safe in a program with threads. make passes SIGTERM on
    to the compilers it runs; for everything else KILL is right.
    """
    return _working(("setpriv", "--pdeathsig", signal_name, "--"))


@functools.cache
def without_network() -> tuple[str, ...]:
    """Return the prefix that takes the network away from a command; empty where that is not allowed."""
    as_root = ("unshare", "--net", "--")
    return _working(as_root) or _working(("unshare", "--user", "--map-root-user", *as_root[1:]))


def _working(prefix: tuple[str, ...]) -> tuple[str, ...]:
    """Return a prefix that works, its program by its path: a child's PATH may not have it."""
    program = shutil.which(prefix[0])
    if program is None:
        return ()
    prefix = (program, *prefix[1:])
    try:
        done = subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return prefix if done.returncode == 0 else ()


def kill_tree(leader: int, mark: str = "", *, number: int | None = None) -> None:
    """Kill a child's process group, its descendants, and every process that carries its mark.

    The leader must not have been reaped yet: until then its number belongs to no other group.
    `number` is the signal; without it it is SIGKILL, and this returns when they are dead.
    """
    members = tree(leader, mark)
    _signal(leader, members, _KILL if number is None else number)
    if number is None:
        deadline = time.monotonic() + _DEATH_SECONDS
        while any(map(is_alive, members)) and time.monotonic() < deadline:
            time.sleep(0.001)
        end_marked(mark)  # those that were being started meanwhile


def _signal(leader: int, members: set[psutil.Process], number: int) -> None:
    told: set[psutil.Process] = set()
    kill_group = getattr(os, "killpg", None)
    if kill_group is not None:
        group = {member for member in members if _group(member) == leader}
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill_group(leader, number)
            told = group
    for member in members - told:  # a polite signal is sent once: its handler may be at work
        with contextlib.suppress(psutil.Error, OSError):
            member.send_signal(number)


def end_marked(mark: str, *, sessions: Collection[int] = (), looks: int = 1) -> None:
    """Kill who carries a mark or is in one of some sessions, by their leaders, until nobody is left.

    Nobody must be found `looks` times in a row. Gives up after four seconds.
    """
    started = time.monotonic()
    quiet = 0
    while time.monotonic() < started + _END_SECONDS:
        carrying, loading = look(mark)
        alive = {one for one in {*carrying, *session_members(sessions)} if is_alive(one)}
        loading = loading and time.monotonic() < started + _LOADING_SECONDS
        quiet = 0 if alive or loading else quiet + 1
        if quiet == looks:
            return
        for one in alive:
            with contextlib.suppress(psutil.Error, OSError):
                one.kill()
        time.sleep(_PAUSE_SECONDS)


def _group(process: psutil.Process) -> int | None:
    """Return the number of the process group that a process is in, None when it has gone."""
    try:
        return os.getpgid(process.pid)
    except OSError:
        return None
