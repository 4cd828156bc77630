"""Jobs on tables: clean a matrix, group rows, read a file of values, score a model, ask SQLite.

An optional part of the suite: targets that were not given the packages leave it out. Every worker has its
own data, as it does where each thread takes a file or a batch. What a library would spread over threads by
itself is held to one, so that a worker is a worker.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMPY: Final = "numpy==2.5.5"
PANDAS: Final = (NUMPY, "pandas==3.1.1")
PYARROW: Final = ("pyarrow==26.0.1",)
SKLEARN: Final = (NUMPY, "scikit-learn==1.9.1", "joblib==1.6.0")
REFUSES: Final = "NumPy's extension modules refuse to load in a subinterpreter"
WITHOUT: Final = (("interpreters", REFUSES),)
WITHOUT_ARROW: Final = (("interpreters", "pyarrow refuses to load in a subinterpreter"),)

#: Rows and columns of the matrix that is cleaned.
ROWS, COLUMNS = 400, 30
#: Rows of the table that is grouped, and the groups.
SALES, SHOPS = 8_000, 50
#: Lines of the file that is read.
LINES: Final = 4_000
#: Rows that are scored, their features, and the trees that vote.
SCORED, FEATURES, TREES = 400, 8, 10
#: Rows of the table in SQLite.
ORDERS: Final = 3_000
#: Pieces of the job that joblib spreads over its threads, and how far each counts.
PIECES, LIMIT = 8, 3_000
WORKERS: Final = 2


def _alone() -> None:
    """Hold every pool of threads below Python to one; before the first import of what starts them."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


class Matrix(NamedTuple):
    """NumPy, and a matrix of whole numbers."""

    numpy: Any
    values: Any


def _matrix(worker: int) -> Matrix:
    _alone()
    numpy: Any = importlib.import_module("numpy")  # optional
    values = numpy.arange(ROWS * COLUMNS, dtype="float64").reshape(ROWS, COLUMNS) + worker
    return Matrix(numpy, values)


def _standardise(local: Matrix, _shared: None, loops: int) -> tuple[int, float]:
    values = local.values
    done, total = 0, 0.0
    for _ in range(loops):
        clean = (values - values.mean(axis=0)) / values.std(axis=0)
        total = float((clean * clean).sum())
        done += 1
    return done, total


