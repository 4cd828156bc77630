"""Places in a reader's own code that look like what this guide measures: found in its text, never run.

What a thread shares shows in the names a function uses: members of an `Enum`, a lock of the module, a
dictionary that a module holds. The search starts at the function and follows the calls of functions and
classes of the same file. It says what is there, not what it costs: that is the measurement's to tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum

from ftguide.suite.record.model import Resemblance


class Kind(StrEnum):
    """What a place looks like."""

    LOCK = "lock"
    QUEUE = "queue"
    ENUM = "enum"
    CACHE = "cache"
    RANDOM = "random"
    LOGGING = "logging"
    DEEPCOPY = "deepcopy"
    NUMPY = "numpy"
    POOL = "pool"
    THREAD = "thread"
    WRITTEN_DICT = "written-dict"
    DICT = "dict"
    WRITTEN_LIST = "written-list"
    LIST = "list"
    REBOUND = "rebound-global"
    INSTANCE = "instance"


#: Constructors and functions by the name under which they are imported.
_MADE_BY = {
    **dict.fromkeys(
        [
            *("threading.Lock", "threading.RLock", "threading.Condition", "threading.Semaphore"),
            *("threading.BoundedSemaphore", "multiprocessing.Lock"),
        ],
        Kind.LOCK,
    ),
    **dict.fromkeys(["queue.Queue", "queue.SimpleQueue", "queue.LifoQueue"], Kind.QUEUE),
    **dict.fromkeys(
        ["dict", "collections.defaultdict", "collections.Counter", "collections.OrderedDict"],
        Kind.DICT,
    ),
    **dict.fromkeys(["list", "sorted", "collections.deque", "bytearray"], Kind.LIST),
    "logging.getLogger": Kind.LOGGING,
    "random.Random": Kind.RANDOM,
}
_USED = {
    **dict.fromkeys(["copy.deepcopy"], Kind.DEEPCOPY),
    **dict.fromkeys(
        [
            "concurrent.futures.ThreadPoolExecutor",
            "concurrent.futures.ProcessPoolExecutor",
            "concurrent.futures.InterpreterPoolExecutor",
            "multiprocessing.Pool",
            "multiprocessing.pool.ThreadPool",
        ],
        Kind.POOL,
    ),
    "threading.Thread": Kind.THREAD,
}
#: Modules whose functions share something behind the scenes.
_MODULES = {"random": Kind.RANDOM, "logging": Kind.LOGGING, "numpy": Kind.NUMPY}
#: What in these modules shares nothing by being called.
_OWN = ("random.Random", "random.SystemRandom", "logging.getLogger")
_ENUMS = ("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag")
_CACHES = ("functools.lru_cache", "functools.cache")
_LITERALS = {
    **dict.fromkeys((ast.Dict, ast.DictComp), Kind.DICT),
    **dict.fromkeys((ast.List, ast.ListComp, ast.Set, ast.SetComp), Kind.LIST),
}
_WRITTEN = {Kind.DICT: Kind.WRITTEN_DICT, Kind.LIST: Kind.WRITTEN_LIST}
_WRITERS = frozenset(
    {
        *("append", "extend", "insert", "pop", "popleft", "appendleft", "remove", "clear", "sort"),
        *("update", "setdefault", "popitem", "add", "discard", "__setitem__"),
    }
)


def found(source: bytes, function: str | None) -> tuple[Resemblance, ...]:
    """Return what a function of this source, and what it calls there, looks like; each name once.

    Without a function the whole file is looked at. Nothing for what is not Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    file = _File(tree)
    names: dict[tuple[Kind, str], int] = {}
    for root in file.reached(function):
        for kind, name, line in file.seen(root):
            names.setdefault((kind, name), line)
    order = list(Kind)
    for kind, name in list(names):
        if kind in _WRITTEN.values():  # to write it says more than to read it
            read = next(one for one, written in _WRITTEN.items() if written is kind)
            names.pop((read, name), None)
    ordered = sorted(names.items(), key=lambda item: (order.index(item[0][0]), item[1]))
    return tuple(
        Resemblance(kind=kind.value, name=name, line=line) for (kind, name), line in ordered
    )


