"""A *stack* is an application under a server; an arm of it is a build and a way to spread requests.

The command of a stack is a template. `{python}` and `{port}` are filled in for every arm, and so are
`{processes}` and `{threads}` (of one process), and `{workers}`, their product, for servers whose workers are
processes on a GIL-enabled build and threads on a free-threaded one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks.services import work
from ftguide.ground.vocabulary import Arm, Build, ExpectedError, Mode, UnknownNameError
from ftguide.services.declare import MINE

#: Returns what is wrong with the body of an answer, None for a right one.
Check = Callable[[bytes], str | None]

#: All arms in the order of tables; `-again` is a copy, whose ratio to the original shows the noise.
ARMS: Final = (
    Arm(Build.GIL, Mode.SINGLE),
    Arm(Build.FREE_THREADED, Mode.SINGLE),
    Arm(Build.GIL, Mode.PROCESSES, 2),
    Arm(Build.GIL, Mode.THREADS, 2),
    Arm(Build.FREE_THREADED, Mode.THREADS, 2),
    Arm(Build.FREE_THREADED, Mode.THREADS, 2, replicate=True),
)
_FIELD = re.compile(r"\{([^{}]*)\}")
FIELDS = frozenset({"python", "port", "processes", "threads", "workers"})


class CommandError(ExpectedError):
    """A command that cannot be a service; the message quotes it and says what to change."""


def threads_of(arm: Arm) -> int:
    """Return how many threads for requests a process of an arm has."""
    return arm.workers if arm.mode is Mode.THREADS else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An address of the application, and what it must answer."""

    slug: str  #: `[a-z0-9-]+`
    path: str
    title: str
    check: Check
    database: bool = False  #: whether it asks the database


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """An application under a server."""

    slug: str  #: `[a-z0-9-]+`, permanent
    title: str
    interface: str  #: WSGI, ASGI, or "" for a reader's own
    command: tuple[str, ...]  #: a template
    because: str  #: how it spreads requests over threads, one sentence
    routes: tuple[Route, ...]
    about: str = ""  #: address that says whether the GIL is on; "" where there is none
    modules: tuple[str, ...] = ()  #: that the interpreters must have
    threads_by_environment: bool = False  #: of a process: the application reads SERVICE_THREADS
    without: tuple[Mode, ...] = ()  #: modes that the server does not have on a GIL-enabled build

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The ways in which this stack can be served, in the order of tables."""
        used = {field for word in self.command for field in _FIELD.findall(word)}
        spread = {
            Mode.THREADS: bool(used & {"threads", "workers"}) or self.threads_by_environment,
            Mode.PROCESSES: bool(used & {"processes", "workers"}),
        }
        return tuple(
            arm
            for arm in ARMS
            if spread.get(arm.mode, True)
            and not (arm.build is Build.GIL and arm.mode in self.without)
        )

    def words(self, arm: Arm, *, python: str, port: int) -> list[str]:
        """Return the command that serves an arm on a port."""
        threads = threads_of(arm)
        processes = arm.workers if arm.mode is Mode.PROCESSES else 1
        values = {
            "python": python,
            "port": str(port),
            "threads": str(threads),
            "processes": str(processes),
            "workers": str(threads * processes),
        }
        return [_FIELD.sub(lambda match: values[match[1]], word) for word in self.command]


def _check(slug: str) -> Check:
    return lambda body: work.refusal(slug, body)


ROUTES: Final = tuple(
    Route(slug=slug, path=f"/{slug}", title=title, check=_check(slug), database=slug == "query")
    for slug, title in {
        "json": "JSON from memory",
        "template": "a page from a template",
        "query": "twenty rows from PostgreSQL",
        "compute": "some milliseconds of bytecode",
    }.items()
)

_GRANIAN = (
    *("{python}", "-m", "granian", "--host", "127.0.0.1", "--port", "{port}"),
    *("--workers", "{workers}", "--no-access-log", "--log-level", "warning"),
)
_FLASK = ("flask", "psycopg_pool")
_STARLETTE = ("starlette", "jinja2", "psycopg_pool")

STACKS: Final = (
    Stack(
        slug="flask-gunicorn",
        title="Flask under gunicorn",
        interface="WSGI",
        command=(
            *(
                "{python}",
                "-m",
                "gunicorn",
                "--worker-class",
                "gthread",
                "--workers",
                "{processes}",
            ),
            *("--threads", "{threads}", "--bind", "127.0.0.1:{port}", "--log-level", "warning"),
            *("--keep-alive", "60", "benchmarks.services.flask_app:app"),
        ),
        because="Its worker class gthread gives every process a pool of threads for requests.",
        routes=ROUTES,
        about="/about",
        modules=(*_FLASK, "gunicorn"),
    ),
    Stack(
        slug="flask-granian",
        title="Flask under granian",
        interface="WSGI",
        command=(
            *(*_GRANIAN, "--interface", "wsgi", "--blocking-threads", "1"),
            "benchmarks.services.flask_app:app",
        ),
        because="Its workers are processes on a GIL-enabled build and threads on a free-threaded one.",
        routes=ROUTES,
        about="/about",
        modules=(*_FLASK, "granian"),
        without=(Mode.THREADS,),
    ),
    Stack(
        slug="starlette-uvicorn",
        title="Starlette under uvicorn",
        interface="ASGI",
        command=(
            *("{python}", "-m", "uvicorn", "--host", "127.0.0.1", "--port", "{port}"),
            *("--workers", "{processes}", "--no-access-log", "--log-level", "warning"),
            "benchmarks.services.starlette_threads:app",
        ),
        because="One event loop a process; plain functions run in threads beside it, as many as "
        "SERVICE_THREADS says.",
        routes=ROUTES,
        about="/about",
        modules=(*_STARLETTE, "uvicorn", "httptools", "uvloop"),
        threads_by_environment=True,
    ),
    Stack(
        slug="starlette-granian",
        title="Starlette under granian",
        interface="ASGI",
        command=(*_GRANIAN, "--interface", "asgi", "benchmarks.services.starlette_loop:app"),
        because="Every worker has an event loop of its own: in a process on a GIL-enabled build, in a "
        "thread on a free-threaded one.",
        routes=ROUTES,
        about="/about",
        modules=(*_STARLETTE, "granian"),
        without=(Mode.THREADS,),
    ),
)


def select(only: list[str]) -> list[Stack]:
    """Choose stacks by slug, all of them where none is named; UnknownNameError offers the nearest."""
    known = {stack.slug: stack for stack in STACKS}
    for slug in only:
        if slug not in known:
            raise UnknownNameError("service", slug, known)
    return [stack for stack in STACKS if not only or stack.slug in only]


def own(command: str, paths: list[str]) -> Stack:
    """Make a stack of a reader's command and addresses; CommandError says what it lacks."""
    words = command.split()
    fields = {field for word in words for field in _FIELD.findall(word)}
    if unknown := fields - FIELDS:
        raise CommandError(
            f"--service {command!r} has {{{min(unknown)}}}, which nothing fills in; there are "
            f"{', '.join(f'{{{field}}}' for field in sorted(FIELDS))}"
        )
    if missing := {"python", "port"} - fields:
        raise CommandError(
            f"--service {command!r} has no {{{min(missing)}}}: write the command with {{python}} for "
            'each interpreter and {port} for the port, such as "{python} -m gunicorn --bind '
            '127.0.0.1:{port} app:app"'
        )
    if not paths:
        raise CommandError(
            "--service needs --url PATH, the address to ask for, such as /; repeatable"
        )
    for path in paths:
        if not path.startswith("/") or not path.isprintable() or " " in path:
            raise CommandError(
                f"--url {path!r} is no path on the service; write one that begins with /"
            )
    routes = tuple(
        Route(slug=f"url-{number}", path=path, title=path, check=lambda _body: None)
        for number, path in enumerate(paths, start=1)
    )
    return Stack(
        slug=MINE,
        title="your service",
        interface="",
        command=tuple(words),
        because="As its command says.",
        routes=routes,
    )
