"""Ask of the tests whether they would notice: change the code in one place, run them, see if any fails.

    python -m tests.mutate ftguide/statistics ftguide/suite/derive/flags.py
    python -m tests.mutate ftguide/suite/derive --sample 25 --seed 2 --tests tests/suite

A test that passes says that the code does what the test looks at. Whether it looks at anything is another
question, and coverage does not answer it: a line can run in a hundred tests of which none would fail if the
line were wrong. So each mutant here is the module with one change that a tired person might make (`<` for
`<=`, `+` for `-`, `and` for `or`, a constant one too large, a condition turned round, a statement left out,
a filter that lets everything through), and the tests that mirror the module are run on it. If one fails, the
mutant is killed. If none does, it survives, and there are two reasons for that:

- a test is missing. Write it: it names what the module promises and what the mutant breaks;
- the mutant is equivalent: it behaves as the module does (`<` for `<=` where both sides are never equal, a
  faster way taken or not taken). No test can tell, and none should be made up.

Which of the two it is, no program decides; that is the work. A score is no goal.

Not changed are text (messages have tests where somebody relies on them), types, docstrings, imports,
decorators, assertions, and options that only refuse (`strict=`, `frozen=`, `kw_only=`). Everything happens in
a copy of the checkout, so it may run beside other work. A mutant that hangs or grows counts as killed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ftguide.ground.process import Limits, run

ROOT = Path(__file__).resolve().parents[1]

#: Operators that are taken for the one below, and the other way round.
ONES = (ast.Lt, ast.Gt, ast.Eq, ast.In, ast.Is, ast.And, ast.Add, ast.Mult)
OTHERS = (ast.LtE, ast.GtE, ast.NotEq, ast.NotIn, ast.IsNot, ast.Or, ast.Sub, ast.Div)
OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    **dict(zip((*ONES, *OTHERS), (*OTHERS, *ONES), strict=True)),
    **dict.fromkeys((ast.FloorDiv, ast.Mod, ast.Pow), ast.Mult),
}
#: Functions, and what each is taken for.
FUNCTIONS = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
}
SKIPPED_FIELDS = {"annotation", "returns", "decorator_list"}
MEMORY_BYTES = 2 * 2**30


class Mutant(NamedTuple):
    """One change of a module: where, from what, to what, and the whole source with it."""

    line: int
    before: str
    after: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of a walk through its syntax tree."""
    tree = ast.parse(source)
    for holder, place, child, role in _slots(tree):
        for other in (*_other_operators(child), *_others(child), *_conditions(child, role)):
            holder[place] = other
            changed = ast.unparse(ast.fix_missing_locations(tree))
            holder[place] = child
            yield Mutant(child.lineno, _one_line(child), _one_line(other), changed)


