"""Rules that look at one place in the code: a name, a call, a comparison. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguide.native.audit.mask import Source, without_directives
from ftguide.native.audit.rules import REPLACEMENTS, Language

_NATIVE = frozenset({Language.C, Language.CPP, Language.SWIG, Language.CYTHON})
_C_LIKE = frozenset({Language.C, Language.CPP, Language.SWIG})


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a rule points at."""

    rule: str
    line: int
    hint: str = ""  #: what to use instead, where the rule knows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    rule: str
    languages: frozenset[Language]
    pattern: re.Pattern[str]
    in_section_fine: bool = False  #: nothing to say inside a critical section


_BORROWED = {swap.borrowed: swap.strong for swap in REPLACEMENTS if swap.strong}

_PATTERNS = (
    _Pattern(
        rule="borrowed-reference",
        languages=_NATIVE,
        pattern=re.compile(rf"\b({'|'.join(sorted(_BORROWED, key=len, reverse=True))})\s*\("),
        in_section_fine=True,
    ),
    _Pattern(
        rule="dict-next",
        languages=_NATIVE,
        pattern=re.compile(r"\b_?PyDict_Next\s*\("),
        in_section_fine=True,
    ),
    _Pattern(
        rule="sequence-fast",
        languages=_NATIVE,
        pattern=re.compile(r"\bPySequence_(?:Fast_GET_ITEM|Fast_ITEMS|ITEM)\s*\("),
        in_section_fine=True,
    ),
    _Pattern(
        rule="refcount-test",
        languages=_NATIVE,
        pattern=re.compile(
            r"\bPy_REFCNT\s*\([^;{}\n]{0,120}?\)\s*(?:[=!]=|[<>]=?)|->\s*ob_refcnt\b"
            r"|\b\d+\s*(?:[=!]=|[<>]=?)\s*Py_REFCNT\s*\(|[.>]ref_count\(\)\s*(?:[=!]=|[<>]=?)"
            r"|\brefcount\s*\([^;{}\n]{0,80}?\)\s*[=!]="
        ),
    ),
    _Pattern(
        rule="refcount-test",
        languages=frozenset({Language.RUST}),
        pattern=re.compile(r"\bget_refcnt\s*\(|\bPy_REFCNT\s*\("),
    ),
    _Pattern(
        rule="gil-macro-value",
        languages=_C_LIKE,
        pattern=re.compile(
            r"^[ \t]*#[ \t]*(?:el)?if\b(?:[^\n]*[^\n\w])?(?:Py_GIL_DISABLED\b\s*(?:[=!]=|[<>])"
            r"|\d\s*[=!]=\s*Py_GIL_DISABLED\b|![ \t]*Py_GIL_DISABLED\b)",
            re.MULTILINE,
        ),
    ),
    _Pattern(
        rule="gil-as-lock",
        languages=_NATIVE,
        pattern=re.compile(
            r"\bPyGILState_(?:Ensure|Check)\s*\(|\bPy_(?:UN)?BLOCK_THREADS\b"
            r"|\bPyEval_AcquireThread\s*\(|\bgil_scoped_acquire\b"
        ),
    ),
    _Pattern(
        rule="gil-as-lock",
        languages=frozenset({Language.CYTHON}),
        pattern=re.compile(r"\bwith\s+gil\b"),
    ),
    _Pattern(
        rule="native-lock",
        languages=_C_LIKE,
        pattern=re.compile(
            r"\bstd::(?:lock_guard|unique_lock|scoped_lock|shared_lock|call_once)\b"
            r"|\bpthread_(?:mutex|rwlock_(?:rd|wr))_?lock\s*\(|\bpthread_once\s*\("
            r"|\b(?:EnterCriticalSection|AcquireSRWLock\w+)\s*\("
        ),
    ),
    _Pattern(rule="ob-mutex", languages=_C_LIKE, pattern=re.compile(r"(?:->|\.)\s*ob_mutex\b")),
    _Pattern(
        rule="object-allocator",
        languages=_NATIVE,
        pattern=re.compile(r"\bPyObject_(?:Malloc|Calloc|Realloc|MALLOC|REALLOC)\s*\("),
    ),
    _Pattern(
        rule="libc-static",
        languages=_NATIVE,
        pattern=re.compile(
            r"(?<![\w.>:])(?:std::)?(?:strtok|localtime|gmtime|asctime|ctime|setlocale|getpwnam"
            r"|getpwuid|gethostbyname|getservbyname|strerror|srand|rand|setenv|putenv)\s*\("
        ),
    ),
    _Pattern(
        rule="removed-api",
        languages=_NATIVE,
        pattern=re.compile(
            r"\bPyEval_(?:InitThreads|ThreadsInitialized|AcquireLock|ReleaseLock)\s*\("
        ),
    ),
    _Pattern(
        rule="pyo3-gil-used",
        languages=frozenset({Language.RUST}),
        pattern=re.compile(
            r"#\[\s*pymodule\s*\([^\]]*\bgil_used\s*=\s*true|\.gil_used\s*\(\s*true"
        ),
    ),
    _Pattern(
        rule="unsafe-sync",
        languages=frozenset({Language.RUST}),
        pattern=re.compile(r"\bunsafe\s+impl\b[^{;]{0,120}?\b(?:Sync|Send)\s+for\b"),
    ),
    _Pattern(
        rule="static-state",
        languages=frozenset({Language.RUST}),
        pattern=re.compile(
            r"\bstatic\s+mut\b(?![^;=]{0,200}\bPy(?:Type)?Object\b)[^;=]{0,200}=|\bstatic\b[^=;{]{0,120}?\b(?:SyncUnsafeCell|UnsafeCell)\b"
        ),
    ),
    _Pattern(
        rule="static-object",
        languages=frozenset({Language.RUST}),
        pattern=re.compile(
            r"\b(?:GILOnceCell|GILProtected)\b\s*(?:<|::\s*new)"
            r"|\bstatic\s+mut\b[^;=]{0,200}\bPy(?:Type)?Object\b[^;=]{0,40}="
        ),
    ),
)

