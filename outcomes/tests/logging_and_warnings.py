"""Logging and warnings.

Loggers, their handlers and the filters of warnings belong to the process. CPython documents that logging
is thread-safe; what several calls make of it together is another matter.
"""

from __future__ import annotations

import io
import logging
import warnings

from outcomes.tests.declare import Stress, acceptable, forbidden, interesting


class Collect(logging.Handler):
    def __init__(self):
        super().__init__()
        self.seen = []

    def emit(self, record):
        self.seen.append(record.msg)


class LoggedLines(Stress):
    """Each handler has a lock of its own that it holds while it writes one record."""

    slug = "logging-lines"
    question = "Is each record that two threads log a whole line of its own?"
    on = "logging.StreamHandler"
    operation = "log from two threads"
    module = "logging"
    source = "https://docs.python.org/3.14/library/logging.html#thread-safety"
    outcomes = (
        acceptable("all whole", "Every record is one line, and none is missing."),
        forbidden("torn", "A line holds parts of two records, or is missing."),
    )

    def __init__(self):
        self.text = io.StringIO()
        self.log = logging.Logger("app")
        self.log.addHandler(logging.StreamHandler(self.text))

    def actor1(self):
        for _ in range(200):
            self.log.warning("first thread")

    def actor2(self):
        for _ in range(200):
            self.log.warning("second thread")

    def arbiter(self):
        lines = self.text.getvalue().splitlines()
        first, second = lines.count("first thread"), lines.count("second thread")
        return "all whole" if first == second == 200 and len(lines) == 400 else "torn"


class HandlerForAWhile(Stress):
    """Test helpers that capture what is logged do this: attach a handler, run the code, detach it."""

    slug = "logging-handler-remove"
    question = "Does a handler get what its own thread logs while another thread removes a handler?"
    on = "logging.Logger"
    operation = "log against removeHandler"
    module = "logging"
    source = "https://docs.python.org/3.14/library/logging.html#thread-safety"
    remedy = "porting/migrations#migration-registry"
    issue = "gh-79366"
    note = "removeHandler() replaces the list since gh-79366; before, it changed the list in place."
    outcomes = (
        acceptable("all, all", "Each handler got every record of its own thread."),
        interesting(
            "*missed*",
            "The other thread removed a handler from the list that this one was looping over, and "
            "the loop stepped over the next one.",
        ),
    )

    def __init__(self):
        self.log = logging.Logger("app")

    def actor1(self):
        mine = Collect()
        for _ in range(300):
            self.log.addHandler(mine)
            self.log.warning("first")
            self.log.removeHandler(mine)
        return "all" if mine.seen.count("first") == 300 else "missed"

    def actor2(self):
        mine = Collect()
        for _ in range(300):
            self.log.addHandler(mine)
            self.log.warning("second")
            self.log.removeHandler(mine)
        return "all" if mine.seen.count("second") == 300 else "missed"


class HandlerAdded(Stress):
    """The list of handlers grows at its end, behind the handler that is asked about."""

    slug = "logging-handler-add"
    question = "Does the first handler get every record while another thread adds handlers?"
    on = "logging.Logger"
    operation = "log against addHandler"
    module = "logging"
    source = "https://docs.python.org/3.14/library/logging.html#thread-safety"
    outcomes = (
        acceptable("all", "The handler that was there first got every record."),
        forbidden("missed", "A record did not arrive."),
    )

    def __init__(self):
        self.first = Collect()
        self.log = logging.Logger("app")
        self.log.addHandler(self.first)

    def actor1(self):
        for _ in range(100):
            self.log.warning("hello")

    def actor2(self):
        for _ in range(20):
            self.log.addHandler(logging.NullHandler())

    def arbiter(self):
        return "all" if len(self.first.seen) == 100 else "missed"


