"""The table of all packages, and those of the levels and the flags, as docutils nodes.

Pure: from statuses to nodes, without reading files and without the Sphinx environment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from docutils import nodes

from ftguide.render.grid import Cell as Content
from ftguide.render.grid import Column, table
from ftguide.tracker.derive.level_rules import Flag, Level
from ftguide.tracker.derive.line_steps import NEIGHBOURS, STABLE_ABI, Move, abis, steps
from ftguide.tracker.derive.model import Cell, Status, lowest
from ftguide.tracker.pages import words
from ftguide.tracker.pages.inline import browser, package_link, package_row
from ftguide.tracker.record.model import LINES, PLATFORMS

#: Where the pages and files of packages live, relative to the root of the site.
BASE = "tracking"


def page_of(name: str) -> str:
    """Return a package's page as if it were a docname; `name` is a normalised name."""
    return f"{BASE}/{name}"


def classes_of(level: Level, *, stale: bool = False) -> list[str]:
    """Return the classes for which the style sheet has an icon and a colour."""
    return ["lv", f"lv-{level.value}", *(["lv-stale"] if stale else [])]


def chip(level: Level, text: str = "") -> nodes.inline:
    """Return a level in words; the style sheet puts its icon in front."""
    return nodes.inline("", text or level.words, classes=classes_of(level))


def linked(name: str, anchor: str, level: Level, *, stale: bool) -> package_link:
    """Return a level that links its proof."""
    link = package_link("", level.words, page=page_of(name), anchor=anchor)
    link["classes"] += classes_of(level, stale=stale)
    return link


def remarked(link: nodes.Node, remarks: Sequence[str]) -> Content:
    """Return a link or a word with remarks below it; in parentheses, for formats without such lines."""
    if not remarks:
        return [link]
    return [link, nodes.Text(" "), nodes.inline("", f"({'; '.join(remarks)})", classes=["sub"])]


def _name(status: Status) -> Content:
    """Return the name with the newest release and the field; the link leads to the package's page."""
    name = status.package.name
    link = package_link("", name, page=page_of(name), anchor="")
    field = words.field(status.package.field)
    return remarked(link, [status.newest, field] if status.newest else [field])


def _headline(status: Status) -> Content:
    stale = Flag.STALE in status.flags
    remarks = [words.coverage(status), *(["stale"] if stale else [])]
    if seen := words.looked(status):
        remarks.append(f"seen {seen}")
    if status.package.skip:
        remarks.append(f"left out: {status.package.skip}")
    link = linked(status.package.name, "cells", status.headline, stale=stale)
    return remarked(link, remarks)


def _on(status: Status, line: str) -> list[Cell]:
    """Return the cells of a line."""
    return [cell for cell in status.cells if cell.line == line]


def _line(status: Status, line: str) -> Content:
    """Return the lowest level of a line with the platforms it was probed on."""
    cells = _on(status, line)
    level = lowest(cells)
    having = [cell for cell in cells if cell.level is level]
    stale = level.verdict and all(cell.stale for cell in having)
    platforms = ", ".join(words.platform(cell.platform) for cell in having)
    remarks = [platforms] if level.verdict and len(having) < len(cells) else []
    others = [cell for cell in cells if cell.level.verdict and cell.level is not level]
    remarks += [f"{cell.level.words} on {words.platform(cell.platform)}" for cell in others]
    if any(STABLE_ABI in abis(cell) for cell in cells):
        remarks.append(f"{STABLE_ABI} wheel")
    if stale:
        remarks.append("stale")
    anchor = words.anchor(having[0]) if having else "cells"
    return remarked(linked(status.package.name, anchor, level, stale=stale), remarks)


