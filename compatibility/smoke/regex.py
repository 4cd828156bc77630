"""regex: threads use one shared compiled pattern, and compile patterns of their own."""

import regex

SHARED = regex.compile(r"(?P<word>\p{L}+)\s+(?P<number>\d+)")
TEXT = " ".join(f"Wort{'ä' * (n % 5)} {n}" for n in range(400))


def work(number: int) -> list[object]:
    """Search a shared text."""
    own = regex.compile(rf"(?:ä{{{number % 4}}}) (\d*{number}\b)")
    fuzzy = regex.search(r"(?:Wrot){e<=2}", TEXT[number * 5 :])
    return [
        [match["number"] for match in SHARED.finditer(TEXT)][:50],
        own.findall(TEXT),
        fuzzy.group() if fuzzy else None,
    ]
