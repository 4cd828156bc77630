"""Classes: enums, dataclasses, methods that change, abstract base classes.

A class is an object that all threads share, with caches that CPython keeps for it. What Python code in
the standard library does with classes is a matter of several steps.
"""

import abc
import dataclasses
import enum

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class FlagComposition(Stress):
    """A composed flag is made at its first use, and remembered by its class."""

    slug = "enum-flag-compose"
    question = "Do two threads that compose one flag for the first time get the same object?"
    on = "enum.Flag"
    operation = "a | b, first use"
    module = "enum"
    outcomes = (
        acceptable("same", "Each composed flag is one object."),
        interesting("two", "A composed flag exists twice: `is` says no, `==` says yes or no."),
        forbidden("*Error*", "The class was not ready for the second thread."),
    )

    def __init__(self):
        self.flag = enum.Flag("Permission", "A B C D E F G H")
        self.first, self.second = [], []

    def actor1(self):
        for number in range(1, 256):
            self.first.append(self.flag(number))

    def actor2(self):
        for number in range(1, 256):
            self.second.append(self.flag(number))

    def arbiter(self):
        return "same" if all(map(lambda a, b: a is b, self.first, self.second)) else "two"


class EnumMissing(Stress):
    """Codes of a protocol that nobody knew become members when they first come in."""

    slug = "enum-missing-registers"
    question = "Do two threads get the same member for a value that `_missing_` adds to an enum?"
    on = "enum.Enum"
    operation = "_missing_, first use"
    module = "enum"
    source = "https://docs.python.org/3.14/library/enum.html#enum.Enum._missing_"
    remedy = "porting/cookbook#pattern-recheck"
    outcomes = (
        acceptable("same", "Each value has one member."),
        interesting("two", "Both threads found no member, and each made one."),
    )

    def __init__(self):
        class Code(enum.Enum):
            OK = 0

            @classmethod
            def _missing_(cls, value):
                member = object.__new__(cls)
                member._name_, member._value_ = f"CODE_{value}", value
                cls._value2member_map_[value] = member
                return member

        self.code = Code
        self.first, self.second = [], []

    def actor1(self):
        for number in range(1, 300):
            self.first.append(self.code(number))

    def actor2(self):
        for number in range(1, 300):
            self.second.append(self.code(number))

    def arbiter(self):
        return "same" if all(map(lambda a, b: a is b, self.first, self.second)) else "two"


@dataclasses.dataclass
class Point:
    x: int
    y: int


@dataclasses.dataclass(frozen=True)
class FrozenPoint:
    x: int
    y: int


class DataclassReplace(Litmus):
    """replace() reads the fields one after the other."""

    slug = "dataclass-replace-against-write"
    question = "Does dataclasses.replace() copy both fields old or both new?"
    on = "dataclass"
    operation = "replace() against two writes"
    module = "dataclasses"
    remedy = "porting/cookbook#pattern-frozen"
    outcomes = (
        acceptable("0 0", "Both fields are old."),
        acceptable("1 1", "Both fields are new."),
        interesting("1 0", "The copy was made between the two writes."),
        interesting("0 1", "Both writes came between the two reads."),
    )

    def __init__(self):
        self.point = Point(0, 0)

    def actor1(self):
        self.point.x = 1
        self.point.y = 1

    def actor2(self):
        copied = dataclasses.replace(self.point)
        return f"{copied.x} {copied.y}"


class DataclassFrozen(Litmus):
    """The remedy: who wants to change both fields makes a new object and shares that."""

    slug = "dataclass-frozen-publish"
    question = "Does a reader of a frozen dataclass see both fields old or both new?"
    on = "dataclass"
    operation = "frozen, replace the whole"
    module = "dataclasses"
    remedy = "porting/cookbook#pattern-frozen"
    outcomes = (
        acceptable("0 0", "Both fields are old."),
        acceptable("1 1", "Both fields are new."),
        forbidden("*", "A frozen object changed."),
    )

    def __init__(self):
        self.point = FrozenPoint(0, 0)

    def actor1(self):
        self.point = dataclasses.replace(self.point, x=1, y=1)

    def actor2(self):
        point = self.point
        return f"{point.x} {point.y}"


class DataclassEqual(Litmus):
    """The writer keeps the object equal to itself at each step, but not to the other one."""

    slug = "dataclass-compare-against-write"
    question = "Can `==` of two dataclasses find equal what never was?"
    on = "dataclass"
    operation = "== against two writes"
    module = "dataclasses"
    remedy = "porting/cookbook#pattern-frozen"
    outcomes = (
        acceptable("False", "The points differ, as they always did."),
        interesting("True", "The old x and the new y of the one are those of the other one."),
    )

    def __init__(self):
        self.point = Point(0, 0)
        self.never = Point(0, 1)

    def actor1(self):
        self.point.x = 1
        self.point.y = 1

    def actor2(self):
        return self.point == self.never


class Page:
    def name(self):
        return "old"


class Chapter(Page):
    def name(self):
        return super().name()


