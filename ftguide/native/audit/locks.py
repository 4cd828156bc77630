"""Where a C or C++ source holds a lock: sections, guards, pairs of calls, callers. Pure."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ftguide.native.audit.once import once_stretches
from ftguide.native.audit.shape import Shape

Stretch = tuple[int, int]

#: The interpreter's macros, and a project's own, which end in the same words.
_BEGIN_END = re.compile(r"\b\w*(BEGIN|END)_CRITICAL_SECTION\w*")
#: An object that holds a lock until its scope ends.
_GUARD = re.compile(
    r"[{}]|\bscoped_critical_section\b|\b(?:std::)?(?:lock_guard|unique_lock|scoped_lock|shared_lock)\b"
    r"|\b(?:\w*[Cc]ritical_?[Ss]ection\w*|\w*(?:[Ll]ock|[Mm]utex)\w*)_?[Gg]uard\b|\bft_object2?_guard\b"
    r"|\b(?:\w*Mutex(?:Reader|Writer)?Lock(?:er)?|\w*(?:Scoped|Auto|Reader|Writer)Lock(?:er)?"
    r"|\w*Critical\w*Section|\w*critical\w*_section)\b"
    r"(?=\s+\w+\s*[({])"
)
#: One of these is in every match: looking for words is much faster.
_GUARD_WORDS = (
    "uard",
    "unique_lock",
    "scoped_lock",
    "shared_lock",
    "scoped_critical",
    "Lock ",
    "Locker ",
    "Lock\t",
    "Section ",
    "_section ",
)
_CALL_WORDS = ("ock", "OCK", "cquire", "CQUIRE", "Enter", "ENTER")
_OPAQUE_GUARD = re.compile(r"critical\w*section|ft_object", re.IGNORECASE)
#: A call that takes or gives back a lock, by its name: `PyMutex_Lock(&m)`, `TABLE_UNLOCK()`, `m.lock()`.
_CALL = re.compile(
    r"(?P<owner>(?:\w+(?:\[[^\]\n]{0,40}\])?(?:\.|->)){0,4})"
    r"\b(?P<name>\w*(?:[Ll]ock|LOCK|[Aa]cquire|ACQUIRE|release|Release|RELEASE|Enter|Leave|ENTER|LEAVE)\w*)"
    r"\s*\((?P<first>[^(),;{}]{0,80}(?:\([^();{}]{0,40}\)[^(),;{}]{0,40})?)"
)
_GIVES = re.compile(r"unlock|release|leave", re.IGNORECASE)
_NO_LOCK = re.compile(
    r"block|clock|alloc|assert|held|init|destroy|free|is_?lock|locked|try|PyEval|PyGILState|Buffer|view"
    r"|Lock(?:Type|Object)|_new\b|_Thread\b|ReleaseSemaphore|guard|create|lockstep|locks\b|flock|mlock|_?lockf\b",
    re.IGNORECASE,
)
_ABOUT_LOCKS = re.compile(r"lock|mutex|section|guard|mtx|sem", re.IGNORECASE)
#: Where a critical section must have ended, in characters.
LONGEST_SECTION = 20_000
_HELD_BY_NAME = re.compile(
    r"lock_held|_locked(?:_|$)|LockHeld|Locked$|_nolock|_unlocked_impl|_no_lock"
)
_CLINIC = re.compile(r"\[clinic input\][^\[]*@critical_section")
_LEAVE = re.compile(r"\b(return|goto)\b\s*([^;]*)")


@dataclass(frozen=True, slots=True)
class Locks:
    """What a source's locks hold."""

    sections: tuple[Stretch, ...]  #: critical sections, in order, and what runs inside of them only
    own: tuple[Stretch, ...]  #: where a lock of the project's own is held
    left: tuple[int, ...]  #: where a function is left with a lock of its own held
    once: tuple[Stretch, ...] = ()  #: what runs once, and nobody before it has run
    frees: tuple[Stretch, ...] = ()  #: functions that free an object, in order

    def in_section(self, offset: int) -> bool:
        """Say whether a critical section holds a place."""
        return inside(self.sections, offset)

    def held(self, offset: int) -> bool:
        """Say whether any lock is held at a place, or what stands there runs once."""
        return (
            inside(self.sections, offset) or inside(self.own, offset) or inside(self.once, offset)
        )

    def freeing(self, offset: int) -> bool:
        """Say whether a place is in what frees an object, when nobody else has it any more."""
        return inside(self.frees, offset)

    def runs_once(self, offset: int) -> bool:
        """Say whether a place is in what runs once."""
        return inside(self.once, offset)

    @property
    def any(self) -> bool:
        """Whether the source locks anything at all."""
        return bool(self.sections or self.own)


def read_locks(
    code: str,
    shape: Shape,
    comments: Sequence[tuple[int, str]],
    calls: Mapping[str, Sequence[int]],
) -> Locks:
    """Find the locks of a code without directives; the comments have offsets into it.

    `calls` says where the functions are called that nobody outside of the source can call.
    """
    sections = list(sections_of(code))
    own: list[Stretch] = []
    for start, end, opaque in _guarded(code):
        (sections if opaque else own).append((start, end))
    for offset, text in comments:
        if _CLINIC.search(text):
            index = bisect.bisect_right(shape.starts, offset)
            for one in shape.functions[index : index + 2]:  # the wrapper may stand in between
                if one.name.endswith("_impl"):
                    sections.append((one.begin, one.end))
                    break
    left: list[int] = []
    for function in shape.functions:
        if _HELD_BY_NAME.search(function.name):
            sections.append((function.begin, function.end))
        held, leaves = pairs(code, function.begin, function.end)
        own += held
        left += leaves
    once = list(once_stretches(code, shape, calls))
    once += _called_inside_only(shape, calls, once)
    sections += _called_inside_only(shape, calls, [*sections, *own])
    return Locks(tuple(joined(sections)), tuple(joined(own)), tuple(left), tuple(joined(once)))


