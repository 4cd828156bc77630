"""Rules of Rust that need more than one place. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftguide.native.audit.hit import Hit
from ftguide.native.audit.locks import Locks
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.shape import closing
from ftguide.native.audit.source import Project, Source

_PYMETHODS = re.compile(r"#\[\s*pymethods\s*\]")
#: `__clear__` is for the garbage collector, which has stopped everybody.
_MUT_SELF = re.compile(r"\bfn\s+(?!__clear__)(?P<name>\w+)[^({;]{0,80}\(\s*&mut\s+self\b")
#: A lock that stays held: a guard with a name.
_GUARD = re.compile(
    r"\blet\s+(?:mut\s+)?(?P<name>[a-z]\w*)\s*(?::[^=;]{1,80})?=\s*[\w.:&*\[\]()]{0,80}?\.(?:lock|write|read)\(\)"
    r"(?:\.(?:unwrap|expect|unwrap_or_else)\([^;]{0,120}?\)|\?)?\s*;"
)
_ATTACHED = re.compile(r"\bPython\s*<|\bPy<|\bBound<|\bpy\s*:")
_RUNS_PYTHON = re.compile(
    r"\bpy\s*\.\s*(?:import|run|eval|detach|allow_threads|check_signals)|\.(?:call|call0|call1|call_method\w*|getattr|setattr|extract"
    r"|get_item|set_item|import|str|repr|hash|eq|rich_compare|try_iter|iter)\s*(?:::<[^>]*>)?\(|\bPy(?:Dict|List|Err)::new"
)
_LOADED = re.compile(r"\bif\s*!?\s*(?P<name>[\w.:]+)\s*\.\s*load\s*\(")
#: A dict of Python, or a map behind a lock, that is asked for a key.
_ASKS = re.compile(
    r"(?<![\w.])(?P<container>[a-z][\w.]*?)(?P<lock>\.(?:lock|read|write)\(\)(?:\.(?:unwrap|expect)\([^()]*\)|\?)?)?"
    r"\.(?P<asks>contains|contains_key|get_item|get)\(\s*&?(?P<key>[^(),;]{1,60}?)\s*\)"
)
_BYTES = re.compile(r"\bunsafe\s*\{[^{}]*?(?P<call>\.\s*as_bytes(?:_mut)?\s*\(\s*\))")


def hits(source: Source, project: Project) -> Iterator[Hit]:
    """Find what the rules of Rust point at."""
    code = source.code
    for block in _PYMETHODS.finditer(code):
        for match in _MUT_SELF.finditer(code, block.end(), _end_of_item(source, block.end())):
            yield Hit("pyo3-mut-self", source.line_of(match.start("name")), begin=match.start())
    old = project.pyo3 is not None and project.pyo3 < (0, 28)
    for match in re.finditer(r"#\[\s*(?:pyo3::)?pymodule\b([^\]]*)\]", code):
        if old and "gil_used" not in match[1]:
            yield Hit("pyo3-gil-used", source.line_of(match.start()))
    yield from _loaded_then_stored(source)
    yield from _asked_then_changed(source)
    if "PyByteArray" in code:
        for match in _BYTES.finditer(code):
            if "critical_section" not in code[max(0, match.start() - 400) : match.start()]:
                yield Hit("bytearray-storage", source.line_of(match.start("call")))
    if "pyo3" in code and _ATTACHED.search(code):
        yield from _held_guards(source)


def read_sections(source: Source) -> Locks:
    """Find the closures that run in a critical section."""
    code = source.code
    sections = []
    for match in re.finditer(r"\bwith_critical_section\w*\s*\(", code):
        opened = code.find("{", match.end())
        if 0 <= opened - match.end() < 200:
            sections.append((match.end(), closing(code, opened + 1)))
    return Locks(tuple(sections), (), ())


def _loaded_then_stored(source: Source) -> Iterator[Hit]:
    """Find atomics that are looked at and then set in two steps."""
    code = source.code
    for match in _LOADED.finditer(code):
        name = re.escape(match["name"])
        end = match.end() + 1_500
        stored = re.compile(rf"\b{name}\s*\.\s*store\s*\(").search(code, match.end(), end)
        between = code[match.end() : stored.start()] if stored else ""
        if stored and not re.search(
            r"^\s*(?:pub\b.*|unsafe\s+)?fn\b|\.lock\s*\(", between, re.MULTILINE
        ):
            line = source.line_of(stored.start())
            yield Hit(
                "lazy-field",
                source.line_of(match.start()),
                f"{match['name']} is stored in line {line}: compare_exchange is one step",
                Weight.LOOK,
            )


def _asked_then_changed(source: Source) -> Iterator[Hit]:
    """Find keys that are asked for and then set in two calls, or under two locks."""
    code = source.code
    told: set[tuple[str, str]] = set()
    for match in _ASKS.finditer(code):
        container, key = match["container"], match["key"]
        dict_of_python = match["asks"] in {"contains", "get_item"} and not match["lock"]
        if (container, key) in told or not (dict_of_python or match["lock"]):
            continue
        lock = (
            "" if dict_of_python else r"\.(?:lock|write)\(\)(?:\.(?:unwrap|expect)\([^()]*\)|\?)?"
        )
        change = "set_item|del_item" if dict_of_python else "insert|remove"
        changed = re.compile(
            rf"\b{re.escape(container)}{lock}\.(?:{change})\(\s*&?{re.escape(key)}\b"
        ).search(code, match.end(), match.end() + 1_500)
        if changed is None or re.search(r"\bfn\s+\w+", code[match.end() : changed.start()]):
            continue
        before = code[max(0, match.start() - 2_000) : match.start()]
        begin = [one.start() for one in re.finditer(r"\bfn\s+\w+", before)]
        before = before[begin[-1] if begin else 0 :]
        made = rf"\blet\s+(?:mut\s+)?{re.escape(container)}\b[^=;]*=\s*PyDict::new|with_critical_section"
        if re.search(made, before):
            continue
        told.add((container, key))
        yield Hit(
            "asked-then-changed",
            source.line_of(match.start()),
            f"{container} is changed in line {source.line_of(changed.start())}",
        )


def _held_guards(source: Source) -> Iterator[Hit]:
    """Find locks that are held while Python code runs, which can wait for them."""
    code = source.code
    for match in _GUARD.finditer(code):
        end = closing(code, match.end()) - 1
        drop = rf"\bdrop\s*\(\s*{match['name']}\s*\)"
        if dropped := re.search(drop, code[match.end() : end]):
            end = match.end() + dropped.start()
        if _RUNS_PYTHON.search(code, match.end(), end):
            yield Hit("native-lock", source.line_of(match.start()))


def _end_of_item(source: Source, begin: int) -> int:
    """Return where the item ends that opens the next brace."""
    opened = source.code.find("{", begin)
    return closing(source.code, opened + 1) if opened >= 0 else len(source.code)