class MethodReplaced(Stress):
    """Mocks and hot fixes assign to a class that others are using."""

    slug = "class-method-replace"
    question = "Does a call run the old or the new method while the class gets a new one?"
    on = "class"
    operation = "assign a method against calls"
    remedy = "porting/migrations#migration-patch"
    outcomes = (
        acceptable("old or new", "Each call ran one of the two methods."),
        forbidden("*", "A call ran neither."),
    )

    def actor1(self):
        for _ in range(300):
            Page.name = lambda self: "new"
            Page.name = lambda self: "old"

    def actor2(self):
        page, seen = Page(), set()
        for _ in range(5000):
            seen.add(page.name())
        return "old or new" if seen <= {"old", "new"} else "neither"


class SuperCall(Stress):
    """super() has a cache of its own."""

    slug = "class-super-replace"
    question = (
        "Does super().name() run the old or the new method while the base class gets a new one?"
    )
    on = "class"
    operation = "assign a method against super()"
    remedy = "porting/migrations#migration-patch"
    outcomes = (
        acceptable("old or new", "Each call ran one of the two methods."),
        forbidden("*", "A call ran neither."),
    )

    def actor1(self):
        for _ in range(300):
            Page.name = lambda self: "new"
            Page.name = lambda self: "old"

    def actor2(self):
        chapter, seen = Chapter(), set()
        for _ in range(5000):
            seen.add(chapter.name())
        return "old or new" if seen <= {"old", "new"} else "neither"


class BasesReplaced(Stress):
    """Assigning `__bases__` changes where every attribute is looked up."""

    slug = "class-bases-replace"
    question = "Does a call find the method of one of the two bases while __bases__ is assigned?"
    on = "class"
    operation = "assign __bases__ against calls"
    outcomes = (
        acceptable("one of them", "Each call ran the method of one base or the other."),
        forbidden("*", "A call ran neither."),
    )

    def __init__(self):
        self.first = type("First", (), {"name": lambda self: "first"})
        self.second = type("Second", (), {"name": lambda self: "second"})
        self.made = type("Made", (self.first,), {})

    def actor1(self):
        for _ in range(100):
            self.made.__bases__ = (self.second,)
            self.made.__bases__ = (self.first,)

    def actor2(self):
        made, seen = self.made(), set()
        for _ in range(3000):
            seen.add(made.name())
        return "one of them" if seen <= {"first", "second"} else "neither"


class AttributeFallback(Stress):
    """The subclass's value comes and goes; the base's is always there."""

    slug = "class-attribute-del-fallback"
    question = "Is an attribute of the base class found while the subclass's own is deleted?"
    on = "class"
    operation = "set and del against a read"
    outcomes = (
        acceptable("found", "Each read found one of the two values."),
        forbidden("*", "A read found neither."),
    )

    def __init__(self):
        self.base = type("Base", (), {"timeout": 10})
        self.made = type("Made", (self.base,), {})

    def actor1(self):
        for _ in range(300):
            self.made.timeout = 1
            del self.made.timeout

    def actor2(self):
        made = self.made()
        return "found" if all(made.timeout in {1, 10} for _ in range(5000)) else "wrong"


class Subclasses(Stress):
    """Plugin systems find their plugins like this."""

    slug = "class-subclasses-while-defined"
    question = (
        "Does __subclasses__() list whole classes while another thread defines and drops some?"
    )
    on = "class"
    operation = "__subclasses__ against new classes"
    outcomes = (
        acceptable("whole", "Each class in the list had its attribute."),
        forbidden("*", "A class in the list was not ready, or gone."),
    )

    def __init__(self):
        self.base = type("Base", (), {})

    def actor1(self):
        for _ in range(100):
            type("Plugin", (self.base,), {"title": "plugin"})

    def actor2(self):
        for _ in range(300):
            for plugin in self.base.__subclasses__():
                plugin.title
        return "whole"


class AbcRegister(Stress):
    """issubclass() remembers what it found, yes or no."""

    slug = "abc-register-against-issubclass"
    question = "Does issubclass() say yes once register() has returned, if it was asked meanwhile?"
    on = "abc.ABC"
    operation = "register against issubclass"
    module = "abc"
    source = "https://docs.python.org/3.14/library/abc.html#abc.ABCMeta.register"
    outcomes = (
        acceptable("yes", "Every registered class is a subclass."),
        forbidden("no", "An old answer stayed in the cache."),
    )

    def __init__(self):
        self.shape = abc.ABCMeta("Shape", (), {})
        self.made = [type("Made", (), {}) for _ in range(50)]

    def actor1(self):
        for made in self.made:
            self.shape.register(made)

    def actor2(self):
        for made in self.made:
            issubclass(made, self.shape)

    def arbiter(self):
        return "yes" if all(issubclass(made, self.shape) for made in self.made) else "no"


class Annotations(Litmus):
    """Since 3.14, annotations are computed when somebody first asks for them."""

    slug = "function-annotations-first-use"
    question = "Do two threads that first ask for a function's annotations get the same dictionary?"
    on = "function __annotations__"
    operation = "first use in two threads"
    source = "https://docs.python.org/3.14/reference/datamodel.html#function.__annotations__"
    outcomes = (
        acceptable("same", "Both threads got one dictionary."),
        interesting("two", "Each thread computed one: what one adds to its own is lost."),
    )

    def __init__(self):
        def function(a: int, b: str) -> None:
            pass

        self.function = function

    def actor1(self):
        self.first = self.function.__annotations__

    def actor2(self):
        self.second = self.function.__annotations__

    def arbiter(self):
        return "same" if self.first is self.second else "two"
