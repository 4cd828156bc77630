"""Context variables.

A context variable has a value in each context, and each thread is in a context of its own. What threads
can share are the context objects, and the values.
"""

from __future__ import annotations

import contextvars
import threading

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting

name = contextvars.ContextVar("name", default="nobody")
many = [contextvars.ContextVar(f"many{number}") for number in range(50)]


class SetGet(Litmus):
    """Both threads set the same variable to another value."""

    slug = "contextvar-set-get"
    question = "Does each thread find its own value in a context variable?"
    on = "contextvars.ContextVar"
    operation = "set and get in two threads"
    module = "contextvars"
    source = "https://docs.python.org/3.14/library/contextvars.html"
    remedy = "porting/cookbook#pattern-context"
    outcomes = (
        acceptable("first, second", "Each thread has its own value."),
        forbidden("*", "A thread found the value of the other one."),
    )

    def actor1(self):
        name.set("first")
        return name.get()

    def actor2(self):
        name.set("second")
        return name.get()


class TokenOtherThread(Litmus):
    """One of the two threads has set the value; both want to put the old one back."""

    slug = "contextvar-reset-other-thread"
    question = "Can a thread reset a context variable with the token of another thread?"
    on = "contextvars.Token"
    operation = "reset in two threads"
    module = "contextvars"
    source = "https://docs.python.org/3.14/library/contextvars.html#contextvars.ContextVar.reset"
    remedy = "faq#msg-token"
    outcomes = (
        acceptable(
            "ValueError", "The thread that had not set the value was refused, and came first."
        ),
        acceptable("RuntimeError", "It came second, and the token had been used."),
        forbidden("*", "Both threads reset it, or none."),
    )

    def __init__(self):
        self.token = name.set("set")

    def actor1(self):
        name.reset(self.token)

    def actor2(self):
        name.reset(self.token)


class RunBoth(Stress):
    """Each thread enters the context 2000 times for a moment."""

    slug = "context-run-in-two-threads"
    question = "Can two threads run in one context at the same time?"
    on = "contextvars.Context"
    operation = "run in two threads"
    module = "contextvars"
    source = "https://docs.python.org/3.14/library/contextvars.html#contextvars.Context.run"
    remedy = "faq#msg-context-entered"
    issue = "gh-116738"
    outcomes = (
        acceptable("alone", "They never met."),
        acceptable("RuntimeError*alone", "The second one was refused."),
        forbidden(
            "*together",
            "Both threads were in the context at the same time: looking whether somebody is in it "
            "and entering it are two steps.",
        ),
    )

    def __init__(self):
        self.context = contextvars.copy_context()
        self.inside, self.most = [], [0]

    def visit(self):
        self.inside.append(1)
        self.most.append(len(self.inside))
        self.inside.pop()

    def actor1(self):
        for _ in range(2000):
            self.context.run(self.visit)

    def actor2(self):
        for _ in range(2000):
            self.context.run(self.visit)

    def arbiter(self):
        return "alone" if max(self.most) < 2 else "together"


class ReadAgainstSet(Stress):
    """A framework keeps the context of a request, and looks into it while the request runs."""

    slug = "context-read-against-set"
    question = "Can a thread read and copy a context while another one sets variables in it?"
    on = "contextvars.Context"
    operation = "read and copy against set"
    module = "contextvars"
    remedy = "debugging#known-crashes"
    issue = "gh-155519"
    outcomes = (
        acceptable("whole", "Each read gave a value, and each copy its variables."),
        forbidden("SIG*", "The reader walked through a tree that the writer had freed."),
        forbidden("*Error", "The reader found something that is no variable."),
    )

    def __init__(self):
        self.context = contextvars.Context()

    def set_all(self):
        for _ in range(20):
            for variable in many:
                variable.set(object())

    def actor1(self):
        self.context.run(self.set_all)

    def actor2(self):
        for _ in range(200):
            self.context.get(many[0])
            len(self.context.copy())
            for variable, value in self.context.items():
                variable.name
        return "whole"


class ThreadInherits(Stress):
    """What the builds do not agree on, unless a program says what it wants."""

    slug = "thread-inherits-context"
    question = "Does a new thread start with the context variables of the thread that starts it?"
    on = "threading.Thread"
    operation = "context of a new thread"
    module = "threading"
    source = "https://docs.python.org/3.14/library/threading.html#threading.Thread"
    remedy = "behaviour-differences#difference-context"
    note = "Free-threaded builds since 3.14 set sys.flags.thread_inherit_context; others do not."
    outcomes = (
        acceptable("nobody, nobody", "New threads start with an empty context."),
        acceptable("first, second", "Each new thread got the values of the one that started it."),
        forbidden("*", "A new thread got the values of another thread."),
    )

    def ask_new_thread(self):
        answers = []
        thread = threading.Thread(target=lambda: answers.append(name.get()))
        thread.start()
        thread.join()
        return answers[0]

    def actor1(self):
        name.set("first")
        return self.ask_new_thread()

    def actor2(self):
        name.set("second")
        return self.ask_new_thread()


class CopyShares(Litmus):
    """A context is copied in one step; what its variables refer to is not copied at all."""

    slug = "context-copy-shares-values"
    question = "Has each copy of a context a list of its own?"
    on = "contextvars.Context"
    operation = "append to a value in two copies"
    module = "contextvars"
    source = "https://docs.python.org/3.14/library/contextvars.html#contextvars.copy_context"
    remedy = "behaviour-differences#difference-context"
    outcomes = (
        acceptable("1", "Each copy has its own list."),
        interesting("2", "Both copies refer to one list, and both threads appended to it."),
    )

    def __init__(self):
        token = name.set([])
        self.first = contextvars.copy_context()
        self.second = contextvars.copy_context()
        name.reset(token)

    def add(self):
        name.get().append(1)

    def actor1(self):
        self.first.run(self.add)

    def actor2(self):
        self.second.run(self.add)

    def arbiter(self):
        return len(self.first[name])


class IncrementInContexts(Stress):
    """The same counter as everywhere, and no lock: each thread has its own."""

    slug = "contextvar-increment"
    question = "Do increments get lost when each thread counts in a context variable?"
    on = "contextvars.ContextVar"
    operation = "v.set(v.get() + 1)"
    module = "contextvars"
    source = "https://docs.python.org/3.14/library/contextvars.html"
    remedy = "porting/cookbook#pattern-context"
    outcomes = (
        acceptable("1000, 1000", "Each thread counted its own increments."),
        forbidden("*", "A thread saw the count of the other one."),
    )

    def actor1(self):
        name.set(0)
        for _ in range(1000):
            name.set(name.get() + 1)
        return name.get()

    def actor2(self):
        name.set(0)
        for _ in range(1000):
            name.set(name.get() + 1)
        return name.get()
