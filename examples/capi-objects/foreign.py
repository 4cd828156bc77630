"""Count what 100 calls of one native thread make, and what a thread state that it keeps holds back."""

import gc
import sys
import threading

import attaching

CALLS = 100
WAYS = ["PyGILState_Ensure"]
if sys.version_info >= (3, 15):
    WAYS.append("PyThreadState_EnsureFromView")


class Message:
    def __del__(self):
        freed.append(self)


def on_event():
    """Do what a callback does: use something that each thread has of its own, and make an object."""
    thread_states.add(attaching.thread_state_id())
    threads.add(threading.get_ident())
    if not hasattr(local, "session"):
        local.session = object()
        sessions.append(local.session)
    messages.append(Message())


def while_idle():
    messages.clear()  # the main thread drops what the native thread made
    freed_while_idle.extend(freed)


gc.disable()
for way in WAYS:
    columns = []
    for keep in False, True:
        threads, thread_states, local = set(), set(), threading.local()
        sessions, messages, freed, freed_while_idle = [], [], [], []
        attaching.run(way, keep, CALLS, on_event, while_idle)
        columns.append(map(len, [threads, thread_states, sessions, freed_while_idle, freed]))
    rows = ["system threads", "thread states", "sessions in a threading.local"]
    rows += ["messages freed while it is idle", "messages freed in the end"]
    print(f"{way:31} each call  one kept")
    for name, each_call, kept in zip(rows, *columns, strict=True):
        print(f"{name:31} {each_call:9} {kept:9}")
