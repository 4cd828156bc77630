"""Caches and other wrappers of functools.

A cache promises that its own state stays whole, not that a value is computed once.
"""

from __future__ import annotations

import functools

from outcomes.tests.declare import Litmus, Stress, acceptable, forbidden, interesting


class LruCacheTwice(Litmus):
    """Documented: the cache stays coherent, and the function may run more than once."""

    slug = "lru-cache-twice"
    question = "Does a function under lru_cache run once for a key that two threads ask for?"
    on = "functools.lru_cache"
    operation = "first call: calls of the function"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    remedy = "porting/migrations#migration-memo"
    outcomes = (
        acceptable("1", "One thread computed it, the other found it."),
        interesting("2", "Both threads found no result and called the function, as documented."),
    )

    def __init__(self):
        self.calls = []
        self.square = functools.lru_cache(16)(self.compute)

    def compute(self, number):
        self.calls.append(number)
        return number * number

    def actor1(self):
        self.square(3)

    def actor2(self):
        self.square(3)

    def arbiter(self):
        return len(self.calls)


class LruCacheIdentity(Litmus):
    """If the function runs twice, two objects come out of it."""

    slug = "lru-cache-identity"
    question = "Do two threads get the same object from a function under functools.cache?"
    on = "functools.cache"
    operation = "first call: identity of the result"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    remedy = "porting/migrations#migration-lazy"
    note = "So a function under `cache` makes no singleton."
    outcomes = (
        acceptable("same", "Both threads got the same object."),
        interesting("different", "The function ran twice, and each thread got its own object."),
    )

    def __init__(self):
        self.connect = functools.cache(object.__new__)

    def actor1(self):
        self.first = self.connect(object)

    def actor2(self):
        self.second = self.connect(object)

    def arbiter(self):
        return "same" if self.first is self.second else "different"


