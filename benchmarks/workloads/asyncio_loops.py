"""One event loop per thread: what asyncio gains from a second thread, and where it gains nothing.

An event loop belongs to one thread, so every worker makes its own, once, in set-up (making loops
is slow and not what is asked). Nothing passes between the loops. Three workloads keep the loop
busy: tasks, callbacks, bytes through a socket pair. In the fourth nearly all time is waiting.
"""

from __future__ import annotations

import asyncio
import atexit
import socket
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What asyncio needs of CPython.
NEEDS: Final = ("asyncio", "_asyncio", "_socket")


def _close(
    loop: asyncio.AbstractEventLoop, ends: Sequence[socket.socket | asyncio.StreamWriter]
) -> None:
    for end in ends:
        end.close()
    loop.run_until_complete(asyncio.sleep(0))  # a transport closes in a turn of its loop
    loop.close()


def _loop(
    _worker: int, ends: Sequence[socket.socket | asyncio.StreamWriter] = ()
) -> asyncio.AbstractEventLoop:
    """Return a new loop that lives as long as the process, with ends of connections to close then.

    A loop that is left to its finaliser complains when its sockets have been finalised before it.
    """
    loop = asyncio.new_event_loop()
    atexit.register(_close, loop, ends)
    return loop


# --- asyncio-gather ---------------------------------------------------------

TASKS: Final = 50
#: Added to a task's number, so that no result is an immortal small integer.
OFFSET: Final = 1000


async def _double(number: int) -> int:
    """Give way twice, as a task that awaits something, then answer."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return 2 * (number + OFFSET)


async def _gather_tasks(loops: int) -> tuple[int, int]:
    done = total = 0
    for _ in range(loops):
        total += sum(await asyncio.gather(*map(_double, range(TASKS))))
        done += 1
    return done, total


def _gather(local: asyncio.AbstractEventLoop, _shared: None, loops: int) -> tuple[int, int]:
    return local.run_until_complete(_gather_tasks(loops))


def _check_tasks(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "gathered rounds")
        # An arithmetic series: twice the numbers from OFFSET to OFFSET + TASKS - 1.
        expect(total, loops * TASKS * (2 * OFFSET + TASKS - 1), "sum of the tasks' answers")


# --- asyncio-call-soon ------------------------------------------------------

LINKS: Final = 200


def _link(
    loop: asyncio.AbstractEventLoop, left: int, weight: int, end: asyncio.Future[int]
) -> None:
    """Schedule the next callback of a chain, or end it."""
    if left:
        loop.call_soon(_link, loop, left - 1, weight + left, end)
    else:
        end.set_result(weight)


def _chain(local: asyncio.AbstractEventLoop, _shared: None, loops: int) -> tuple[int, int]:
    done = total = 0
    for _ in range(loops):
        end = local.create_future()
        local.call_soon(_link, local, LINKS, 0, end)
        total += local.run_until_complete(end)
        done += 1
    return done, total


def _check_chain(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "chains of callbacks")
        expect(total, loops * LINKS * (LINKS + 1) // 2, "weight of all chains")


# --- asyncio-streams --------------------------------------------------------

LINES: Final = 20
LINE: Final = b"line %03d of a small request, as long as a header of HTTP would be\n"


#: Ends a conversation.
BYE: Final = b"bye\n"


class Line(NamedTuple):
    """A loop, and both ends of a connection through a socket pair."""

    loop: asyncio.AbstractEventLoop
    near: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    far: tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _line(worker: int) -> Line:
    writers: list[asyncio.StreamWriter] = []
    loop = _loop(worker, writers)
    near, far = socket.socketpair()

    async def connect() -> Line:
        line = Line(
            loop,
            await asyncio.open_connection(sock=near),
            await asyncio.open_connection(sock=far),
        )
        writers.extend((line.near[1], line.far[1]))
        return line

    return loop.run_until_complete(connect())


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Send every line back in capitals until one says goodbye."""
    served = 0
    while (line := await reader.readline()) != BYE:
        writer.write(line.upper())
        await writer.drain()
        served += 1
    return served


async def _talk(line: Line, loops: int) -> tuple[int, int, bytes]:
    reader, writer = line.near
    server = asyncio.create_task(_serve(*line.far))
    length = 0
    answer = b""
    for _ in range(loops):
        for number in range(LINES):
            writer.write(LINE % number)
            await writer.drain()
            answer = await reader.readline()
            length += len(answer)
    writer.write(BYE)
    return await server, length, answer


