"""Rules that need more than one place: variables of the process, modules and their declarations. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from pathlib import PurePath

from ftguide.native.audit.lines import Hit
from ftguide.native.audit.rules import Language
from ftguide.native.audit.source import Project, Source, without_directives

_C_LIKE = frozenset({Language.C, Language.CPP})

#: Written once before anyone can race, or made for threads: their types and words.
_FINE = re.compile(
    r"\b(?:const|constexpr|constinit|thread_local|_Thread_local|__thread|__declspec"
    r"|_Atomic|atomic\w*|once_flag|mutex|shared_mutex|recursive_mutex|Py_tss_t|PyMutex"
    r"|pthread_(?:mutex|once|rwlock|key)_t|ft_mutex|gil_safe_call_once_and_store|PyThread_type_lock"
    r"|PyMethodDef|PyModuleDef|PyModuleDef_Slot|PyModuleDef_Base|PySlot|PyABIInfo|PyType_Spec"
    r"|PyType_Slot|PyGetSetDef|PyMemberDef|PyMappingMethods|PySequenceMethods|PyNumberMethods"
    r"|PyAsyncMethods|PyBufferProcs|PyStructSequence_(?:Desc|Field)|wrapperbase)\b"
    r"|\bPyTypeObject\s+(?!\*)"
)
_OBJECT = re.compile(r"\b(?:PyObject|PyTypeObject)\s*\*|\b(?:py|nb|pybind11|nanobind)::\w+")
#: An array as long as its initialiser is a table that nobody writes, nearly always.
_TABLE = re.compile(r"\s*\]\s*(?:\[[^\]\n]{0,60}\]\s*)*=")
_STATIC = re.compile(
    r"^[ \t]*(?:(?:extern|inline|volatile|constexpr|const|thread_local|_Thread_local|__thread)\s+)*"
    r"static\b(?P<head>[^;={}()\[\]]{1,200})(?P<end>;|=(?!=)|\[(?!\[)|\{)",
    re.MULTILINE,
)
_GLOBAL = re.compile(
    r"^(?P<head>(?:(?:inline|volatile|unsigned|signed|long|short|struct)\s+)*[A-Za-z_][\w:]*"
    r"(?:\s*<[^;={}()]{1,80}>)?(?:\s*\*[\s*]*|\s+)[A-Za-z_]\w*\s*)"
    r"(?P<array>(?:\[[^\]\n]{0,60}\]\s*)*)(?:=(?!=)[^\n]*|;[ \t]*)$"
)
_NOT_A_GLOBAL = re.compile(
    r"^(?:typedef|extern|using|return|static|class|enum|union|namespace|template|friend|public|private"
    r"|protected|goto|case|else|do|import|export|const|constexpr|PyMODINIT_FUNC|package|operator"
    r"|struct\s+\w+\s*(?:;|\{))(?!\w)"
)
_TRANSPARENT = re.compile(r"\b(?:namespace\b[^;{}()]*|extern\s+)\s*$")
_SHAPE = re.compile(r"\b(?:struct|union|enum|class)\b[^*=]*$")

_MAKES_TYPE = re.compile(
    r"\b(?P<name>\w+)\s*=\s*(?:\([^()]{1,40}\)\s*)?"
    r"(?:PyType_From(?:Spec|SpecWithBases|ModuleAndSpec|Metaclass)|PyStructSequence_NewType)\s*\("
)
_FUNCTION = re.compile(
    r"^(?:[\w:*&<> \t]+[\s*&])?(?P<name>\w+)\s*\([^;{}]{0,300}\)\s*\{", re.MULTILINE
)

_CDEF = re.compile(
    r"^cdef\s+(?!(?:public|packed|readonly)\s+(?:class|enum|struct|union|inline)\b|class\b|extern\b|enum\b|struct\b|union\b|packed\b|cppclass\b|inline\b|api\b|void\b"
    r"|const\b|fused\b)(?P<head>[^\n(:]{1,120}?)[ \t]*(?:=[^\n]*)?$",
    re.MULTILINE,
)
#: A type that is an object, or no type at all.
_CDEF_OBJECT = re.compile(
    r"^\w+\s*$|^(?:public\s+|readonly\s+)?(?:object|dict|list|set|tuple|bytearray|bytes|str|type)\b"
)
_PYMETHODS = re.compile(r"#\[\s*pymethods\s*\]")
#: `__clear__` is for the garbage collector, which has stopped everybody.
_MUT_SELF = re.compile(r"\bfn\s+(?!__clear__)\w+[^({;]{0,80}\(\s*&mut\s+self\b")
#: A Fortran declaration; an initial value makes the variable live for ever.
_FORTRAN = re.compile(
    r"\s*(?P<kind>(?:integer|real|logical|complex|character|double\s+precision|type\s*\()[^:\n]*)"
    r"::(?P<names>[^\n]*)"
)
_MODULE_DICT = re.compile(
    r"^[A-Za-z_]\w*\s*(?::[^=\n]{1,60})?=\s*(?:\{\s*\}|\[\s*\]|(?:dict|list|set|defaultdict|deque"
    r"|OrderedDict|WeakValueDictionary|WeakKeyDictionary|weakref\.\w+)\s*\([^\n]*\))[ \t]*$",
    re.MULTILINE,
)


def hits(source: Source, project: Project) -> Iterator[Hit]:
    """Find what the rules about variables, types and declarations point at."""
    if source.language in _C_LIKE:
        yield from _variables(source)
        yield from _late_types(source)
        yield from _late_declarations(source)
    elif source.language is Language.CYTHON:
        yield from _cython(source, project)
    elif source.language is Language.RUST:
        yield from _rust(source, project)
    elif source.language is Language.FORTRAN:
        yield from _fortran(source)


def _variables(source: Source) -> Iterator[Hit]:
    code = without_directives(source.code)
    for match in _STATIC.finditer(code):
        head, end = match["head"], match["end"]
        if _FINE.search(match[0]) or (end == "{" and _SHAPE.search(head)) or "operator" in head:
            continue
        if end == ";" and _SHAPE.search(head) and len(head.split()) < 3:
            continue  # `static struct x;` declares nothing that is stored
        if end == "[" and _TABLE.match(code, match.end()) and not _OBJECT.search(head):
            continue
        if len(head.replace("*", " ").split()) < 2 and not _OBJECT.search(head):
            continue  # a type and no name
        rule = "static-object" if _OBJECT.search(head) else "static-state"
        yield Hit(rule, source.line_of(match.end() - 1))
    for line, head in _globals(code):
        yield Hit("static-object" if _OBJECT.search(head) else "static-state", line)


def _globals(code: str) -> Iterator[tuple[int, str]]:
    """Find definitions at file scope: at depth 0, where the statement before has ended."""
    depth, ended = 0, True
    stack: list[bool] = []  # whether each open brace counts; those of namespaces do not
    for number, line in enumerate(code.split("\n"), start=1):
        if depth == 0 and ended and (match := _GLOBAL.match(line)):
            head = match["head"]
            table = re.match(r"\[\s*\]", match["array"]) and "=" in line
            if (
                not _NOT_A_GLOBAL.match(line)
                and not _FINE.search(line.partition("=")[0])
                and not (table and not _OBJECT.search(head))
            ):
                yield number, head
        named = "namespace" in line or "extern" in line
        for brace in re.finditer(r"[{}]", line):
            if brace[0] == "{":
                counts = not (named and _TRANSPARENT.search(line[: brace.start()][-200:]))
                stack.append(counts)
                depth += counts
            elif stack:
                depth -= stack.pop()
        if line.startswith("}") and depth > 0:  # #if and #else opened the same brace twice
            depth, stack = 0, [counts for counts in stack if not counts]
        if line.strip():
            ended = line.rstrip().endswith((";", "}", "{", ":"))


def _late_types(source: Source) -> Iterator[Hit]:
    statics = set(re.findall(r"\bstatic\s+Py(?:Type)?Object\s*\*\s*(\w+)", source.code))
    made = [match for match in _MAKES_TYPE.finditer(source.code) if match["name"] in statics]
    yield from _outside_init(source, "lazy-type", made)


def _late_declarations(source: Source) -> Iterator[Hit]:
    if "Py_mod_exec" in source.code:
        calls = re.finditer(r"\bPyUnstable_Module_SetGIL\s*\(", source.code)
        yield from _outside_init(source, "late-setgil", list(calls))


def _outside_init(source: Source, rule: str, matches: list[re.Match[str]]) -> Iterator[Hit]:
    """Point at the matches that lie in another function than a module's init function."""
    definitions = [
        (match.start(), match["name"])
        for match in (_FUNCTION.finditer(source.code) if matches else ())  # slow on large sources
        if match["name"] not in {"if", "for", "while", "switch", "sizeof", "defined"}
    ]
    for match in matches:
        index = bisect.bisect_right(definitions, match.start(), key=lambda each: each[0]) - 1
        if index < 0 or not definitions[index][1].startswith(("PyInit_", "init")):
            yield Hit(rule, source.line_of(match.start()))


