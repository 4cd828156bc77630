"""The marker `slow`: `nox -s tests` leaves such tests out and says how many, `-- --all` runs them too.

Where tests run in several processes, it is those that collect, and nothing tells the one that prints what
they have left out. Here they do.
"""

from collections.abc import Collection, Hashable, Iterable

import pytest

#: What this process has collected and left out: names of tests, and whether each is slow.
LEFT = pytest.StashKey[dict[str, bool]]()


def slow_but(quick: Collection[Hashable], values: Iterable[object]) -> list[object]:
    """Mark the parameters of a test that are not the quick form of it; every quick one has to be there.

    A plain tuple stands for several parameters, as it does for pytest.
    """
    values = list(values)
    assert set(quick) <= set(values), f"{set(quick) - set(values)} are no parameters"
    return [
        value
        if value in quick
        else pytest.param(*(value if type(value) is tuple else (value,)), marks=pytest.mark.slow)
        for value in values
    ]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT] = {}


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember what a choice, such as `-m "not slow"`, has left out."""
    for item in items:
        item.config.stash[LEFT][item.nodeid] = item.get_closest_marker("slow") is not None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what was left out to the process that prints, if this is not the one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left"] = session.config.stash[LEFT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error) -> None:
    """Take what a worker has left out, which is what every worker has, for the last lines."""
    left = getattr(node, "workeroutput", {}).get("left", {})
    reporter = node.config.pluginmanager.get_plugin("terminalreporter")
    if left and not node.config.stash[LEFT]:
        node.config.stash[LEFT] = left
        reporter.stats["deselected"] = list(left)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say, last of all, what runs the slow tests."""
    slow = sum(terminalreporter.config.stash[LEFT].values())
    if slow:
        terminalreporter.line(
            f"{slow} slow tests were left out; `nox -s tests -- --all` runs them too, as CI does."
        )
