"""XML trees, parsers and SQLite connections.

Engines of C with a state that spans many calls.
"""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class XmlFeed(Stress):
    """Every piece is complete in itself, so any order of them is a document."""

    slug = "xml-pullparser-feed"
    question = "Can two threads feed one XML parser?"
    on = "XMLPullParser"
    operation = "feed by two threads"
    module = "xml.etree.ElementTree"
    remedy = "porting/cookbook#pattern-queue"
    issue = "gh-157095"
    outcomes = (
        acceptable("all", "Every element is in the document."),
        interesting("*ParseError*", "The parser took pieces of two threads for one broken piece."),
        interesting("lost", "Elements are missing and nothing was raised."),
        forbidden("*Error*", "The parser found its own state wrong."),
        forbidden("SIG*", "The interpreter crashed: two threads were in one parser."),
    )

    def __init__(self):
        self.parser = ET.XMLPullParser()
        self.parser.feed("<root>")

    def feed(self):
        for _ in range(300):
            self.parser.feed("<item/>")

    def actor1(self):
        self.feed()

    def actor2(self):
        self.feed()

    def arbiter(self):
        self.parser.feed("</root>")
        return "all" if len(list(self.parser.read_events())) == 601 else "lost"


class XmlReadEvents(Stress):
    """One thread receives, the other one works on what is complete."""

    slug = "xml-pullparser-read-events"
    question = "Does a thread that reads events get each one while another thread feeds the parser?"
    on = "XMLPullParser"
    operation = "feed against read_events"
    module = "xml.etree.ElementTree"
    remedy = "porting/cookbook#pattern-queue"
    issue = "none found"
    outcomes = (
        acceptable("each once", "Every event came, once."),
        forbidden("lost", "An event did not come."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.parser = ET.XMLPullParser()
        self.parser.feed("<root>")
        self.count = 0

    def actor1(self):
        for _ in range(500):
            self.parser.feed("<item/>")

    def actor2(self):
        for _ in range(500):
            self.count += len(list(self.parser.read_events()))

    def arbiter(self):
        self.count += len(list(self.parser.read_events()))
        return "each once" if self.count == 500 else "lost"


class ElementAppend(Stress):
    """An element keeps its children in an array without a lock."""

    slug = "xml-element-append"
    question = "Are all children there after two threads appended to one element?"
    on = "Element"
    operation = "append"
    module = "xml.etree.ElementTree"
    remedy = "porting/cookbook#pattern-lock"
    issue = "gh-146022"
    outcomes = (
        acceptable("all", "Every child is there."),
        interesting("lost", "A child was overwritten by the other thread's."),
        forbidden(
            "*SystemError*", "A call returned nothing and raised nothing: memory is damaged."
        ),
        forbidden("SIG*", "The interpreter crashed: the array of children moved."),
    )

    def __init__(self):
        self.root = ET.Element("root")

    def append(self):
        for _ in range(1000):
            self.root.append(ET.Element("item"))

    def actor1(self):
        self.append()

    def actor2(self):
        self.append()

    def arbiter(self):
        return "all" if len(self.root) == 2000 else "lost"


class ElementClear(Stress):
    """A reader of the first child, while another thread makes the children anew."""

    slug = "xml-element-clear-read"
    question = "Can a child be read while another thread clears the element?"
    on = "Element"
    operation = "e[0] against clear"
    module = "xml.etree.ElementTree"
    remedy = "porting/cookbook#pattern-publish"
    issue = "gh-146022"
    outcomes = (
        acceptable("item", "There was a child, or none, which raised IndexError."),
        forbidden("strange", "What came was not a child."),
        forbidden(
            "*SystemError*", "A call returned nothing and raised nothing: memory is damaged."
        ),
        forbidden("SIG*", "The interpreter crashed: the child was freed while it was returned."),
    )

    def __init__(self):
        self.root = ET.Element("root")

    def actor1(self):
        for _ in range(2000):
            self.root.clear()
            self.root.append(ET.Element("item"))

    def actor2(self):
        for _ in range(4000):
            try:
                if self.root[0].tag != "item":
                    return "strange"
            except IndexError:
                pass
        return "item"


class SqliteConnection(Stress):
    """SQLite locks each call by itself, unless it was built without that."""

    slug = "sqlite3-connection-insert"
    question = "Are all rows there that two threads insert through one connection?"
    on = "sqlite3.Connection"
    operation = "execute by two threads"
    module = "sqlite3"
    source = "https://docs.python.org/3.14/library/sqlite3.html#sqlite3.threadsafety"
    remedy = "porting/migrations#migration-connection"
    issue = "gh-123873"
    note = "With `check_same_thread=False`; `sqlite3.threadsafety` is 3 here."
    outcomes = (
        acceptable("all", "Every row is there."),
        forbidden("lost", "Rows are missing."),
        interesting("*Error*", "A call failed because of the other thread's."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.base = sqlite3.connect(":memory:", check_same_thread=False)
        self.base.execute("create table t (n integer primary key, v)")

    def insert(self):
        for number in range(200):
            self.base.execute("insert into t (v) values (?)", (number,))

    def actor1(self):
        self.insert()

    def actor2(self):
        self.insert()

    def arbiter(self):
        count = self.base.execute("select count(*) from t").fetchone()[0]
        self.base.close()
        return "all" if count == 400 else "lost"


class SqliteLastRow(Stress):
    """The number of the last row belongs to the connection, and is read after the insert."""

    slug = "sqlite3-lastrowid"
    question = "Is lastrowid the row that the thread has inserted?"
    on = "sqlite3.Connection"
    operation = "insert, then lastrowid"
    module = "sqlite3"
    source = "https://docs.python.org/3.14/library/sqlite3.html#sqlite3.threadsafety"
    remedy = "porting/migrations#migration-connection"
    issue = "none found"
    note = "`insert … returning n` gives the number with the row."
    outcomes = (
        acceptable("own", "Each thread got numbers of its own."),
        interesting("twice", "A thread got the number of a row that the other one inserted."),
        interesting("*Error*", "A call failed because of the other thread's."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.base = sqlite3.connect(":memory:", check_same_thread=False)
        self.base.execute("create table t (n integer primary key, v)")
        self.rows = [], []

    def insert(self, rows):
        for number in range(200):
            rows.append(self.base.execute("insert into t (v) values (?)", (number,)).lastrowid)

    def actor1(self):
        self.insert(self.rows[0])

    def actor2(self):
        self.insert(self.rows[1])

    def arbiter(self):
        self.base.close()
        rows = [*self.rows[0], *self.rows[1]]
        return "own" if len(set(rows)) == len(rows) else "twice"


class SqliteCursor(Stress):
    """A cursor holds one running statement."""

    slug = "sqlite3-cursor-shared"
    question = "Can two threads use one cursor?"
    on = "sqlite3.Cursor"
    operation = "execute, fetchall by two threads"
    module = "sqlite3"
    source = "https://docs.python.org/3.14/library/sqlite3.html#sqlite3.threadsafety"
    remedy = "porting/migrations#migration-connection"
    issue = "gh-146471"
    note = (
        "sqlite3.threadsafety 3 promises that cursors can be shared; gh-123873 says that it promises "
        "too much."
    )
    outcomes = (
        acceptable("right, right", "Each thread got its rows."),
        interesting("*wrong*", "A thread got rows of the other one's query, or none."),
        interesting(
            "*Error*", "The cursor noticed that it was in use, or SQLite that it was misused."
        ),
        forbidden("SIG*", "The interpreter crashed: a statement was reset while it was running."),
    )

    def __init__(self):
        self.base = sqlite3.connect(":memory:", check_same_thread=False)
        self.cursor = self.base.cursor()

    def select(self, number):
        for _ in range(100):
            self.cursor.execute("select ? union select ?", (number, number + 1))
            if self.cursor.fetchall() != [(number,), (number + 1,)]:
                return "wrong"
        return "right"

    def actor1(self):
        return self.select(1)

    def actor2(self):
        return self.select(10)


class SqliteRollback(Stress):
    """A transaction belongs to the connection, not to the thread."""

    slug = "sqlite3-rollback"
    question = "Does a row stay that one thread inserts and commits, if another thread rolls back?"
    on = "sqlite3.Connection"
    operation = "insert, commit against rollback"
    module = "sqlite3"
    source = "https://docs.python.org/3.14/library/sqlite3.html#sqlite3.threadsafety"
    remedy = "porting/migrations#migration-connection"
    issue = "none found"
    outcomes = (
        acceptable("all", "Every row is there."),
        interesting("lost", "The other thread's rollback came between insert and commit."),
        interesting("*Error*", "A call failed because of the other thread's."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.base = sqlite3.connect(":memory:", check_same_thread=False)
        self.base.execute("create table t (n integer primary key, v)")

    def actor1(self):
        for number in range(200):
            self.base.execute("insert into t (v) values (?)", (number,))
            self.base.commit()

    def actor2(self):
        for _ in range(400):
            self.base.rollback()

    def arbiter(self):
        count = self.base.execute("select count(*) from t").fetchone()[0]
        self.base.close()
        return "all" if count == 200 else "lost"
