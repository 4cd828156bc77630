"""Where a name in C or C++ is another variable: what parameters, locals and members hide. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence

from ftguide.native.audit.locks import Stretch, inside, joined
from ftguide.native.audit.shape import Shape, arguments, block, closing, closing_paren

_NO_TYPE = (
    "return|else|goto|case|delete|sizeof|throw|new|do|typedef|using|extern|co_return|co_yield|co_await|and|or|not|in"
    "|default|break|continue|if|while|for|switch|template|operator|namespace|import"
)
_ANGLES = re.compile(r"<[^<>;{}()]*>")
_TYPE = (
    r"\s*(?:\[\[\w+\]\]\s*)?(?:[A-Z][A-Z0-9_]{2,}\s+)?(?:(?:const|constexpr|static|volatile|register|unsigned|signed|long|short|struct|union|enum|class"
    r"|typename|inline|thread_local|mutable)\s+)*"
    rf"(?!(?:{_NO_TYPE})\b)(?:::)?[A-Za-z_]\w*(?:::\w+)*(?:\s+const)?"
    r"(?:\s*[*&]+\s*(?:(?:const|restrict|__restrict(?:__)?)\b\s*)*|\s+)(?:[*&]+\s*)*"
)
#: What stands before the name that a declaration declares, and a declarator before its comma.
_FIRST = re.compile(rf"{_TYPE}$")
_BEFORE = re.compile(rf"{_TYPE}\w+\s*(?:\[[^\]]*\]\s*)*(?:[=({{].*)?$", re.DOTALL)
_BOUND = re.compile(r"\s*(?:const\s+)?auto\s*&{0,2}\s*\[[\w\s,]*$")
_CONTROL = re.compile(r"\s*(?:else\s+)?(?P<word>for|if|while|switch|catch)\s*(?:constexpr\s*)?\(")
_LAMBDA = re.compile(r"\]\s*\((?P<inside>[^()]*)$")
_BEHIND = re.compile(r"\s*(?:\[[^\]\n]*\]\s*)*(?:[;,={()]|:(?!:))")
_VALUE = re.compile(r"\s*(?:[={(]|:(?!:))")
_LABEL = re.compile(r"\s*(?:case\b[^:;]*|default|public|private|protected|\w+)\s*:(?!:)")
#: A macro on a line of its own, such as Py_BEGIN_ALLOW_THREADS, is no type of what follows.
_MACRO = re.compile(r"\s*\w*[A-Z]{3}\w*\s*\n\s*$")
_LONGEST = 600


class Hiding:
    """Knows, for a source, where names of its variables mean others."""

    def __init__(self, code: str, shape: Shape, names: Iterable[str]) -> None:
        """Find the parameters with some names; declarations are looked at when asked for."""
        self._code, self._shape = code, shape
        self._statements = sorted(shape.statements, key=lambda one: one.begin)
        wanted = set(names)
        self._parameters: dict[str, list[Stretch]] = {}
        for one in shape.functions if wanted else ():
            for name in wanted.intersection(_parameters(one.parameters)):
                self._parameters.setdefault(name, []).append((one.head, one.end))

    def visible(self, full: str, places: Sequence[int], *, parameters: bool = True) -> list[int]:
        """Return those places at which a name is not one of a parameter, a local or a member.

        The name may say which class it is a member of: `A::n`.
        """
        qualifier, _, name = full.rpartition("::")
        own = qualifier.rpartition("::")[2]
        stretches = list(self._parameters.get(name, [])) if parameters else []
        owners: set[str] = set()
        hidden_to = 0  # a declaration inside of what another one hides says nothing new
        for at in sorted(places):
            if at < hidden_to or (stretch := _declared(self._code, name, at)) is None:
                continue
            if self._shape.function_at(at) is not None:
                stretches.append(stretch)
                hidden_to = stretch[1]
            elif (owner := self._owner(at)) and owner != own:
                owners.add(owner)
                stretches.append((at, at + 1))
        if owners:
            stretches += [
                (one.head, one.end) for one in self._shape.functions if one.owner in owners
            ]
        hidden = joined(stretches)
        return [at for at in places if not inside(hidden, at)]

    def _owner(self, at: int) -> str:
        """Return the class in whose body a place stands, outside of functions."""
        index = bisect.bisect_right(self._statements, at, key=lambda one: one.begin) - 1
        if index < 0 or at >= self._statements[index].end:
            return ""
        return self._statements[index].owner


def _parameters(text: str) -> Iterator[str]:
    for one in arguments(text):
        words = re.findall(r"[A-Za-z_]\w*", re.sub(r"=.*|\[[^\]]*\]", "", one, flags=re.DOTALL))
        if pointer := re.search(r"\(\s*[*&]\s*(\w+)\s*\)", one):
            yield pointer[1]
        elif len(words) > 1:  # a type without a name names nothing
            yield words[-1]


def _declared(code: str, name: str, at: int) -> Stretch | None:
    """Return where a name means what is declared at a place; None where nothing is declared."""
    end = at + len(name)
    if not _BEHIND.match(code, end):
        return None
    begin = max(code.rfind(one, max(0, at - _LONGEST), at) for one in ";{}") + 1
    text = code[begin:at]
    while label := _LABEL.match(text):
        begin, text = begin + label.end(), text[label.end() :]
    if control := _CONTROL.match(text):
        words = text[control.end() :]
        needs = control["word"] not in {"for", "catch"}
        if (needs and not _VALUE.match(code, end)) or not _declares(code, words, end):
            return None
        behind = closing_paren(code, begin + control.end())
        return at, behind + len(block(code[behind : behind + 20_000]))
    if given := _LAMBDA.search(text):
        opened = code.find("{", end, end + _LONGEST)
        typed = _FIRST.match(_flat([*arguments(given["inside"])][-1]))
        return (at, closing(code, opened + 1)) if typed and opened >= 0 else None
    return (at, closing(code, end) - 1) if _declares(code, text, end) else None


def _declares(code: str, text: str, end: int) -> bool:
    """Say whether a name that ends there is declared behind the text of its statement."""
    if _BOUND.match(text):
        return True
    if _MACRO.match(text):
        return False
    *others, last = arguments(_flat(text))
    if others:
        return _BEFORE.match(others[0]) is not None and re.fullmatch(r"[\s*&]*", last) is not None
    # A reference has a value, and `a & b;` is none.
    return _FIRST.match(last) is not None and (
        "&" not in last or _VALUE.match(code, end) is not None
    )


def _flat(text: str) -> str:
    """Leave the arguments of templates out, from the inside."""
    for _ in range(4):
        text = _ANGLES.sub("", text)
    return text