class HandlerIfNone(Stress):
    """The line that libraries and notebooks use against messages that appear twice."""

    slug = "logging-handler-if-none"
    question = "Does a logger have one handler after two threads gave it one if it had none?"
    on = "logging.Logger"
    operation = "if not handlers: addHandler"
    module = "logging"
    remedy = "porting/cookbook#pattern-once"
    outcomes = (
        acceptable("one", "The second thread saw the handler of the first one."),
        interesting("two", "Both saw none: from now on each message appears twice."),
    )

    def __init__(self):
        self.logs = [logging.Logger("app") for _ in range(100)]

    def actor1(self):
        for log in self.logs:
            if not log.handlers:
                log.addHandler(logging.NullHandler())

    def actor2(self):
        for log in self.logs:
            if not log.handlers:
                log.addHandler(logging.NullHandler())

    def arbiter(self):
        return "two" if any(len(log.handlers) > 1 for log in self.logs) else "one"


class BasicConfig(Stress):
    """Removing the old handlers and adding the new one happen under the lock of the module."""

    slug = "logging-basicconfig-force"
    question = "Has the root logger one handler after two threads called basicConfig(force=True)?"
    on = "logging.root"
    operation = "basicConfig in two threads"
    module = "logging"
    source = "https://docs.python.org/3.14/library/logging.html#thread-safety"
    outcomes = (
        acceptable("1", "Each call replaced the handler of the one before."),
        forbidden("*", "Two calls mixed."),
    )

    def actor1(self):
        for _ in range(50):
            logging.basicConfig(force=True, handlers=[logging.NullHandler()])

    def actor2(self):
        for _ in range(50):
            logging.basicConfig(force=True, handlers=[logging.NullHandler()])

    def arbiter(self):
        return len(logging.root.handlers)


class GetLogger(Stress):
    """The names are new in every round."""

    slug = "logging-getlogger"
    question = "Do two threads that ask for one new logger get the same one?"
    on = "logging.getLogger"
    operation = "getLogger(name)"
    module = "logging"
    source = "https://docs.python.org/3.14/library/logging.html#logging.getLogger"
    outcomes = (
        acceptable("same", "Both threads got one object for each name."),
        forbidden("two", "There were two loggers of one name."),
    )

    def __init__(self):
        self.first, self.second = [], []

    def actor1(self):
        for number in range(200):
            self.first.append(logging.getLogger(f"app{id(self)}.{number}"))

    def actor2(self):
        for number in range(200):
            self.second.append(logging.getLogger(f"app{id(self)}.{number}"))

    def arbiter(self):
        names = [name for name in logging.root.manager.loggerDict if name.startswith("app")]
        for name in names:
            del logging.root.manager.loggerDict[name]
        pairs = zip(self.first, self.second)
        return "same" if all(one is two for one, two in pairs) else "two"


class SetLevel(Stress):
    """A logger remembers which levels are enabled; setLevel() makes every logger forget."""

    slug = "logging-setlevel"
    question = "Is a level enabled once setLevel() has returned, if another thread asked meanwhile?"
    on = "logging.Logger"
    operation = "setLevel against isEnabledFor"
    module = "logging"
    source = "https://docs.python.org/3.14/library/logging.html#thread-safety"
    outcomes = (
        acceptable("right", "Each answer after setLevel() was for the new level."),
        forbidden(
            "stale", "The logger remembered what another thread had found before the change."
        ),
    )

    def __init__(self):
        self.log = logging.getLogger("levels")

    def actor1(self):
        stale = 0
        for _ in range(200):
            self.log.setLevel(logging.DEBUG)
            stale += not self.log.isEnabledFor(logging.DEBUG)
            self.log.setLevel(logging.ERROR)
            stale += self.log.isEnabledFor(logging.DEBUG)
        return "stale" if stale else "right"

    def actor2(self):
        for _ in range(2000):
            self.log.isEnabledFor(logging.DEBUG)