def _moves(status: Status, older: str, newer: str) -> Content:
    """Say what changes from one line to the next: what matters most first, the other platforms below."""
    places: dict[Move, list[str]] = {move: [] for move in Move}
    remarks = []
    for step in steps(status.cells, older, newer):
        places[step.move].append(words.platform(step.platform))
        if step.other_release and step.move not in {Move.OPEN, Move.FILE_MISSING, Move.FILE_ADDED}:
            remarks.append(f"{step.before.version} and {step.after.version}")
    known = [move for move, names in places.items() if names and move is not Move.OPEN]
    if not known:
        return words.move(Move.OPEN)
    first, *rest = known
    if rest or places[Move.OPEN]:
        remarks.insert(0, ", ".join(places[first]))
    remarks += [f"{words.move(move)} on {', '.join(places[move])}" for move in rest]
    return remarked(nodes.inline("", words.move(first), classes=[f"mv-{first}"]), remarks)


def overview(statuses: Sequence[Status]) -> nodes.Element:
    """Build the table of all packages, one row each, in the box that the script uses."""
    changes = [f"{older} to {newer}" for older, newer in NEIGHBOURS]
    titles = ["Package", "Lowest level", *LINES, *changes]
    lines = [
        [
            _name(status),
            _headline(status),
            *(_line(status, line) for line in LINES),
            *(_moves(status, older, newer) for older, newer in NEIGHBOURS),
        ]
        for status in statuses
    ]
    built = table("Packages by name, as far as there is evidence", titles, lines)
    built["classes"].append("compat")
    (body,) = built.findall(nodes.tbody)
    for row, status in zip(list(body.findall(nodes.row)), statuses, strict=True):
        package = package_row(
            "",
            *row.children,
            ids=[f"package-{status.package.name}"],
            ranks=" ".join(str(cell.level.rank) for cell in status.cells),
            headline=str(status.headline.rank),
            field=words.field(status.package.field),
        )
        row.replace_self(package)
    return browser(
        "",
        built,
        levels=[level.words for level in Level],
        first=min(level.rank for level in Level if level.verdict),
        cells=[f"{line} on {words.platform(name)}" for line in LINES for name in PLATFORMS],
    )


def counts(statuses: Sequence[Status]) -> nodes.table:
    """Build the table that counts packages by level: by headline and on each line, highest first."""
    columns = {"Lowest": [status.headline for status in statuses]}
    columns |= {line: [lowest(_on(status, line)) for status in statuses] for line in LINES}
    numbers = {title: Counter(found) for title, found in columns.items()}
    present = sorted(set().union(*numbers.values()), key=lambda level: -level.rank)
    lines: list[list[Content]] = [
        [[chip(level)], *(str(counted[level]) for counted in numbers.values())] for level in present
    ]
    titles: list[Column | str] = [
        "Level",
        *(Column(title=title, numeric=True) for title in numbers),
    ]
    built = table("Number of packages at each level", titles, lines)
    built["classes"].append("compat-counts")
    return built


def stable_abi(statuses: Sequence[Status]) -> nodes.paragraph:
    """Say how many packages have wheels for each line, and how many of these the stable ABI."""
    parts = []
    for line in LINES:
        offered = [{abi for cell in _on(status, line) for abi in abis(cell)} for status in statuses]
        text = f"{words.count(sum(map(bool, offered)), 'package')} with a wheel for {line}"
        if stable := sum(STABLE_ABI in tags for tags in offered):
            text += f", {stable} of them with one for {STABLE_ABI}"
        parts.append(text)
    return nodes.paragraph("", f"{'; '.join(parts)}.")


def levels() -> nodes.table:
    """Build the table that explains the levels, from lowest to highest."""
    lines: list[list[Content]] = [
        [
            [nodes.target("", "", ids=[f"level-{level.value}"]), chip(level)],
            level.meaning,
            [nodes.literal("", level.value)],
        ]
        for level in Level
    ]
    titles = ("Level", "Exactly when", "In the data")
    built = table("Levels, from lowest to highest", titles, lines)
    built["classes"].append("compat-levels")
    return built


def flags() -> nodes.table:
    """Build the table that explains the flags."""
    lines: list[list[Content]] = [
        [flag.words, flag.meaning, [nodes.literal("", flag.value)]] for flag in Flag
    ]
    return table("Flags beside a level", ("Flag", "Meaning", "In the data"), lines)
