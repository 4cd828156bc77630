from ..base import ONE  # noqa: TID252 - what is tried


def f():
    return sum(range(1000)) + ONE