class CatchWarnings(Stress):
    """Each thread silences warnings for a moment, and leaves everything as it found it."""

    slug = "warnings-catch-restore"
    question = "Are the filters as before after two threads used catch_warnings() at once?"
    on = "warnings.catch_warnings"
    operation = "enter and leave in two threads"
    module = "warnings"
    source = (
        "https://docs.python.org/3.14/library/warnings.html#concurrent-safety-of-context-managers"
    )
    remedy = "behaviour-differences#difference-warnings"
    note = "Safe with sys.flags.context_aware_warnings: free-threaded builds set it since 3.14."
    outcomes = (
        acceptable("restored", "The filters are those from before."),
        interesting(
            "still silenced",
            "One thread saved the other one's filters and put them back after both had ended.",
        ),
    )

    def __init__(self):
        warnings.resetwarnings()

    def actor1(self):
        for _ in range(200):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")

    def actor2(self):
        for _ in range(200):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")

    def arbiter(self):
        return "still silenced" if warnings.filters else "restored"


class RecordWarnings(Stress):
    """What a test does that expects one warning."""

    slug = "warnings-record"
    question = (
        "Does catch_warnings(record=True) record what its own thread warns about, and only that?"
    )
    on = "warnings.catch_warnings"
    operation = "record=True in two threads"
    module = "warnings"
    source = (
        "https://docs.python.org/3.14/library/warnings.html#concurrent-safety-of-context-managers"
    )
    remedy = "behaviour-differences#difference-warnings"
    note = "Safe with sys.flags.context_aware_warnings: free-threaded builds set it since 3.14."
    outcomes = (
        acceptable("own, own", "Each thread recorded its own warning, each time."),
        interesting("*other*", "A warning landed in the list of the other thread, or in none."),
    )

    def actor1(self):
        own = True
        for _ in range(100):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                warnings.warn("first")
            own = own and [str(one.message) for one in caught] == ["first"]
        return "own" if own else "other"

    def actor2(self):
        own = True
        for _ in range(100):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                warnings.warn("second")
            own = own and [str(one.message) for one in caught] == ["second"]
        return "own" if own else "other"


class WarnOnce(Stress):
    """The action `default` shows the first warning of each line, and notes it in a registry."""

    slug = "warnings-once-per-line"
    question = "Is a warning shown once for each line when two threads come by?"
    on = "warnings.warn"
    operation = "warn with the action default"
    module = "warnings"
    outcomes = (
        acceptable("once", "Each line warned once."),
        interesting("twice", "Both threads found nothing in the registry: a line warned twice."),
        forbidden("never", "A line never warned."),
    )

    def __init__(self):
        self.registry = {}
        self.shown = []
        warnings.resetwarnings()
        warnings.showwarning = lambda *args: self.shown.append(args[3])

    def actor1(self):
        for line in range(300):
            warnings.warn_explicit("old", UserWarning, "app.py", line, registry=self.registry)

    def actor2(self):
        for line in range(300):
            warnings.warn_explicit("old", UserWarning, "app.py", line, registry=self.registry)

    def arbiter(self):
        if len(set(self.shown)) < 300:
            return "never"
        return "once" if len(self.shown) == 300 else "twice"


class AddFilters(Stress):
    """A filter is taken out where it is in the list already, and put in front."""

    slug = "warnings-filter-add"
    question = "Are all filters there after two threads added theirs?"
    on = "warnings.filters"
    operation = "filterwarnings in two threads"
    module = "warnings"
    outcomes = (
        acceptable("all", "Every filter is in the list once."),
        forbidden("lost", "A filter is missing."),
        interesting("twice", "A filter is in the list twice."),
    )

    def __init__(self):
        warnings.resetwarnings()

    def actor1(self):
        for number in range(100):
            warnings.simplefilter("ignore", lineno=number + 1)

    def actor2(self):
        for number in range(100):
            warnings.simplefilter("ignore", lineno=number + 1)

    def arbiter(self):
        if len({lineno for *_, lineno in warnings.filters}) < 100:
            return "lost"
        return "all" if len(warnings.filters) == 100 else "twice"