def _cython(source: Source, project: Project) -> Iterator[Hit]:
    for match in _CDEF.finditer(source.code):
        if "mutex" in match["head"]:
            continue
        object_ = _CDEF_OBJECT.match(match["head"])
        yield Hit("static-object" if object_ else "static-state", source.line_of(match.start()))
    for match in _MODULE_DICT.finditer(source.code):
        yield Hit("static-object", source.line_of(match.start()))
    declared = any("freethreading_compatible" in text for _, text in source.comments)
    part = PurePath(source.name).name in project.included
    declared |= "freethreading_compatible" in project.build
    if source.name.endswith(".pyx") and not part and not declared:
        yield Hit("undeclared-cython", 1)


def _end_of_item(source: Source, begin: int) -> int:
    """Return where an item at the margin ends: at the next brace that closes in the first column."""
    end = source.code.find("\n}", begin)
    return end if end >= 0 else len(source.code)


def _fortran(source: Source) -> Iterator[Hit]:
    module = shape = False  # inside a module, before its `contains`; inside a derived type
    for number, line in enumerate(source.code.lower().split("\n"), start=1):
        if re.match(r"\s*(?:end\s*module|contains)\b", line):
            module = False
        elif re.match(r"\s*module\s+(?!procedure\b)\w+\s*$", line):
            module = True
        elif re.match(r"\s*(?:end\s*type\b|type\s*(?:,[^:]*)?(?:::)?\s*\w+\s*$)", line):
            shape = not re.match(r"\s*end", line)
        elif re.match(r"\s*(?:save\b|common\s*/)", line):
            yield Hit("static-state", number)
        elif (
            (declared := _FORTRAN.match(line)) and not shape and "parameter" not in declared["kind"]
        ):
            stays = "save" in declared["kind"] or re.search(r"=(?![=>])", declared["names"])
            if module or stays:
                yield Hit("static-state", number)


def _rust(source: Source, project: Project) -> Iterator[Hit]:
    for block in _PYMETHODS.finditer(source.code):
        for match in _MUT_SELF.finditer(
            source.code, block.end(), _end_of_item(source, block.end())
        ):
            yield Hit("pyo3-mut-self", source.line_of(match.end() - 1))
    old = project.pyo3 is not None and project.pyo3 < (0, 28)
    for match in re.finditer(r"#\[\s*(?:pyo3::)?pymodule\b([^\]]*)\]", source.code):
        if old and "gil_used" not in match[1]:
            yield Hit("pyo3-gil-used", source.line_of(match.start()))
