"""Locales, dates, decimals and templates.

State of the process or of the thread that formatting depends on.
"""

from __future__ import annotations

import decimal
import locale
import string
import subprocess
import sys

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class DecimalContext(Litmus):
    """One context object in two threads: a setting of one is a setting of both."""

    slug = "decimal-context-precision"
    question = "Does a calculation keep its precision while another thread changes the context?"
    on = "decimal.Context"
    operation = "divide against prec = n"
    module = "decimal"
    source = "https://docs.python.org/3.14/library/decimal.html#working-with-threads"
    remedy = "porting/cookbook#pattern-context"
    issue = "gh-141148"
    outcomes = (
        acceptable("28", "The calculation came before the change."),
        interesting("5", "The calculation used the precision of the other thread."),
    )

    def __init__(self):
        self.context = decimal.Context(prec=28)

    def actor1(self):
        self.context.prec = 5

    def actor2(self):
        return len(self.context.divide(decimal.Decimal(1), decimal.Decimal(3)).as_tuple().digits)


class DecimalFlags(Litmus):
    """Flags tell that a result was rounded, until somebody clears them."""

    slug = "decimal-context-flags"
    question = "Is the flag of a rounded result still there when another thread clears flags?"
    on = "decimal.Context"
    operation = "divide, then flags against clear_flags"
    module = "decimal"
    source = "https://docs.python.org/3.14/library/decimal.html#working-with-threads"
    remedy = "porting/cookbook#pattern-context"
    issue = "gh-141148"
    outcomes = (
        acceptable("True", "The flag was there."),
        interesting("False", "The other thread cleared it between calculation and question."),
    )

    def __init__(self):
        self.context = decimal.Context()

    def actor1(self):
        self.context.clear_flags()

    def actor2(self):
        self.context.divide(decimal.Decimal(1), decimal.Decimal(3))
        return bool(self.context.flags[decimal.Inexact])


class DecimalLocalContext(Litmus):
    """The remedy: each thread has a context of its own for as long as it calculates."""

    slug = "decimal-localcontext"
    question = "Does each of two threads calculate with the precision of its own localcontext()?"
    on = "decimal.localcontext"
    operation = "with localcontext(prec=n)"
    module = "decimal"
    source = "https://docs.python.org/3.14/library/decimal.html#working-with-threads"
    remedy = "porting/cookbook#pattern-context"
    outcomes = (
        acceptable("5, 9", "Each thread had its own precision."),
        forbidden("[59], [59]", "A thread calculated with the precision of the other."),
    )

    def actor1(self):
        with decimal.localcontext(prec=5):
            return len((decimal.Decimal(1) / 3).as_tuple().digits)

    def actor2(self):
        with decimal.localcontext(prec=9):
            return len((decimal.Decimal(1) / 3).as_tuple().digits)


PARSE = """
import datetime, threading
start = threading.Barrier(2)
def parse():
    start.wait()
    print(datetime.datetime.strptime("2026", "%Y").year)
for _ in range(2):
    threading.Thread(target=parse).start()
"""


class StrptimeFirst(Stress):
    """The first call imports a module, in whichever thread comes first; each round is a new process."""

    slug = "datetime-strptime-first"
    question = "Can two threads call strptime() for the first time at once?"
    on = "datetime.strptime"
    operation = "first call by two threads"
    module = "datetime"
    issue = "none found"
    note = "On Python 2 this raised `AttributeError: _strptime`, and the advice to import it first lives on."
    outcomes = (
        acceptable("parsed, parsed", "All calls returned."),
        forbidden("*failed*", "A call raised an exception."),
    )

    def parse(self):
        done = subprocess.run([sys.executable, "-c", PARSE], capture_output=True, timeout=20)
        return "parsed" if done.stdout.split() == [b"2026", b"2026"] else "failed"

    def actor1(self):
        return self.parse()

    def actor2(self):
        return self.parse()


class SetLocale(Stress):
    """The locale belongs to the whole process, and so does every change of it."""

    slug = "locale-setlocale"
    question = "Is the locale still the one that the thread has just set?"
    on = "locale"
    operation = "setlocale, then ask"
    module = "locale"
    level = "incompatible"
    source = "https://docs.python.org/3.14/library/locale.html#locale.setlocale"
    remedy = "porting/migrations#migration-settings"
    outcomes = (
        acceptable("own, own", "No change came in between."),
        forbidden(
            "*UnicodeDecodeError*",
            "The name came from memory that the other thread's call had freed: its bytes are no text.",
        ),
        forbidden(
            "*ValueError*",
            "The name came from memory that the other thread's call had freed: its bytes are no name.",
        ),
        interesting("*other*", "The other thread had set another locale in between."),
        forbidden("SIG*", "The C library crashed: setlocale() is not safe in threads."),
    )

    def set(self, name):
        for _ in range(300):
            locale.setlocale(locale.LC_TIME, name)
            if locale.setlocale(locale.LC_TIME) != name:
                return "other"
        return "own"

    def actor1(self):
        return self.set("C")

    def actor2(self):
        return self.set("C.UTF-8")


class StringTemplate(Stress):
    """The pattern belongs to the class, the text to the object, and neither changes."""

    slug = "string-template"
    question = "Can two threads fill in one string.Template?"
    on = "string.Template"
    operation = "substitute by two threads"
    module = "string"
    outcomes = (
        acceptable("right, right", "Each thread got its own values."),
        forbidden("*wrong*", "A thread got values of the other one."),
    )

    def __init__(self):
        self.template = string.Template("$name is $value")

    def fill(self, name):
        for value in range(500):
            if self.template.substitute(name=name, value=value) != f"{name} is {value}":
                return "wrong"
        return "right"

    def actor1(self):
        return self.fill("first")

    def actor2(self):
        return self.fill("second")
