"""The variables of a Cython module: who rebinds and changes them, and what that says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from ftguide.native.audit.cython import NOT_SHARED, Module, end_of_block, innermost
from ftguide.native.audit.hit import Hit
from ftguide.native.audit.rules import Weight
from ftguide.native.audit.shape import closing_paren
from ftguide.native.audit.source import Project, Source

_CDEF = re.compile(
    r"^cdef\s+(?!(?:public|packed|readonly)\s+(?:class|enum|struct|union|inline)\b"
    r"|class\b|extern\b|enum\b|struct\b|union\b|packed\b|cppclass\b|inline\b|api\b|void\b"
    r"|const\b|fused\b)(?P<head>[^\n(:=]{1,160}?)[ \t]*(?P<value>=[^\n]*)?$",
    re.MULTILINE,
)
_CDEF_BLOCK = re.compile(r"^cdef[ \t]*:[ \t]*\n", re.MULTILINE)
_DECLARED = re.compile(r"^(?P<name>\w+)[ \t]*=[ \t]*cython\.declare\([^\n]*$", re.MULTILINE)
#: A type that is an object, or no type at all.
_CDEF_OBJECT = re.compile(
    r"^\w+\s*$|^(?:public\s+|readonly\s+)?(?:object|dict|list|set|tuple|bytearray|bytes|str|type)\b"
)
_CONTAINER = (
    r"(?:\{\s*\}|\[\s*\]|\{[^\n]*|\[[^\n]*|(?:collections\.)?(?:dict|list|set|defaultdict|deque|OrderedDict|Counter|bytearray"
    r"|WeakValueDictionary|WeakKeyDictionary|WeakSet|weakref\.\w+)\s*\([^\n]*)"
)
_EMPTY = re.compile(
    r"^(?P<indent>[ \t]*)(?P<name>[A-Za-z_]\w*)\s*(?::[^=\n]{1,60})?=\s*"
    r"(?:\{\s*\}|\[\s*\]|(?:dict|list|set|defaultdict|deque"
    r"|OrderedDict|WeakValueDictionary|WeakKeyDictionary|weakref\.\w+)\s*\([^\n]*\))[ \t]*$",
    re.MULTILINE,
)
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_CHANGES = (
    r"(?:\s*\[[^\]\n]*\]\s*(?:[+\-*/|&^]|//)?=(?!=)|\s*\.\s*(?:append|add|insert|update|pop\w*|clear|extend|remove|discard|setdefault"
    r"|appendleft|push_back|emplace\w*|erase|resize|reserve|sort)\s*\(|\s*\.\s*\w+\s*(?:[+\-*/|&^]|//)?=(?!=))"
)


#: An ampersand that takes an address to pass it on, and not one between two values, or behind `return`.
_ADDRESS = r"(?:[(,=\[+-]|>)\s*&\s*"
_GLOBAL_OF = r"^[ \t]+global[ \t]+(?:[\w, \t]*[, \t])?{0}[ \t]*(?:,|$)"
#: An assignment, or another statement that gives a name a value; `name[0] = x` and `name.x = y` are none.
_BINDS = (
    r"^[ \t]+(?:[^\n]*[^\w.\n])?{0}\b(?![ \t]*[.\[])[^\n=]*=(?!=)"
    r"|^[ \t]+(?:from|import|for|async|with|del|except)\b[^\n]*\b{0}\b"
)
#: What adds to a container, in one step.
_ADDS = r"{0}\s*(?:\[[^\]\n]*\]\s*=(?!=)|\.\s*(?:append|add|setdefault|update|extend)\s*\()"
_LOOPS = (
    r"\bfor\b[^\n]*?\bin[ \t]+{0}[ \t]*(?:\.\s*(?:items|keys|values|iter\w+)\s*\(\s*\)\s*)?"
    r"(?:[:\])}}]|\bif\b)"
)
_BUILT_IN = re.compile(r"=\s*(?:[\[{]|(?:dict|list|set)\s*\()")
_IMPORTS = (
    r"^[ \t]+(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?:[^\n]*[ \t,(])?({0})[ \t]*"
    r"(?:,[^\n]*|\)[ \t]*)?$"
)
_IMPORT_LINE = re.compile(
    r"^[ \t]+(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+\(?(?P<what>[^\n]*)", re.MULTILINE
)
#: A constant, or the text of the exception.
_MARK = re.compile(r"None|True|False|-?\d+|str\(\w+\)|repr\(\w+\)")


def hits(module: Module, project: Project) -> Iterator[Hit]:
    """Find what the rules about globals and declarations point at."""
    yield from _globals(module, project)
    yield from _declaration(module.source, project)


def _declaration(source: Source, project: Project) -> Iterator[Hit]:
    declared = any("freethreading_compatible" in text for _, text in source.comments)
    part = PurePath(source.name).name in project.included
    declared |= "freethreading_compatible" in project.build
    if ".pyx" in PurePath(source.name).suffixes and not part and not declared:
        yield Hit("undeclared-cython", 1)


def _globals(module: Module, project: Project) -> Iterator[Hit]:
    source, code = module.source, module.source.code
    rebound = rebound_names(code)
    if source.name.endswith((".pxd", ".pxi")) or re.search(r"^include\b", code, re.MULTILINE):
        rebound |= project.rebound
    seen: set[str] = set()
    yield from _declared(module, rebound, seen)
    for match in _EMPTY.finditer(code):
        name = match["name"]
        inside = bool(match["indent"]) and not _in_class_body(module, match.start())
        if not inside and name not in seen and not name.startswith("__"):
            seen.add(name)
            yield _container(module, match, rebound)
    for name in rebound - seen:
        if first := re.search(
            rf"^{re.escape(name)}[ \t]*(?::[^=\n]{{1,60}})?=(?!=)", code, re.MULTILINE
        ):
            yield _rebound(module, name, source.line_of(first.start()))
    yield from _defaults(module)


def _declared(module: Module, rebound: set[str], seen: set[str]) -> Iterator[Hit]:
    """Weigh the `cdef` declarations at the margin; several names of one have one finding."""
    for at, names, kind, value in _declared_globals(module.source.code):
        if "mutex" in kind or "lock" in kind:
            continue
        typed = not _CDEF_OBJECT.match(kind)
        worst: Hit | None = None
        for offset, name in names:
            seen.add(name)
            judged = _judged(module, name, rebound, value=value, kind=typed)
            if judged is not None and (worst is None or judged[0] is Weight.FIX):
                line = module.source.line_of(at + offset)
                rule = "static-state" if typed else "static-object"
                worst = Hit(rule, line, judged[1], judged[0])
        if worst is not None:
            yield worst


def _container(module: Module, match: re.Match[str], rebound: set[str]) -> Hit:
    """Weigh an empty container of a module or a class by who changes it."""
    source, name = module.source, match["name"]
    changes = re.finditer(rf"(?<![\w.]){name}{_CHANGES}|\.{name}{_CHANGES}", source.code)
    bare = [
        at
        for one in changes
        if _in_function(module, at := one.start())
        and not module.held(at)
        and (one[0].startswith(".") or means_global(module, name, at))
    ]
    line = source.line_of(match.start("name"))
    if not bare:
        weight = Weight.FIX if name in rebound else Weight.LOOK
        return Hit("static-object", line, "", weight)
    weight, hint = _changed(module, name, bare, match[0])
    return Hit("static-object", line, hint, Weight.FIX if name in rebound else weight)


def _changed(module: Module, name: str, bare: list[int], value: str) -> tuple[Weight, str]:
    """Weigh a global that functions change without a lock; what is only added to keeps what it has."""
    code = module.source.code
    first = module.source.line_of(bare[0])
    adds = re.compile(_ADDS.format(rf"\.?{name}"))
    only = "=" in value and _BUILT_IN.match(value, value.index("=")) is not None
    if only and all(adds.match(code, at) for at in bare):
        taken = rf"\bdel[ \t]+{name}\b|{_LOOPS.format(name)}"
        places = (one.start() for one in re.finditer(taken, code))
        if not any(_in_function(module, at) for at in places):
            return Weight.LOOK, f"only added to, in line {first}: two threads can add the same"
    return Weight.LOOK if module.locks else Weight.FIX, f"changed in line {first}"


def rebound_names(code: str) -> set[str]:
    """Return the names that functions rebind: they say `global`, and bind the name somewhere."""
    said = {
        name.strip()
        for match in _GLOBAL.finditer(code)
        for name in match[1].split(",")
        if name.strip()
    }
    return {name for name in said if re.search(_BINDS.format(name), code, re.MULTILINE)}


def _declared_globals(code: str) -> Iterator[tuple[int, list[tuple[int, str]], str, str]]:
    """Give the `cdef` declarations at the margin: where, names with offsets, the type, the value."""
    for match in _CDEF.finditer(code):
        names = _names(match["head"])
        yield match.start("head"), names, match["head"], match["value"] or ""
    for block in _CDEF_BLOCK.finditer(code):
        end = end_of_block(code, block.end(), 0)
        for line in re.finditer(
            r"^[ \t]+(?P<head>[^\n(:=]+?)[ \t]*(?P<value>=[^\n]*)?$",
            code[block.end() : end],
            re.MULTILINE,
        ):
            yield (
                block.end() + line.start("head"),
                _names(line["head"]),
                line["head"],
                line["value"] or "",
            )
    for match in _DECLARED.finditer(code):
        yield match.start(), [(0, match["name"])], "int", ""


def _names(head: str) -> list[tuple[int, str]]:
    """Return the names of `unsigned int a, *b, c[3]`, each with its offset."""
    return [
        (match.start(1), match[1])
        for match in re.finditer(r"(?:^|[\s*&\],>])(\w+)[ \t]*(?:\[[^\]]*\][ \t]*)*(?=,|$)", head)
    ]


def _judged(
    module: Module, name: str, rebound: set[str], *, value: str, kind: bool
) -> tuple[Weight, str] | None:
    """Weigh a global by who writes it; None for what is made at import and stays.

    `kind` says that it has a type of C: other sources can include its declaration, and write it.
    """
    if name in rebound:
        hit = _rebound(module, name, 0)
        return hit.weight or Weight.FIX, hit.hint
    code = module.source.code
    changes = [
        match.start()
        for match in re.finditer(rf"(?<![\w.]){name}{_CHANGES}|{_ADDRESS}{name}\b", code)
        if _in_function(module, match.start()) and means_global(module, name, match.start())
    ]
    bare = [at for at in changes if not module.held(at)]
    if bare:
        return _changed(module, name, bare, "" if kind else value)
    if changes:
        return Weight.LOOK, "changed with a lock held; is it held where it is read?"
    if re.match(rf"=\s*{_CONTAINER}$", value):
        return Weight.LOOK, "nothing in this file changes it"
    if value:
        stays = not (kind and module.source.name.endswith((".pxi", ".pxd")))
    else:  # set once, at the margin or below a condition
        later = rf"^{name}\b[^\n=]*=(?!=)|^[ \t]+{name}\s*=(?!=)"
        stays = re.search(later, code, re.MULTILINE) is not None
    return None if stays else (Weight.LOOK, "nothing in this file writes it")


def _rebound(module: Module, name: str, line: int) -> Hit:
    """Say of a global that a function rebinds it, whether a lock is held there, and to what."""
    places = [at for at in _bindings(module, name) if _in_function(module, at)]
    bare = [at for at in places if not module.held(at)]
    weight = Weight.LOOK
    if places and all(at_import(module, at) for at in places):
        hint = "rebound while the module is made"
    elif places and not bare:
        hint = "rebound with a lock held; is it held where it is read?"
    elif bare and all(_by_import(module, at) for at in bare):
        first = module.source.line_of(bare[0])
        hint = f"bound by an import in line {first}, which gives every thread the same"
    else:
        weight = Weight.LOOK if module.locks else Weight.FIX
        hint = (
            f"rebound in line {module.source.line_of(bare[0])}" if bare else "a function rebinds it"
        )
    return Hit("static-object", line, hint, weight)


def _bindings(module: Module, name: str) -> Iterator[int]:
    """Give the places where functions that say `global` bind a name; all of them where none says so."""
    code = module.source.code
    places = [
        match.start(1)
        for pattern in (rf"(?<![\w.])({name})\b[^\n=,(]*=(?!=)", _IMPORTS.format(re.escape(name)))
        for match in re.finditer(pattern, code, re.MULTILINE)
    ]
    said = [at for at in places if means_global(module, name, at)]
    yield from sorted(said or places)


def means_global(module: Module, name: str, at: int) -> bool:
    """Say whether a name in a function is the module's: it is neither a parameter nor bound there."""
    code = module.source.code
    block = innermost(module, at)
    if block is None or block.is_class:
        return True
    if re.search(_GLOBAL_OF.format(name), code[block.begin : block.end], re.MULTILINE):
        return True
    head = code[block.head : closing_paren(code, code.find("(", block.head) + 1)]
    if re.search(rf"[(,][^,()=]*(?<![\w.]){name}\s*(?=[,)=:\[]|not\b|or\b)", head):
        return False
    local = (
        rf"^[ \t]*(?:cdef[ \t][^\n=(]*)?(?<![\w.]){name}[ \t]*(?::[^=\n]{{1,60}})?=(?!=)"
        rf"|^[ \t]+cdef[ \t][^\n=(]*\b{name}[ \t]*(?:,[^\n]*)?$|\bfor[ \t]+[\w, \t]*\b{name}\b[^\n]*?\bin\b"
    )
    return re.search(local, code[block.begin : block.end], re.MULTILINE) is None


