"""List the lines of a package that bind what its threads can share.

    python3.14 shared_state.py PACKAGE

It reads the files below the folder PACKAGE and imports none of them. It names each
container and each None that a module binds, each plain assignment in a class, each
`global` statement and each cache. It does not see default arguments, closures, objects
that another module replaces, or what callers hand in.
"""

import ast
import sys
from pathlib import Path

CONTAINERS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
MAKERS = {"Counter", "OrderedDict", "defaultdict", "deque", "dict", "list", "set"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def mutable(value):
    """Is it a container, or a None that something may replace later?"""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in MAKERS
    return isinstance(value, CONTAINERS) or (
        isinstance(value, ast.Constant) and value.value is None
    )


def binds(statement, *, in_class):
    """Does this assignment bind what threads can share? __all__ and its like do not count."""
    if isinstance(statement, ast.Assign):
        target, kept = statement.targets[0], in_class or mutable(statement.value)
    elif isinstance(statement, ast.AnnAssign):
        target, kept = statement.target, mutable(statement.value)
    else:
        return False
    return kept and not ast.unparse(target).startswith("__")


def shared(node, *, in_function=False):
    """Yield the numbers of such lines below a node of the syntax tree."""
    for child in ast.iter_child_nodes(node):
        local = in_function or isinstance(child, FUNCTIONS)
        if isinstance(child, ast.Global) or (
            not local and binds(child, in_class=isinstance(node, ast.ClassDef))
        ):
            yield child.lineno
        for decorator in getattr(child, "decorator_list", []):
            if "cache" in ast.unparse(decorator):
                yield decorator.lineno
        yield from shared(child, in_function=local)


def main():
    package = Path(sys.argv[1])
    for file in sorted(package.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for number in sorted(set(shared(ast.parse(text)))):
            print(f"{file.as_posix()}:{number}: {text.splitlines()[number - 1].strip()}")


if __name__ == "__main__":
    main()