def sections_of(code: str) -> Iterator[Stretch]:
    """Pair each begin of a critical section with its end; what does not end is none."""
    begun: list[int] = []
    if "CRITICAL_SECTION" not in code:
        return
    for match in _BEGIN_END.finditer(code):
        if match[1] == "BEGIN":
            begun.append(match.end())
        elif begun:
            start = begun.pop()
            if match.start() - start <= LONGEST_SECTION:
                yield start, match.start()


def _guarded(code: str) -> Iterator[tuple[int, int, bool]]:
    """Follow guard objects to the end of their scopes; say of each whether it is a critical section."""
    if not any(word in code for word in _GUARD_WORDS):
        return
    scopes: list[list[tuple[int, bool]]] = [[]]  # of each open brace: where guards begin
    for match in _GUARD.finditer(code):
        if match[0] == "{":
            scopes.append([])
        elif match[0] == "}":
            yield from ((start, match.start(), opaque) for start, opaque in scopes.pop())
            scopes = scopes or [[]]
        else:
            scopes[-1].append((match.end(), bool(_OPAQUE_GUARD.search(match[0]))))


def _key(match: re.Match[str]) -> tuple[str, str] | None:
    """Return what tells one lock from another, the same for taking and giving back; None for no lock."""
    name, argument = match["name"], re.sub(r"\s+", "", match["owner"] + match["first"])
    if _NO_LOCK.search(name):
        return None
    if not _ABOUT_LOCKS.search(re.sub("acquire|release", "", name, flags=re.IGNORECASE) + argument):
        return None
    stem = re.sub(
        r"un_?lock|rd_?lock|wr_?lock|lock_?(?:shared|exclusive)|lock|acquire|release|enter|leave|read|write",
        "",
        name.lower(),
    )
    return stem.strip("_"), argument


def pairs(code: str, begin: int, end: int) -> tuple[list[Stretch], list[int]]:
    """Return where a function's body holds locks that it takes, and where it is left with one held."""
    body = code[begin:end]
    if not any(word in body for word in _CALL_WORDS):
        return [], []
    taken: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    for match in _CALL.finditer(code, begin, end):
        if (key := _key(match)) is not None:
            taken[key].append((match.start(), not _GIVES.search(match["name"])))
    held: list[Stretch] = []
    left: list[int] = []
    for events in taken.values():
        takes = [at for at, take in events if take]
        gives = [at for at, take in events if not take]
        if not takes or not gives or gives[-1] < takes[0]:
            continue
        held.append((takes[0], gives[-1]))
        if not any(_conditional(code, at) for at in takes):
            left += _leaves(code, (takes[0], gives[-1]), events)
    return held, left


def _conditional(code: str, at: int) -> bool:
    """Say whether a lock is taken as part of a condition, so that it may not be held afterwards."""
    before = code[max(0, at - 60) : at]
    return re.search(r"(?:\bif|\bwhile|&&|\|\||[=!?(])[\s(!]*$|\breturn\s*$", before) is not None


def _leaves(code: str, stretch: Stretch, events: Sequence[tuple[int, bool]]) -> Iterator[int]:
    """Find the ways out on which the last event is that the lock was taken."""
    begin, end = stretch
    for leave in _LEAVE.finditer(code, begin, end):
        if _GIVES.search(leave[2]):
            continue
        if leave[1] == "goto":
            label = re.search(rf"(?<![\w?])\b{re.escape(leave[2].strip())}\s*:(?!:)", code[begin:])
            if not label or any(not take and at > begin + label.start() for at, take in events):
                continue  # where it leads to, the lock is given back
        last = [
            take for at, take in events if at < leave.start() and _reaches(code, at, leave.start())
        ]
        if last and last[-1]:
            yield leave.start()


def _reaches(code: str, start: int, end: int) -> bool:
    """Say whether the block of one place holds another, later one, so that both always run."""
    depth = 0
    for match in re.finditer(r"[{}]|\b(?:case\b[^:;{}]*|default\s*):", code[start:end]):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth < 0:
                return False
        elif depth == 0:
            return False  # another branch of the same switch
    return True


def _called_inside_only(
    shape: Shape,
    calls: Mapping[str, Sequence[int]],
    stretches: Sequence[Stretch],
) -> Iterator[Stretch]:
    """Find functions that nobody else can call, and that are never called outside of some stretches."""
    if not calls or not stretches:
        return
    bodies = {one.short: one for one in shape.functions}
    found: list[Stretch] = []
    waiting = set(calls)
    while True:
        held = joined([*stretches, *found])
        new = {name for name in waiting if all(inside(held, at) for at in calls[name])}
        if not new:
            break
        found += [(bodies[name].begin, bodies[name].end) for name in new]
        waiting -= new
    yield from found


def joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Put stretches in order and join what overlaps, so that one search finds the right one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def inside(stretches: Sequence[Stretch], offset: int) -> bool:
    """Say whether one of some stretches, in order and apart, holds a place."""
    index = bisect.bisect_right(stretches, offset, key=lambda each: each[0]) - 1
    return index >= 0 and offset < stretches[index][1]
