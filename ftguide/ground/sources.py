"""The fingerprint of code: what a derived file was derived by, so that one of other code is not believed.

It covers some modules and all of the project that they import, but for comments, docstrings and blank lines:
changing those changes no number.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import io
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

from ftguide.ground.files import ROOT


@functools.cache
def fingerprint(*modules: str, apart: tuple[str, ...] = (), root: Path = ROOT) -> str:
    """Return the SHA-256 of modules, named with dots, and of what they import; hexadecimal.

    Modules and packages that are `apart` do not count, nor what only they import. The same on every Python
    that can parse them. Raises `OSError` for a module that is not there.
    """
    waiting, texts = [*modules], dict[str, str]()
    while waiting:
        name = waiting.pop()
        if name not in texts:
            source = _path(name, root).read_text(encoding="utf-8")
            tree = ast.parse(source)
            texts[name] = _executed(source, tree)
            waiting += [
                imported
                for imported in _imports(tree, root)
                if not any(f"{imported}.".startswith(f"{name}.") for name in apart)
            ]
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\n{texts[name]}\n".encode())
    return digest.hexdigest()


def _path(name: str, root: Path) -> Path:
    stem = root.joinpath(*name.split("."))
    package = stem / "__init__.py"
    return package if package.exists() else stem.with_suffix(".py")


def _imports(tree: ast.Module, root: Path) -> Iterator[str]:
    """Yield the modules of the project that a module imports, wherever it does."""
    for node in ast.walk(tree):
        names: Iterable[str] = ()
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if (root / name.partition(".")[0]).is_dir() and _path(name, root).exists():
                yield name


def _executed(source: str, tree: ast.Module) -> str:
    """Return a source without its comments, docstrings and blank lines."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            lines[line - 1] = lines[line - 1][:column]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for text in node.body[:1]:
                if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                    last = text.end_lineno or text.lineno
                    lines[text.lineno - 1 : last] = [""] * (last - text.lineno + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())
