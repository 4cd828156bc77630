"""Children of a program without threads, started by forking: the fastest way, and the most delicate.

What starts many children with short lives cannot afford the prefix of `start.dying_with_parent`, another
program to execute. It forks with a function that the child calls; that is safe only where no other
thread runs.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator


def die_with_parent() -> Callable[[], object] | None:
    """Return what a child calls before exec to have the kernel kill it when its parent, this process, dies.

    A closed channel already ends a worker that is waiting. This ends one that is computing, or that
    hangs, when the controller is killed with SIGKILL. Linux only; None elsewhere, where the channel has to
    do.
    """
    prctl = _prctl()
    return None if prctl is None else functools.partial(_begin_child, prctl, os.getpid())


@functools.cache
def _prctl() -> Callable[[int, int], object] | None:
    """Look the call up, once and in the parent: importing ctypes in every child costs more than the fork."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes  # noqa: PLC0415 - optional in CPython, and only needed on Linux

        return ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return None


def _begin_child(prctl: Callable[[int, int], object], parent: int) -> None:
    prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
    if os.getppid() != parent:  # it died before the kernel was asked
        os.kill(os.getpid(), signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # see `interrupts_held`


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Let a Ctrl-C wait while a child is started that calls `die_with_parent`'s function.

    Such a start forks, and what a hook after a fork raises, an interrupt that arrives in it as well, is
    printed and forgotten: the run would go on.
    """
    if die_with_parent() is None:  # no function to call, no fork with hooks
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