def _check_standardised(results: Sequence[tuple[int, float]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "matrices")
        # Of every column the variance is 1 then, so its squares add up to the number of rows.
        expect(round(total, 6), float(ROWS * COLUMNS), "sum of squares")


def _frame(_worker: int) -> Any:
    _alone()
    pandas: Any = importlib.import_module("pandas")  # optional
    return pandas.DataFrame(
        {"shop": [f"shop {row % SHOPS}" for row in range(SALES)], "amount": list(range(SALES))}
    )


def _group(local: Any, _shared: None, loops: int) -> tuple[int, int, int]:
    done, shops, total = 0, 0, 0
    for _ in range(loops):
        sums = local.groupby("shop")["amount"].sum()
        shops, total = len(sums), int(sums.sum())
        done += 1
    return done, shops, total


def _check_groups(results: Sequence[tuple[int, int, int]], loops: int) -> None:
    for done, shops, total in results:
        expect(done, loops, "groupings")
        expect(shops, SHOPS, "groups")
        expect(total, SALES * (SALES - 1) // 2, "sum over all groups")


class Reader(NamedTuple):
    """pyarrow's modules, and a file of values."""

    arrow: Any
    csv: Any
    content: bytes


def _file(_worker: int) -> Reader:
    arrow: Any = importlib.import_module("pyarrow")  # optional
    csv: Any = importlib.import_module("pyarrow.csv")
    arrow.set_cpu_count(1)
    arrow.set_io_thread_count(1)
    lines = [f"{line},shop {line % SHOPS},{line}.5" for line in range(LINES)]
    return Reader(arrow, csv, "\n".join(["number,shop,amount", *lines, ""]).encode())


def _read(local: Reader, _shared: None, loops: int) -> tuple[int, int, float]:
    done, rows, total = 0, 0, 0.0
    options = local.csv.ReadOptions(use_threads=False)
    for _ in range(loops):
        table = local.csv.read_csv(local.arrow.py_buffer(local.content), read_options=options)
        sums = table.group_by("shop", use_threads=False).aggregate([("amount", "sum")])
        rows, total = sums.num_rows, sum(sums["amount_sum"].to_pylist())
        done += 1
    return done, rows, total


def _check_read(results: Sequence[tuple[int, int, float]], loops: int) -> None:
    for done, rows, total in results:
        expect(done, loops, "files")
        expect(rows, SHOPS, "groups")
        expect(total, LINES * (LINES - 1) / 2 + LINES / 2, "sum of the amounts")


class Model(NamedTuple):
    """A model that has learnt, what it scores, and what it must answer."""

    model: Any
    rows: Any
    positives: int


def _model(_worker: int) -> Model:
    _alone()
    numpy: Any = importlib.import_module("numpy")  # optional
    ensemble: Any = importlib.import_module("sklearn.ensemble")
    rows = (numpy.arange(SCORED * FEATURES) * 37 % 101).reshape(SCORED, FEATURES).astype("float64")
    labels = (rows[:, 0] > rows[:, 1]).astype(int)
    # Without resampling every tree sees all rows, and a grown tree remembers what it saw.
    model = ensemble.ExtraTreesClassifier(n_estimators=TREES, bootstrap=False, random_state=0)
    return Model(model.fit(rows, labels), rows, int(labels.sum()))


def _score(local: Model, _shared: None, loops: int) -> tuple[int, int, int]:
    done, positives = 0, 0
    for _ in range(loops):
        positives = int(local.model.predict(local.rows).sum())
        done += 1
    return done, positives, local.positives


def _check_scores(results: Sequence[tuple[int, int, int]], loops: int) -> None:
    for done, positives, expected in results:
        expect(done, loops, "batches")
        expect(positives, expected, "rows scored positive")


def _orders(_worker: int) -> Any:
    sqlite3: Any = importlib.import_module("sqlite3")
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "create table orders (number integer primary key, shop text, amount integer)"
    )
    rows = ((row, f"shop {row % SHOPS}", row) for row in range(ORDERS))
    connection.executemany("insert into orders values (?, ?, ?)", rows)
    return connection


def _ask(local: Any, _shared: None, loops: int) -> tuple[int, int, int]:
    done, shops, total = 0, 0, 0
    query = "select shop, sum(amount) from orders where amount >= ? group by shop"
    for _ in range(loops):
        found = local.execute(query, (0,)).fetchall()
        shops, total = len(found), sum(amount for _, amount in found)
        done += 1
    return done, shops, total


def _check_orders(results: Sequence[tuple[int, int, int]], loops: int) -> None:
    for done, shops, total in results:
        expect(done, loops, "queries")
        expect(shops, SHOPS, "groups")
        expect(total, ORDERS * (ORDERS - 1) // 2, "sum of the amounts")


def _joblib(_worker: int) -> Any:
    _alone()
    return importlib.import_module("joblib")  # optional


def _divisible(first: int) -> int:
    """Count numbers below a limit that leave a remainder: the Python function that joblib is given."""
    count = 0
    for number in range(LIMIT):
        if number % PIECES == first:
            count += 1
    return count


def _spread(local: Any, _shared: None, loops: int) -> tuple[int, int]:
    done, total = 0, 0
    for _ in range(loops):
        work = [local.delayed(_divisible)(piece) for piece in range(PIECES)]
        total = sum(local.Parallel(n_jobs=WORKERS, backend="threading")(work))
        done += 1
    return done, total


def _check_spread(results: Sequence[tuple[int, int]], loops: int) -> None:
    for done, total in results:
        expect(done, loops, "calls of Parallel")
        expect(total, LIMIT, "numbers counted")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="numpy-standardise",
        version=1,
        title="Standardise a matrix with NumPy",
        question="Do threads that each clean a matrix of their own gain from the free-threaded build?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Each call makes arrays of the thread's own, and functions and types are only read.",
        explained_at="data-jobs",
        setup_local=_matrix,
        run=_standardise,
        check=_check_standardised,
        distributions=(NUMPY,),
        without=WITHOUT,
    ),
    Workload(
        slug="pandas-groupby",
        version=1,
        title="Group a pandas frame and add up",
        question="Do threads that each group a frame of their own run at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="A grouping is much Python code around short loops in C, all of it on the thread's data.",
        explained_at="data-jobs",
        setup_local=_frame,
        run=_group,
        check=_check_groups,
        distributions=PANDAS,
        without=WITHOUT,
    ),
    Workload(
        slug="pyarrow-csv",
        version=1,
        title="Read a CSV file with PyArrow and group it",
        question="Is there anything to win where a library releases the GIL for most of its work?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="PyArrow parses and groups in C++ with the GIL released, so threads overlap on both builds.",
        explained_at="data-jobs",
        setup_local=_file,
        run=_read,
        check=_check_read,
        distributions=PYARROW,
        without=WITHOUT_ARROW,
    ),
    Workload(
        slug="sklearn-score",
        version=1,
        title="Score rows with scikit-learn",
        question="Can threads score batches with models of their own at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="Ten small trees are asked one after the other, with Python code before and after each.",
        explained_at="data-jobs",
        setup_local=_model,
        run=_score,
        check=_check_scores,
        distributions=SKLEARN,
        without=WITHOUT,
    ),
    Workload(
        slug="joblib-threading",
        version=1,
        title="A Python function under joblib's threads",
        question='Does joblib with backend="threading" become worth its while for Python code?',
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.SCALES,
        because="The pieces share nothing but the function, and joblib's own work is short beside them.",
        explained_at="data-jobs",
        setup_local=_joblib,
        run=_spread,
        check=_check_spread,
        distributions=(NUMPY, "joblib==1.6.0"),
        single_only=True,
        cpus=WORKERS,
    ),
    Workload(
        slug="sqlite-group",
        version=1,
        title="Ask an SQLite database of one's own",
        question="Do threads that each query their own database in memory run at the same time?",
        group=Group.DATA,
        scope=Scope.PRIVATE,
        expectation=Expectation.GIL_IS_FINE,
        because="The module releases the GIL while SQLite steps through rows.",
        explained_at="data-jobs",
        setup_local=_orders,
        run=_ask,
        check=_check_orders,
        requires=("sqlite3", "_sqlite3"),
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
