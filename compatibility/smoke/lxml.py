"""lxml: each thread parses, searches and writes trees of its own; only a compiled XPath is shared."""

from lxml import etree

FIND = etree.XPath("//item[@n mod 3 = 0]")


def work(number: int) -> list[object]:
    """Build a document, query it and write it."""
    text = "<list>" + "".join(f"<item n='{n}'>{n}</item>" for n in range(number, 300)) + "</list>"
    tree = etree.fromstring(text)
    found = [item.text for item in FIND(tree)]
    for item in tree[:10]:
        tree.remove(item)
    return [found, etree.tostring(tree)]