class _File:
    """The names of a module and what stands behind them."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.imported: dict[str, str] = {}  #: "np" -> "numpy", "choice" -> "random.choice"
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    self.imported[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        self.defined: dict[str, ast.AST] = {}
        self.kinds: dict[str, Kind] = {}
        for node in tree.body:
            self._define(node)

    def _define(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.defined[node.name] = node
            if any(self.path(_called(each)) in _CACHES for each in node.decorator_list):
                self.kinds[node.name] = Kind.CACHE
        elif isinstance(node, ast.ClassDef):
            self.defined[node.name] = node
            if any(self.path(base) in _ENUMS for base in node.bases):
                self.kinds[node.name] = Kind.ENUM
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            kind = self.kind_of(node.value)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and kind is not None:
                    self.kinds[target.id] = kind

    def kind_of(self, value: ast.expr) -> Kind | None:
        """Return what a module-level value looks like."""
        literal = _LITERALS.get(type(value))
        if literal is not None or not isinstance(value, ast.Call):
            return literal
        path = self.path(value.func)
        known = self.defined.get(path)
        if isinstance(known, ast.ClassDef):
            return Kind.INSTANCE
        return _MADE_BY.get(path)

    def path(self, node: ast.AST) -> str:
        """Return the dotted name of an expression, imports resolved; "" for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imported.get(node.id, node.id), *parts])

    def reached(self, function: str | None) -> list[ast.AST]:
        """Return the function and everything of the file that it names; the whole file without one."""
        if function is None:
            return [self.tree]
        waiting, names = [function], dict[str, ast.AST]()
        while waiting:
            name = waiting.pop()
            if name in names or name not in self.defined:
                continue
            node = names[name] = self.defined[name]
            waiting += [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
        return list(names.values())

    def seen(self, root: ast.AST) -> Iterator[tuple[Kind, str, int]]:
        """Yield what stands in a piece of code: kind, name and line."""
        local = _bound_in(root)
        for node in ast.walk(root):
            if isinstance(node, ast.Global):
                for name in node.names:
                    yield Kind.REBOUND, name, node.lineno
            if isinstance(node, ast.Call):
                yield from self._of_call(node)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = node.value.id
                kind = None if name in local else self.kinds.get(name)
                if kind in {Kind.ENUM, Kind.INSTANCE} and isinstance(root, ast.FunctionDef):
                    yield kind, f"{name}.{node.attr}", node.lineno
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                yield from self._written(node.value, local, node.lineno)
            if (
                isinstance(node, ast.Name)
                and isinstance(node.ctx, ast.Load)
                and node.id not in local
            ):
                kind = self.kinds.get(node.id)
                if kind not in {None, Kind.ENUM, Kind.INSTANCE}:
                    assert kind is not None
                    yield kind, node.id, node.lineno

    def _of_call(self, node: ast.Call) -> Iterator[tuple[Kind, str, int]]:
        path = self.path(node.func)
        if path in _USED:
            yield _USED[path], path.rpartition(".")[2], node.lineno
        top, dot, _ = path.partition(".")
        imported = any(one.partition(".")[0] == top for one in self.imported.values())
        if dot and imported and top in _MODULES and path not in _OWN:
            yield _MODULES[top], path, node.lineno
        if isinstance(node.func, ast.Attribute) and node.func.attr in _WRITERS:
            yield from self._written(node.func.value, frozenset(), node.lineno)

    def _written(
        self, target: ast.expr, local: frozenset[str], line: int
    ) -> Iterator[tuple[Kind, str, int]]:
        if isinstance(target, ast.Name) and target.id not in local:
            kind = self.kinds.get(target.id)
            if kind in _WRITTEN:
                yield _WRITTEN[kind], target.id, line


def _called(node: ast.expr) -> ast.expr:
    """Return what a decorator calls, with arguments or without."""
    return node.func if isinstance(node, ast.Call) else node


def _bound_in(root: ast.AST) -> frozenset[str]:
    """Return the names that a function binds itself, unless it declares them global."""
    if not isinstance(root, ast.FunctionDef | ast.AsyncFunctionDef):
        return frozenset()
    nodes = list(ast.walk(root))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    return frozenset(bound - {name for n in nodes if isinstance(n, ast.Global) for name in n.names})
