"""PageRank over a graph that all threads read, with ranks of their own.

The graph is a dict of tuples of names, built once and never written again. Every step of the inner
loop takes a name out of a tuple that another thread is reading, too, and counts its references,
while the ranks it adds to are the thread's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.workloads.declare import Expectation, Group, Scope, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGES: Final = 300
LINKS: Final = 6
ROUNDS: Final = 2
DAMPING: Final = 0.85

#: After ROUNDS rounds: the sum of the ranks' squares to 15 digits, and the page that ranks highest.
SQUARES, BEST = 0.006196737200253, "page 0"


class Ranking(NamedTuple):
    """What a worker found."""

    done: int
    total: float  #: sum of all ranks, which is 1 in every round
    squares: float
    best: str


def _graph() -> dict[str, tuple[str, ...]]:
    """Return who links whom: up to LINKS links a page, most of them to low numbers."""
    names = [f"page {number}" for number in range(PAGES)]
    state = 1
    graph = {}
    for number, name in enumerate(names):
        targets = {(number + 1) % PAGES}  # nobody is without a link
        while len(targets) < LINKS:
            state = (state * 1103515245 + 12345) % 2**31
            target = (state % PAGES) ** 2 // PAGES
            if target != number:
                targets.add(target)
        graph[name] = tuple(names[target] for target in sorted(targets))
    return graph


def _rank(_local: None, shared: dict[str, tuple[str, ...]], loops: int) -> Ranking:
    ranks: dict[str, float] = {}
    done = 0
    for _ in range(loops):
        ranks = dict.fromkeys(shared, 1 / PAGES)
        for _ in range(ROUNDS):
            fresh = dict.fromkeys(shared, (1 - DAMPING) / PAGES)
            for page, links in shared.items():
                part = DAMPING * ranks[page] / len(links)
                for link in links:
                    fresh[link] += part
            ranks = fresh
        done += 1
    best = max(ranks, key=ranks.__getitem__)
    return Ranking(done, sum(ranks.values()), sum(rank * rank for rank in ranks.values()), best)


def _check_ranks(results: Sequence[Ranking], loops: int) -> None:
    for ranking in results:
        expect(ranking.done, loops, "rankings")
        expect(round(ranking.total, 12), 1.0, "sum of all ranks")
        expect(round(ranking.squares, 15), SQUARES, "sum of the ranks' squares")
        expect(ranking.best, BEST, "page that ranks highest")


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        slug="pagerank",
        version=1,
        title="PageRank over a shared graph",
        question="Do threads scale when they read one graph of Python objects and write elsewhere?",
        group=Group.APPLICATIONS,
        scope=Scope.SHARED_READ,
        expectation=Expectation.NEGATIVE,
        because=(
            "Every link that is followed counts a reference to a name that the other threads count "
            "as well, and that is most of what the inner loop does."
        ),
        explained_at="benchmarks/method",
        setup_shared=_graph,
        run=_rank,
        check=_check_ranks,
    ),
)

if __name__ == "__main__":
    from benchmarks.workloads.stock import main

    main(WORKLOADS)