def _by_import(module: Module, at: int) -> bool:
    """Say whether a name is bound to what an import gives, or to a mark that one was tried before."""
    code = module.source.code
    block = innermost(module, at)
    end = code.find("\n", at)
    line = code[code.rfind("\n", 0, at) + 1 : end if end >= 0 else len(code)]
    if _IMPORT_LINE.match(line):
        return True
    before = code[block.begin : at] if block else ""
    value = line.partition("=")[2].strip()
    if "import_module(" in value or "__import__(" in value:
        return True
    imported = {
        word
        for match in _IMPORT_LINE.finditer(before)
        for word in re.findall(r"\w+", match["what"] or "")
    }
    marks = bool(imported) and _MARK.fullmatch(value) is not None
    return marks or (
        re.fullmatch(r"\w+(?:\.\w+)*", value) is not None and value.split(".")[0] in imported
    )


def at_import(module: Module, offset: int) -> bool:
    """Say whether a place is in a function that runs while the module is imported."""
    block = innermost(module, offset)
    return block is not None and (
        NOT_SHARED.match(block.name.lstrip("_")) is not None
        or re.search(rf"^{re.escape(block.name)}\s*\(", module.source.code, re.MULTILINE)
        is not None
    )


def _defaults(module: Module) -> Iterator[Hit]:
    """Find containers that are defaults of parameters, and changed."""
    code = module.source.code
    for block in module.blocks:
        if block.is_class:
            continue
        head = code[block.head : block.begin]
        for match in re.finditer(r"\b(\w+)\s*=\s*(?:\{\s*\}|\[\s*\])", head):
            if re.search(rf"(?<![\w.]){match[1]}{_CHANGES}", code[block.begin : block.end]):
                line = module.source.line_of(block.head + match.start())
                yield Hit(
                    "static-object", line, "a default that all calls share, and change", Weight.FIX
                )


def _in_class_body(module: Module, offset: int) -> bool:
    block = innermost(module, offset)
    return block is not None and block.is_class


def _in_function(module: Module, offset: int) -> bool:
    block = innermost(module, offset)
    return block is not None and not block.is_class
