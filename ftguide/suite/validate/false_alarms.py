"""Count how often the suite sees a difference where there is none.

    python -m ftguide.suite.validate.false_alarms RUN [RUN …]

Counts the A/A pairs of stored runs: two copies of one arm, alive in the same blocks, went through the
same pipeline as everything else. Of 95 % intervals about 5 in 100 should exclude 1; a difference may be
called (slower or faster) at most once in all. Of a run over several lines, each line has to have pairs.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from ftguide.ground.vocabulary import Arm
from ftguide.suite.derive import analysis
from ftguide.suite.derive.analysis import Report, Row
from ftguide.suite.derive.verdicts import Comparison, Verdict
from ftguide.suite.record import store
from ftguide.suite.record.store import find
from ftguide.suite.validate.attempts import record

FEWEST = 200
SHARE = (0.01, 0.09)
CALLED = 1


def copies(row: Row) -> Iterator[Comparison]:
    """Yield the A/A pairs of a row, those of the main line first."""
    yield from row.replicates
    for line in row.lines:
        yield from line.replicates


def lines_without(reports: Iterable[Report]) -> list[str]:
    """Name the lines that a run compares without a single A/A pair of their own."""
    lacking = []
    for report in reports:
        run = report.stored.run
        copied = {Arm.parse(pair.arm).line for row in report.rows for pair in copies(row)}
        if run.lines:
            lacking += [line for line, name in run.in_order.items() if name not in copied]
    return lacking


def main() -> int:
    """Count, print, record."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="a run id or the path of a run folder"
    )
    runs = [analysis.report(store.load(find(name))) for name in parser.parse_args().runs]
    pairs = [(row.slug, pair) for report in runs for row in report.rows for pair in copies(row)]
    outside = [(slug, pair) for slug, pair in pairs if not pair.low <= 1 <= pair.high]
    called = [
        (slug, pair) for slug, pair in pairs if pair.verdict in {Verdict.SLOWER, Verdict.FASTER}
    ]
    share = len(outside) / len(pairs) if pairs else 0.0
    print(f"{len(pairs)} A/A comparisons; {len(outside)} intervals exclude 1 ({100 * share:.1f} %)")
    for slug, pair in outside:
        print(
            f"  {slug} {pair.arm}: {pair.ratio:.4f} [{pair.low:.4f}, {pair.high:.4f}] {pair.verdict}"
        )
    by_arm = Counter(pair.arm for _, pair in pairs)
    several, lacking = any(report.stored.run.lines for report in runs), lines_without(runs)
    if lacking:
        print(f"  without an A/A pair: {', '.join(lacking)}")
    return record(
        "false_alarms",
        {
            f"at least {FEWEST} comparisons": len(pairs) >= FEWEST,
            f"{100 * SHARE[0]:.0f} to {100 * SHARE[1]:.0f} % exclude 1": SHARE[0]
            <= share
            <= SHARE[1],
            f"at most {CALLED} called": len(called) <= CALLED,
            **({"every line has A/A pairs": not lacking} if several else {}),
        },
        {
            "runs": [report.stored.run.run_id for report in runs],
            "comparisons": len(pairs),
            "by_arm": dict(by_arm),
            "exclude_one": len(outside),
            "called": [f"{slug} {pair.arm}" for slug, pair in called],
        },
    )


if __name__ == "__main__":
    sys.exit(main())
