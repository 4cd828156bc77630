"""Asking the index about many packages at once, within a time; what fails is one line, and stops nothing."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ftguide.tracker.check import offers
from ftguide.tracker.check.offers import Release
from ftguide.tracker.observe.index import Index, IndexFile, IndexPage, UnknownPackageError
from ftguide.tracker.record.model import CompatError

#: Requests at a time: enough to hide an answer's way, few enough for an index with other guests.
WORKERS = 12
#: For all packages together, and for one.
SECONDS = 60.0
SECONDS_EACH = 15.0


@dataclass(slots=True, kw_only=True)
class Asked:
    """What an index said."""

    releases: dict[str, tuple[Release, ...]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)  #: the index does not know them
    problems: dict[str, str] = field(default_factory=dict)  #: by package: why there is no answer


def look_up(
    names: Iterable[str],
    index: Index,
    *,
    seconds: float = SECONDS,
    workers: int = WORKERS,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Asked:
    """Ask about every package; returns within `seconds`, whatever the index does.

    The threads are daemons: one that hangs in a system call is left behind when the time is up.
    """
    wanted = sorted(set(names))
    left: queue.SimpleQueue[str] = queue.SimpleQueue()
    ready: queue.SimpleQueue[tuple[str, tuple[Release, ...] | Exception]] = queue.SimpleQueue()
    for name in wanted:
        left.put(name)
    for _ in range(min(workers, len(wanted))):
        threading.Thread(target=_work, args=(index, left, ready), daemon=True).start()
    deadline = time.monotonic() + seconds
    asked = Asked()
    for number in range(1, len(wanted) + 1):
        try:
            name, answer = ready.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        _note(asked, name, answer)
        progress(number, len(wanted))
    for name in wanted:
        if name not in asked.releases and name not in asked.absent and name not in asked.problems:
            asked.problems[name] = (
                f"package {name}: the index did not answer within {seconds:g} s for all packages; "
                "ask again (answers are kept), give --index-seconds, or use --offline"
            )
    return asked


def look_into(folder: Path, names: Iterable[str]) -> Asked:
    """Take the files of a folder for what an index offers; raises `CompatError` for an unreadable one."""
    try:
        files = tuple(IndexFile(filename=path.name, url=path.name) for path in folder.iterdir())
    except OSError as error:
        raise CompatError(f"{folder}: {error.strerror or error}") from error
    asked = Asked()
    for name in names:
        asked.releases[name] = offers.releases(name, IndexPage(name=name, files=files))
    return asked


def _work(
    index: Index,
    left: queue.SimpleQueue[str],
    ready: queue.SimpleQueue[tuple[str, tuple[Release, ...] | Exception]],
) -> None:
    while True:
        try:
            name = left.get_nowait()
        except queue.Empty:
            return
        try:
            ready.put((name, offers.releases(name, index.page(name))))
        except Exception as error:  # noqa: BLE001 - what an index can make us stumble over is its answer
            ready.put((name, error))


def _note(asked: Asked, name: str, answer: tuple[Release, ...] | Exception) -> None:
    match answer:
        case UnknownPackageError():
            asked.absent.add(name)
        case CompatError():
            asked.problems[name] = str(answer)
        case Exception():
            kind = type(answer).__name__
            asked.problems[name] = f"package {name}: the index's answer is not understood ({kind})"
        case _:
            asked.releases[name] = answer