class LruCacheInfo(Stress):
    """Hits and misses are two counters of the cache."""

    slug = "lru-cache-info"
    question = "Do hits and misses of an lru_cache add up to the number of calls?"
    on = "functools.lru_cache"
    operation = "cache_info() after calls"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    issue = "gh-132641"
    outcomes = (
        acceptable("all", "Every call was counted."),
        interesting("lost", "A call was not counted, or twice."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.lru_cache(16)(abs)

    def actor1(self):
        for number in range(3000):
            self.square(number % 20)

    def actor2(self):
        for number in range(3000):
            self.square(number % 20)

    def arbiter(self):
        info = self.square.cache_info()
        return "all" if info.hits + info.misses == 6000 else "lost"


class LruCacheSize(Stress):
    """Many more keys than places, so that nearly every call throws a result out."""

    slug = "lru-cache-maxsize"
    question = "Does an lru_cache keep to its maxsize?"
    on = "functools.lru_cache"
    operation = "eviction at maxsize"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    issue = "gh-148180"
    outcomes = (
        acceptable("within", "The cache holds as many results as it may."),
        forbidden("more", "The cache holds more results than maxsize, for good."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.lru_cache(8)(abs)

    def actor1(self):
        for number in range(5000):
            self.square(number % 61)

    def actor2(self):
        for number in range(5000):
            self.square(number % 53)

    def arbiter(self):
        return "within" if self.square.cache_info().currsize <= 8 else "more"


class CacheInfo(Stress):
    """The cache without a limit has code of its own."""

    slug = "cache-info"
    question = "Do hits and misses of a functools.cache add up to the number of calls?"
    on = "functools.cache"
    operation = "cache_info() after calls"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.cache"
    issue = "gh-132641"
    outcomes = (
        acceptable("all", "Every call was counted."),
        interesting("lost", "A call was not counted: the counter is not increased in one step."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.cache(abs)

    def actor1(self):
        for number in range(3000):
            self.square(number % 20)

    def actor2(self):
        for number in range(3000):
            self.square(number % 20)

    def arbiter(self):
        info = self.square.cache_info()
        return "all" if info.hits + info.misses == 6000 else "lost"


class LruCacheClear(Stress):
    """Throwing all results away while others ask for them."""

    slug = "lru-cache-clear"
    question = "Can an lru_cache be cleared while another thread uses it?"
    on = "functools.lru_cache"
    operation = "call against cache_clear()"
    module = "functools"
    level = "shared"
    source = "https://docs.python.org/3.14/library/functools.html#functools.lru_cache"
    issue = "gh-132641"
    outcomes = (
        acceptable("right", "Every result was right."),
        forbidden("wrong", "A call returned the result of another one."),
        forbidden("*Error", "A call failed within the cache."),
        forbidden("SIG*", "The interpreter crashed."),
    )

    def __init__(self):
        self.square = functools.lru_cache(8)(abs)

    def actor1(self):
        for number in range(5000):
            if self.square(-(number % 12)) != number % 12:
                return "wrong"
        return "right"

    def actor2(self):
        for _ in range(1000):
            self.square.cache_clear()


class Page:
    made = 0

    @functools.cached_property
    def parsed(self):
        self.made += 1
        return object()


class CachedProperty(Litmus):
    """It had a lock until 3.11."""

    slug = "cached-property-twice"
    question = "Do two threads that read a cached_property first get the same object?"
    on = "functools.cached_property"
    operation = "first read: identity of the result"
    module = "functools"
    source = "https://docs.python.org/3.14/library/functools.html#functools.cached_property"
    remedy = "porting/migrations#migration-lazy"
    outcomes = (
        acceptable("same", "One thread computed it, the other found it."),
        interesting("different", "The getter ran twice, and each thread got its own result."),
    )

    def __init__(self):
        self.page = Page()

    def actor1(self):
        self.first = self.page.parsed

    def actor2(self):
        self.second = self.page.parsed

    def arbiter(self):
        return "same" if self.first is self.second else "different"


class SingleDispatchRegister(Litmus):
    """Which function fits a class is remembered, and register() makes it forget."""

    slug = "singledispatch-register"
    question = "Is a newly registered function used by all calls after register()?"
    on = "functools.singledispatch"
    operation = "register against call"
    module = "functools"
    remedy = "porting/migrations#migration-registry"
    issue = "none found"
    note = "Register everything at import, before threads start."
    outcomes = (
        acceptable("new", "After both threads have ended, the new function is used."),
        interesting(
            "RuntimeError, *",
            "dictionary changed size during iteration: the call was looking through the registered "
            "classes when register() added one.",
        ),
        interesting(
            "old",
            "The other thread looked the old function up before register() and remembered it "
            "after register() had made all of them forgotten: it stays in use.",
        ),
    )

    def __init__(self):
        self.show = functools.singledispatch(lambda value: "old")

    def actor1(self):
        self.show.register(int, lambda value: "new")

    def actor2(self):
        self.show(1)

    def arbiter(self):
        return self.show(1)


class PartialKeywords(Stress):
    """A partial object hands its keywords on, and they are a dictionary that anybody can change."""

    slug = "partial-keywords"
    question = "Can a partial object be called while another thread changes its keywords?"
    on = "functools.partial"
    operation = "call while others change .keywords"
    module = "functools"
    remedy = "porting/cookbook#pattern-frozen"
    issue = "none found"
    note = "The crash is new in 3.15, which puts the arguments together in another way than 3.14."
    outcomes = (
        acceptable("whole", "Each call had the keywords of one moment."),
        interesting("*Error", "A call failed because the keywords changed meanwhile."),
        interesting("short", "A call lacked a keyword that was there all the time."),
        forbidden(
            "SIG*",
            "The interpreter crashed: there were more or fewer keywords than counted before.",
        ),
    )

    def __init__(self):
        self.make = functools.partial(dict, **{f"k{number}": number for number in range(20)})

    def actor1(self):
        keywords = self.make.keywords
        for _ in range(3000):
            keywords["new"] = 1
            del keywords["new"]

    def actor2(self):
        for _ in range(2000):
            if len(self.make(own=1)) < 21:
                return "short"
        return "whole"