_BEGIN_END = re.compile(r"\bPy_(BEGIN|END)_CRITICAL_SECTION\w*")
_GUARD = re.compile(r"[{}]|\bscoped_critical_section\b|\bft_object2?_guard\b")
_ARGUMENT = re.compile(r"\s*(\w{1,60})\s*[,)]")
_MAKERS = (
    "PyDict_(?:Copy|New|Keys|Values|Items)|PyMapping_(?:Keys|Values|Items)"
    "|PyList_(?:New|GetSlice)|PySequence_List"
)
#: Where a critical section must have ended, in characters.
LONGEST_SECTION = 20_000

_DEFINES = re.compile(r"[ \t]*#[ \t]*(?:define|undef)\b")
_ASSERTS = re.compile(r"[ \t]*\w*assert\w*!?\s*\(", re.IGNORECASE)
_LEAVE = re.compile(r"\b(return|goto)\b\s*(\w*)")
_CYTHON_SECTION = re.compile(
    r"^([ \t]*)with\s+(?:cython\.)?critical_section\b[^\n]*\n", re.MULTILINE
)


def hits(source: Source) -> Iterator[Hit]:
    """Find the places in a source that single-place rules point at."""
    sections = protected(source) if source.language in _NATIVE else []
    for pattern in _PATTERNS:
        if source.language not in pattern.languages:
            continue
        for match in pattern.pattern.finditer(source.code):
            if pattern.in_section_fine and (
                _inside(sections, match.start()) or _of_a_new_container(source.code, match.end())
            ):
                continue
            # A pattern may begin with the start of a line; the place is where its text ends.
            line = source.line_of(match.end() - 1)
            if pattern.rule != "gil-macro-value" and _DEFINES.match(
                source.code, source.starts[line - 1]
            ):
                continue
            if pattern.rule == "refcount-test" and _ASSERTS.match(
                source.code, source.starts[line - 1]
            ):
                continue  # it decides nothing
            name = match[1] if match.re.groups else ""
            strong = _BORROWED.get(name or "", "")
            yield Hit(pattern.rule, line, f"{strong} instead of {name}" if strong else "")
    yield from _left_sections(source)


def protected(source: Source) -> list[tuple[int, int]]:
    """Return the stretches of a source that a critical section holds, in order."""
    if source.language is Language.CYTHON:
        return [
            (match.end(), _end_of_block(source.code, match.end(), len(match[1].expandtabs())))
            for match in _CYTHON_SECTION.finditer(source.code)
        ]
    return sorted([*_sections(source.code), *_guarded(source.code)])


def _sections(code: str) -> Iterator[tuple[int, int]]:
    """Pair each begin of a critical section with its end; what does not end is none."""
    begun: list[int] = []
    for match in _BEGIN_END.finditer(code):
        if match[1] == "BEGIN":
            begun.append(match.end())
        elif begun:
            start = begun.pop()
            if match.start() - start <= LONGEST_SECTION:
                yield start, match.start()


def _guarded(code: str) -> Iterator[tuple[int, int]]:
    """Follow guard objects to the end of their scopes."""
    scopes: list[list[int]] = [[]]  # of each open brace: where guards begin
    for match in _GUARD.finditer(code):
        if match[0] == "{":
            scopes.append([])
        elif match[0] == "}":
            yield from ((start, match.start()) for start in scopes.pop())
            scopes = scopes or [[]]
        else:
            scopes[-1].append(match.end())


def _inside(sections: Sequence[tuple[int, int]], offset: int) -> bool:
    """Say whether an offset lies in one of the stretches, which are in order."""
    index = bisect.bisect_right(sections, (offset, offset)) - 1
    return index >= 0 and offset < sections[index][1]


def _of_a_new_container(code: str, offset: int) -> bool:
    """Say whether the first argument of a call was made a few lines before, so that nobody has it."""
    if not (name := _ARGUMENT.match(code, offset)):
        return False
    made = rf"\b{name[1]}\s*=\s*(?:{_MAKERS})\s*\("
    return re.search(made, code[max(0, offset - 2_000) : offset]) is not None


def _left_sections(source: Source) -> Iterator[Hit]:
    if source.language not in _C_LIKE:
        return
    for start, end in _sections(without_directives(source.code)):
        inside = source.code[start:end]
        for leave in _LEAVE.finditer(inside):
            label = leave[1] == "goto" and re.search(rf"\b{re.escape(leave[2])}\s*:", inside)
            if not label:
                yield Hit("return-in-critical-section", source.line_of(start + leave.start()))


def _end_of_block(code: str, begin: int, indent: int) -> int:
    for match in re.finditer(r"^([ \t]*)\S", code[begin : begin + LONGEST_SECTION], re.MULTILINE):
        if len(match[1].expandtabs()) <= indent:
            return begin + match.start()
    return begin + LONGEST_SECTION