def _slots(node: ast.AST) -> Iterator[tuple[Any, Any, ast.expr | ast.stmt, str]]:
    """Yield every expression and statement: what holds it, where, itself, and what it is there."""
    for name, value in ast.iter_fields(node):
        several = isinstance(value, list)
        for place, child in enumerate(value) if several else ((name, value),):
            if name in SKIPPED_FIELDS or not isinstance(child, ast.AST) or _is_skipped(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield value if several else vars(node), place, child, name
            yield from _slots(child)


def _is_skipped(node: ast.AST) -> bool:
    match node:
        case ast.Assert() | ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.keyword(arg="strict" | "frozen" | "kw_only"):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _with(node: ast.AST, **changes: Any) -> ast.AST:
    """Return a node with some fields changed."""
    return type(node)(**{**dict(ast.iter_fields(node)), **changes})


def _one_line(node: ast.AST) -> str:
    """Return a node as code on one line; of a block only its head."""
    return " ".join(ast.unparse(node).partition("\n")[0].split())[:100]


def _other_operators(node: ast.AST) -> Iterator[ast.AST]:
    """Yield an operation with another operator, or without it."""
    match node:
        case ast.Compare(ops=operators):
            for place, operator in enumerate(operators):  # several: a <= x < b
                other = OPERATORS[type(operator)]()
                yield _with(node, ops=[*operators[:place], other, *operators[place + 1 :]])
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield _with(node, op=OPERATORS[type(operator)]())
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a constant, a call or a statement may be taken for."""
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value=value + 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(value=2 * value or 1.0)
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            yield _with(node, func=_with(node.func, id=FUNCTIONS[name]))
        case ast.Call(func=ast.Attribute(attr=name)) if name in FUNCTIONS:
            yield _with(node, func=_with(node.func, attr=FUNCTIONS[name]))
        case ast.Call(func=ast.Name(id="sorted"), args=[values, *_]):
            yield ast.Call(func=ast.Name(id="list", ctx=ast.Load()), args=[values], keywords=[])
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Raise() | ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield ast.Pass()


def _conditions(node: ast.expr | ast.stmt, role: str) -> Iterator[ast.AST]:
    """Yield a condition turned round, where no other operator does that; a filter that is none."""
    if role == "test" and not isinstance(node, ast.Compare | ast.UnaryOp | ast.stmt):
        yield ast.UnaryOp(op=ast.Not(), operand=node)
    if role == "ifs":
        yield ast.Constant(value=True)


def copy_checkout(target: Path) -> None:
    """Copy what version control knows or would take, as it is now; built interpreters are linked."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    if (ROOT / "_build").is_dir():
        (target / "_build").symlink_to(ROOT / "_build")


def tests_of(module: Path) -> list[str]:
    """Return the tests that mirror a module: its own file first, then all of its folder's.

    Raises `SystemExit` where there are none, with what to say instead.
    """
    folder = Path("tests", *module.parent.parts[1:])
    own = folder / f"test_{module.name}"
    found = [str(own)] if (ROOT / own).exists() else []
    if folder != Path("tests") and (ROOT / folder).is_dir():
        found.append(str(folder))
    if not found:
        raise SystemExit(f"{module}: neither {own} nor tests in {folder}; say --tests PATH")
    return found


def failure(tree: Path, tests: list[str], seconds: float) -> str | None:
    """Run tests in a copy; return what failed, None when all of them passed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider"]
    ended = run(
        [*command, *tests],
        folder=tree,
        environ={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        limits=Limits(seconds=seconds, memory_bytes=MEMORY_BYTES),
    )
    lines = ended.output.decode(errors="replace").splitlines()
    failed = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return None if ended.succeeded else next(iter(failed), f"pytest {ended.words}")


def survivors(tree: Path, module: Path, drawn: list[Mutant], tests: list[str]) -> int:
    """Run the tests on every mutant of a module, print what became of each; return how many survived.

    Raises `SystemExit` when the tests fail on the module as it is.
    """
    path, source = tree / module, (tree / module).read_text()
    begun = time.monotonic()
    if (failed := failure(tree, tests, 600)) is not None:
        raise SystemExit(f"{module}: tests fail without a mutant: {failed}. Make them pass first.")
    patience = 30 + 10 * (time.monotonic() - begun)
    survived = 0
    for mutant in drawn:
        path.write_text(mutant.source)
        for stale in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            stale.unlink()  # of the source before: its time and size may be the same
        alive = failure(tree, tests, patience) is None
        survived += alive
        outcome = "SURVIVED" if alive else "killed  "
        print(f"  {outcome} {module}:{mutant.line}  {mutant.before}  ->  {mutant.after}")
    path.write_text(source)
    return survived


def main() -> int:
    """Mutate the modules; what survived is for a person to judge, so the status is 0."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="+", metavar="MODULE", help="a file or folder of ftguide/")
    parser.add_argument("--sample", type=int, metavar="N", help="at most N mutants per module")
    parser.add_argument("--seed", type=int, default=1, help="decides which; same seed, same ones")
    parser.add_argument("--tests", action="append", metavar="PATH", help="instead of the mirror")
    arguments = parser.parse_args()
    paths = [Path(name) for name in arguments.modules]
    modules = [file for path in paths for file in (sorted(path.rglob("*.py")) or [path])]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder)
        copy_checkout(tree)
        for module in [path.resolve().relative_to(ROOT) for path in modules]:
            every = list(mutants((tree / module).read_text()))
            chance = random.Random(f"{arguments.seed} {module}")
            count = min(len(every), arguments.sample or len(every))
            drawn = [every[place] for place in sorted(chance.sample(range(len(every)), count))]
            if drawn:
                alive = survivors(tree, module, drawn, arguments.tests or tests_of(module))
                killed = f"{count - alive} killed, {alive} survived"
                print(f"{module}: {count} of {len(every)} mutants, {killed}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