def _stream(local: Line, _shared: None, loops: int) -> tuple[int, int, bytes]:
    return local.loop.run_until_complete(_talk(local, loops))


def _check_lines(results: Sequence[tuple[int, int, bytes]], loops: int) -> None:
    for served, length, answer in results:
        expect(served, loops * LINES, "lines served")
        expect(length, loops * LINES * len(LINE % 0), "bytes of all answers")
        expect(answer, (LINE % (LINES - 1)).upper(), "last answer")


# --- io-wait ----------------------------------------------------------------

CLIENTS: Final = 4
#: Seconds until a client has its answer; a timer stands in for a server far away.
FAR_AWAY: Final = 0.002


class Wires(NamedTuple):
    """A loop and the socket pairs of its clients: (client's end, far end)."""

    loop: asyncio.AbstractEventLoop
    pairs: tuple[tuple[socket.socket, socket.socket], ...]


def _wires(worker: int) -> Wires:
    pairs = tuple(socket.socketpair() for _ in range(CLIENTS))
    for near, _ in pairs:
        near.setblocking(False)  # noqa: FBT003 - its signature
    return Wires(_loop(worker, [end for pair in pairs for end in pair]), pairs)


async def _ask(
    loop: asyncio.AbstractEventLoop, near: socket.socket, far: socket.socket, number: int
) -> int:
    """Wait for an answer that comes `FAR_AWAY` later; return the number in it."""
    loop.call_later(FAR_AWAY, far.send, b"%d" % (number + OFFSET))
    return int(await loop.sock_recv(near, 64))


async def _ask_all(wires: Wires, loops: int) -> tuple[int, int]:
    done = total = 0
    for _ in range(loops):
        questions = [
            _ask(wires.loop, near, far, number) for number, (near, far) in enumerate(wires.pairs)
        ]
        total += sum(await asyncio.gather(*questions))
        done += 1
    return done, total


def _wait(local: Wires, _shared: None, loops: int) -> tuple[int, int]:
    return local.loop.run_until_complete(_ask_all(local, loops))


def _check_answers(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "rounds of questions")
        expect(total, loops * sum(OFFSET + number for number in range(CLIENTS)), "sum of answers")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="asyncio-gather",
        version=1,
        title="Tasks in an event loop per thread",
        question="Do event loops full of tasks run side by side when each has a thread of its own?",
        group=Group.ASYNCIO,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "A loop, its tasks and its futures belong to one thread, and since 3.14 asyncio keeps "
            "its lists of tasks per thread."
        ),
        explained_at="benchmarks/method",
        setup_local=_loop,
        run=_gather,
        check=_check_tasks,
        requires=NEEDS,
    ),
    Workload(
        slug="asyncio-call-soon",
        version=1,
        title="Chains of callbacks in an event loop per thread",
        question="Does the bare event loop scale over threads, one callback after the other?",
        group=Group.ASYNCIO,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Callbacks, handles and contexts are made and run by one thread, and every turn of a "
            "loop asks its own selector."
        ),
        explained_at="benchmarks/method",
        setup_local=_loop,
        run=_chain,
        check=_check_chain,
        requires=NEEDS,
    ),
    Workload(
        slug="asyncio-streams",
        version=1,
        title="Lines through streams in an event loop per thread",
        question="How much do threads gain when their event loops move small messages over sockets?",
        group=Group.ASYNCIO,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because=(
            "Each loop talks to itself through its own pair of sockets; the kernel's part runs in "
            "parallel on either build, and Python's part only without the GIL."
        ),
        explained_at="benchmarks/method",
        setup_local=_line,
        run=_stream,
        check=_check_lines,
        requires=NEEDS,
    ),
    Workload(
        slug="io-wait",
        version=1,
        title="Waiting for answers from far away",
        question="Is the GIL in the way of threads that mostly wait for the network?",
        group=Group.ASYNCIO,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="A thread that waits has released the GIL, so both builds wait for all at once.",
        explained_at="benchmarks/method",
        setup_local=_wires,
        run=_wait,
        check=_check_answers,
        requires=NEEDS,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
